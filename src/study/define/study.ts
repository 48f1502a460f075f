/** defineStudy: what is compared, checked before anything runs. */
import type { StudyMetric } from '../../report/study/figures.js';
import type { FactorsOf, InferredOptions, SettingOf, VariantsOf } from './infer.js';
import { bySetting, chosenBy, readStudy } from './options.js';
import type { StudyOptions } from './types.js';
import { type StudyEntry, variantsOf } from './variants.js';

/** A study as it is run: see {@link defineStudy}. */
export class Study<S extends object = object> {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'Study';
  /** What it was defined by. */
  readonly options: StudyOptions<S>;
  /** Its title. */
  readonly title: string;
  /** What is compared, the baseline first. */
  readonly variants: readonly StudyEntry<S>[];
  /** The score that is compared, measured on test data. */
  readonly metric: StudyMetric;

  /**
   * @internal Use {@link defineStudy}.
   * @param only the names of the variants that are run. Default: all.
   */
  constructor(options: StudyOptions<S>, only?: readonly string[]) {
    const metric = readStudy(options);
    this.options = Object.freeze({ ...options });
    this.title = options.title;
    this.metric = Object.freeze(metric);
    const variants = variantsOf(this.options);
    checkBySetting(this.options, variants);
    this.variants = Object.freeze(only ? variants.filter(({ name }) => only.includes(name)) : variants);
    Object.freeze(this);
  }

  /** `Study "Dropout" (3 variants)`. */
  toString(): string {
    return `Study "${this.title}" (${this.variants.length} variants)`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** Numbers by setting are asked for here, where the file that gives them is known, and not when their variant's turn comes. */
function checkBySetting<S extends object>({ epochs, batchSize, choose }: StudyOptions<S>, variants: readonly StudyEntry<S>[]): void {
  for (const { name, setting } of variants) {
    const of = ` of the variant ${JSON.stringify(name)}`;
    if (typeof epochs === 'function') bySetting(`epochs${of}`, epochs, setting);
    if (typeof batchSize === 'function') bySetting(`batchSize${of}`, batchSize, setting);
    if (typeof choose === 'function') chosenBy({ choose }, setting, `choose${of}`);
  }
}

/**
 * Defines a study: a baseline, and variants that differ from it, each trained several times. Nothing is run: {@link runStudy} does that, and the
 * command `hone study` with a file that exports the study by default.
 *
 * Variants are made of `factors`, whose levels take the baseline's place one at a time, in all combinations (`fullFactorial`), or, from a
 * baseline that has everything, as what is left out (`leaveOneOut`); or they are written out as `variants`. A level that is the baseline's makes
 * no variant. Levels are numbers, texts, functions, classes, objects: whatever `model`, `optimizer` and the other functions make use of. What they
 * get as the setting has the type of the baseline and of all levels: `norm` below is 'none' or 'batch'.
 * @throws {ArgumentError} for what cannot be meant: unknown options and settings, variants of one name or one setting, nothing to compare.
 * @example
 * const study = defineStudy({
 *   title: 'Dropout or batch norm',
 *   data: { train: new TensorDataset(randn([60, 4]), randint(0, 3, [60])) },
 *   baseline: { dropout: 0, norm: 'none' },
 *   factors: { dropout: [0.5], norm: ['batch'] },
 *   model: ({ dropout, norm }) =>
 *     new nn.Sequential(
 *       new nn.Linear(4, 8),
 *       norm === 'batch' ? new nn.BatchNorm1d(8) : new nn.Identity(),
 *       new nn.ReLU(),
 *       new nn.Dropout(dropout),
 *       new nn.Linear(8, 3),
 *     ),
 *   epochs: 2,
 * });
 * study.variants.map(({ name }) => name); // ['baseline', 'dropout 0.5', 'norm batch']
 */
export function defineStudy<
  const B extends object,
  const F extends FactorsOf<B> = Record<never, never>,
  const V extends VariantsOf<B> = Record<never, never>,
>(options: InferredOptions<B, F, V>): Study<SettingOf<B, F, V>> {
  return new Study(options as unknown as StudyOptions<SettingOf<B, F, V>>);
}
