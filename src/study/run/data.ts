/** The data of a study: made once, and split where parts are missing. */
import { asDataset, type DatasetLike } from '../../data/datasets/dataset.js';
import { randomSplit } from '../../data/datasets/random-split.js';
import { ArgumentError } from '../../errors.js';
import { readOptions, required } from '../../tensor/arguments/arguments.js';
import { Generator } from '../../tensor/create/generator.js';
import { manualSeed } from '../../tensor/create/random.js';
import { studySeed } from '../define/streams.js';
import type { Study } from '../define/study.js';
import { OP, type StudyData } from '../define/types.js';

/** The data of a study, with the test data that is the same for all runs. */
export interface SharedData {
  readonly train: DatasetLike<unknown>;
  /** Missing where each run splits it off. */
  readonly validation?: DatasetLike<unknown>;
  readonly test: DatasetLike<unknown>;
  /** Samples of each part. */
  readonly sizes: { readonly train: number; readonly validation: number; readonly test: number };
  /** Where the test data comes from, in a sentence. */
  readonly testData: string;
}

/** Parts that are split off. */
const SHARE = 6;

/** Makes a study's data: once a process, the same in each. @throws {ArgumentError} for what is no data, and for too little. */
export async function makeData<S extends object>(study: Study<S>): Promise<SharedData> {
  const { data, seed = 0 } = study.options;
  manualSeed(studySeed(seed, 'data'));
  const made = typeof data === 'function' ? await data() : data;
  if (made === undefined) throw new ArgumentError(`${OP}: data gives undefined, expected { train, validation, test }.`);
  const read = readOptions(
    `${OP}: data`,
    { train: required, validation: required, test: required } as Required<StudyData>,
    made,
  ) as StudyData;
  if (read.train === undefined) throw new ArgumentError(`${OP}: data has no train. Give { train: new TensorDataset(x, y) }.`);
  for (const [name, part] of Object.entries(read)) {
    if (part !== undefined && asDataset(part as DatasetLike<unknown>, `${OP}: data.${name}`).length === 0)
      throw new ArgumentError(`${OP}: data.${name} is empty.`);
  }
  const all = lengthOf(read.train);
  const part = Math.max(1, Math.round(all / SHARE));
  const off = (read.test === undefined ? part : 0) + (read.validation === undefined ? part : 0);
  if (off >= all)
    throw new ArgumentError(
      `${OP}: data.train has ${all} samples, too few to split test or validation data off. Give them: { train, validation, test }.`,
    );
  const [train, test] =
    read.test === undefined
      ? (randomSplit(read.train as never, [all - part, part], {
          generator: new Generator(studySeed(seed, 'test')),
        }) as DatasetLike<unknown>[])
      : [read.train, read.test];
  return {
    train: train!,
    ...(read.validation !== undefined && { validation: read.validation }),
    test: test!,
    sizes: { train: all - off, validation: read.validation === undefined ? part : lengthOf(read.validation), test: lengthOf(test!) },
    testData:
      read.test === undefined
        ? `${part} samples, split off the training data at random before anything else, the same for all runs.`
        : `${lengthOf(test!)} samples, given with the study.`,
  };
}

/** The parts of a run: those that are there, and the validation data that its split gives. */
export function splitData({ train, validation, test, sizes }: SharedData, seed: number): Required<StudyData> {
  if (validation !== undefined) return { train, validation, test };
  const parts = randomSplit(train as never, [sizes.train, sizes.validation], { generator: new Generator(seed) });
  return { train: parts[0] as DatasetLike<unknown>, validation: parts[1] as DatasetLike<unknown>, test };
}

export const lengthOf = (data: DatasetLike<unknown>): number => asDataset(data, OP).length;
