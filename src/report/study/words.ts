/** What a study's reports say in sentences: how it was set up, and how it was judged. */
import { showCount } from '../text.js';
import type { SourceOfVariation, StudyFigures } from './figures.js';
import { isNumber } from './units.js';
import type { StudyVerdict } from './verdict.js';

/** What became of a document's claim. */
export const CLAIMS: Readonly<Record<string, string>> = { found: 'Found.', refuted: 'Refuted.', undecided: 'Undecided.' };

const SOURCES: Readonly<Record<SourceOfVariation, string>> = {
  init: 'initial weights',
  order: 'order of the data',
  noise: 'dropout and augmentation',
  split: 'split into training and validation data',
};

/** `a, b and c`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** What varies between repeats, in words. */
const variations = ({ varies }: StudyFigures): string =>
  varies.length === 0 ? 'nothing' : listed(varies.map((source) => SOURCES[source] ?? source));

/** What a study is, by name: data, repeats, what varies. */
export function setup(figures: StudyFigures): [name: string, value: string][] {
  const { data, epochs, repeats, seed, metric, chosenBy, looks, matters } = figures;
  return [
    [
      'data',
      `${showCount(data.train)} samples to train on, ${showCount(data.validation)} for validation, ${showCount(data.test)} to test. ${figures.testData}`.trim(),
    ],
    ['compared', `${metric.name} on test data; ${metric.better === 'max' ? 'more' : 'less'} is better`],
    ['epoch chosen by', chosenBy.replaceAll('.', ' ')],
    ['epochs', String(epochs)],
    ['repeats', looks && looks.length > 0 ? `${repeats}, until decided: looked at after ${listed(looks.map(String))}` : String(repeats)],
    ['first seed', String(seed)],
    ['varies', variations(figures)],
    ...(matters === undefined || matters === null ? [] : [['matters to nobody', `a difference below ${matters}`] as [string, string]]),
  ];
}

/** How it was judged. The verdict's own sentences, and what holds for every study. */
export function method(figures: StudyFigures, verdict: StudyVerdict): string[] {
  const fixed = Object.keys(SOURCES).length > figures.varies.length;
  return [
    `Each variant ran with the same seeds: between repeats ${variations(figures)} ${figures.varies.length > 1 ? 'vary' : 'varies'}${fixed ? ', and nothing else' : ''}, each with random numbers of its own, and runs of one repeat are compared with each other (Bouthillier et al. 2021, arXiv 2103.03098; paired seeds, arXiv 2512.24145).`,
    `The epoch of each run was chosen by ${figures.chosenBy.replaceAll('.', ' ')}; test data was used for nothing but the figures reported here.`,
    ...verdict.method,
  ];
}

/**
 * A verdict's sentences: first those on the whole of it, which a reader wants to know first, then those on single comparisons and variants. A
 * verdict has a sentence for each comparison, then those on variants that were dropped and on the whole.
 */
export function spoken({ variants }: StudyFigures, { words, comparisons }: StudyVerdict): { whole: string[]; single: string[] } {
  const dropped = variants.flatMap(({ name, droppedAfter }) => (isNumber(droppedAfter) ? [`${name} was dropped `] : []));
  const single = words.filter((sentence, i) => i < comparisons.length || dropped.some((start) => sentence.startsWith(start)));
  return { whole: words.filter((sentence) => !single.includes(sentence)), single };
}
