/** The runs of a study as they come, and the figures that they make. */
import { engineInfo } from '../../engine/select.js';
import { type StudyFigures, type StudyRun, type StudyVariantFigures, sourcesOfVariation } from '../../report/study/figures.js';
import { plural, showCount } from '../../report/text.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { bySetting, chosenBy } from '../define/options.js';
import type { Study } from '../define/study.js';
import type { BySetting } from '../define/types.js';
import type { SharedData } from './data.js';
import type { RunRecord } from './folder.js';

/** What the figures of a study say beside its runs. */
export interface GatheredOptions {
  /** Repeats that were planned, instead of the study's. */
  repeats?: number | undefined;
  /** Epochs of a run, instead of the study's. */
  epochs?: number | undefined;
  /** Settings for the report, by name. */
  settings?: Readonly<Record<string, string>> | undefined;
}

/** Gathers runs in any order; the figures have them in theirs. */
export class Gathered<S extends object> {
  private readonly runs = new Map<string, RunRecord[]>();
  /** After how many repeats the differences were looked at, where it runs until decided. */
  looks: number[] | undefined;
  /** Variants that were dropped by successive halving, with the epochs after which they were. */
  readonly dropped = new Map<string, number>();

  private readonly noted: Record<string, string> = {};

  constructor(
    private readonly study: Study<S>,
    private readonly data: SharedData,
    private readonly options: GatheredOptions = {},
  ) {
    for (const { name } of study.variants) this.runs.set(name, []);
  }

  /** Adds a setting to those that the figures show. */
  note(name: string, text: string): void {
    this.noted[name] = text;
  }

  /** Takes a run as it is now, in place of what was known of it. */
  take(run: RunRecord): void {
    const runs = this.runs.get(run.variant)!;
    const at = runs.findIndex(({ repeat }) => repeat >= run.repeat);
    if (at < 0) runs.push(run);
    else runs.splice(at, runs[at]!.repeat === run.repeat ? 1 : 0, run);
  }

  /** Whether anything is known of a run. */
  begun(variant: string, repeat: number): boolean {
    return this.runs.get(variant)!.some((run) => run.repeat === repeat);
  }

  /** What is known of the runs of a variant, in the order of their repeats. */
  runsOf(variant: string): readonly RunRecord[] {
    return this.runs.get(variant)!;
  }

  /** @param stopped one sentence, where not all runs are done. */
  figures(stopped?: string): StudyFigures {
    const { study, data, options } = this;
    const { options: given, metric } = study;
    const { seed = 0, varies = sourcesOfVariation, claim } = given;
    const remarks = this.remarks();
    return {
      format: 1,
      title: study.title,
      summary: given.summary ?? '',
      metric,
      chosenBy: this.chosenBy(),
      data: this.samplesOf(study.variants[0]!.name) ?? data.sizes,
      testData: data.testData,
      varies: sourcesOfVariation.filter((source) => varies.includes(source) && !(source === 'split' && this.hasFixedSplit)),
      seed,
      epochs: options.epochs ?? bySetting('epochs', given.epochs, study.variants[0]!.setting as S),
      repeats: options.repeats ?? given.repeats ?? 5,
      baseline: study.variants[0]!.name,
      pairs: given.pairs ?? [],
      ...(given.matters !== undefined && { matters: given.matters }),
      ...(this.looks && { looks: this.looks }),
      settings: { ...this.settings(), ...this.noted, ...options.settings },
      variants: study.variants.map((entry) => this.variant(entry.name, entry.description, entry.texts)),
      ...(claim && {
        claim: { document: claim.document, quote: claim.quote, ...(claim.original !== undefined && { original: claim.original }) },
      }),
      ...(remarks.length > 0 && { remarks }),
      ...(stopped !== undefined && { stopped }),
    };
  }

  private variant(name: string, description: string, setting: Readonly<Record<string, string>>): StudyVariantFigures {
    const runs = this.runs.get(name)!;
    const made = runs.find(({ architecture }) => architecture !== '');
    const droppedAfter = this.dropped.get(name);
    return {
      name,
      description,
      setting: { ...setting },
      parameters: made?.parameters ?? 0,
      architecture: made?.architecture ?? '',
      runs: runs.map(runOf),
      ...(droppedAfter !== undefined && { droppedAfter }),
    };
  }

  /** Samples of each part of a variant's data, as its first run had them. */
  private samplesOf(variant: string): RunRecord['samples'] {
    return this.runs.get(variant)!.find(({ samples }) => samples !== undefined)?.samples;
  }

  /** Whether training and validation data are those that were given, in all runs. */
  private get hasFixedSplit(): boolean {
    return this.data.validation !== undefined && this.study.options.prepare === undefined;
  }

  private settings(): Record<string, string> {
    const { options, variants } = this.study;
    const { batchSize = 32, epochs, loss } = options;
    const ofAll = (name: string, value: BySetting<S>) =>
      [...new Set(variants.map(({ setting }) => bySetting(name, value, setting as S)))].join(' or ');
    const optimizers = new Set([...this.runs.values()].flatMap((runs) => runs.flatMap(({ optimizer }) => optimizer ?? [])));
    return {
      'batch size': ofAll('batchSize', batchSize),
      loss: loss === undefined ? 'CrossEntropyLoss' : (typeof loss === 'function' ? loss.name : classNameOf(loss)) || 'a function',
      ...(optimizers.size > 0 && { optimizer: [...optimizers].join('; ') }),
      ...(typeof epochs === 'function' && this.options.epochs === undefined && { 'epochs of the variants': ofAll('epochs', epochs) }),
      engine: engineInfo().name === 'native' ? 'native' : 'WebAssembly',
    };
  }

  /** What epochs are chosen by; of several ways each. */
  private chosenBy(): string {
    const { study } = this;
    const text = { loss: 'validation.loss', metric: `validation.${study.metric.name}`, last: 'the last epoch' };
    return [...new Set(study.variants.map(({ setting }) => text[chosenBy(study.options, setting as S)]))].join(', or ');
  }

  private remarks(): string[] {
    const { options, variants } = this.study;
    const out = [...(options.remarks ?? [])];
    if (this.hasFixedSplit && options.varies?.includes('split') === true)
      out.push('The validation data is given, so that the split is the same in all runs.');
    if (this.dropped.size > 0)
      out.push(
        `${plural(this.dropped.size, 'variant')} of ${variants.length} did not go to the end: successive halving dropped them, by their score on validation data alone.`,
      );
    const usual = this.samplesOf(variants[0]!.name);
    for (const { name } of variants) {
      const own = this.samplesOf(name);
      if (own === undefined || usual === undefined) continue;
      const other = (['train', 'validation', 'test'] as const).filter((part) => own[part] !== usual[part]);
      if (other.length > 0)
        out.push(
          `${name} has other data than ${variants[0]!.name}: ${other.map((part) => `${showCount(own[part])} samples of ${WORDS[part]}`).join(', ')}.`,
        );
    }
    return out;
  }
}

const WORDS = { train: 'training', validation: 'validation', test: 'test' } as const;

/** A run without what is its variant's. */
function runOf(record: RunRecord): StudyRun {
  const { variant: _, parameters: __, architecture: ___, samples: ____, optimizer: _____, ...run } = record;
  return run;
}
