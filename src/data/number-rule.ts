/**
 * What dtype the numbers of a data set become. JavaScript cannot tell 1 from 1.0, and a batch of targets may happen to be whole; so the data
 * set decides, once for each place in its samples, not the batch.
 */
import { ArgumentError } from '../errors.js';
import { Tensor } from '../tensor/tensor.js';
import { ConcatDataset } from './datasets/combined.js';
import { ArrayDataset } from './datasets/dataset.js';
import { Subset } from './datasets/subset.js';

export type NumberDType = 'int64' | 'float32';

export class NumberRule {
  private readonly decided = new Map<string, NumberDType>();

  /** @param samples all samples, where they are known: then they decide, otherwise the first batch does. */
  constructor(private samples: readonly unknown[] | undefined) {}

  /**
   * The dtype of the numbers at a place of the samples.
   * @throws {ArgumentError} for numbers that are not whole where those before were.
   */
  dtype(place: string, numbers: readonly number[]): NumberDType {
    const odd = numbers.find((n) => !Number.isSafeInteger(n));
    return this.settle(place, odd === undefined ? 'int64' : 'float32', odd);
  }

  /**
   * The same for a batch that was collated elsewhere and would be `now`; `odd` is a number of it that is not whole.
   * @throws {ArgumentError} as {@link dtype}.
   */
  settle(place: string, now: NumberDType, odd?: number): NumberDType {
    if (this.samples) this.lookThrough();
    const before = this.decided.get(place);
    if (before === undefined) {
      this.decided.set(place, now);
      return now;
    }
    if (before === 'int64' && now === 'float32')
      throw new ArgumentError(
        `DataLoader: the samples' numbers${place === '' ? '' : ` at ${place}`} were whole until now and became int64, but this batch has ${odd ?? 'one that is not'}. JavaScript cannot tell 1 from 1.0: give them as tensors from the data set, tensor(y) for float32, or pass { collate } to the DataLoader.`,
      );
    return before;
  }

  /** All that was decided, by place. */
  decisions(): Record<string, NumberDType> {
    return Object.fromEntries(this.decided);
  }

  /** Takes decisions that were made elsewhere; those that were made here stay. */
  adopt(decisions: Readonly<Record<string, NumberDType>>): void {
    for (const [place, dtype] of Object.entries(decisions)) if (!this.decided.has(place)) this.decided.set(place, dtype);
  }

  /** What was decided for a place, if anything was. */
  decision(place: string): NumberDType | undefined {
    return this.decided.get(place);
  }

  private lookThrough(): void {
    for (const sample of this.samples!) this.visit(sample, '');
    this.samples = undefined;
  }

  private visit(value: unknown, place: string): void {
    if (typeof value === 'number') {
      if (!Number.isSafeInteger(value)) this.decided.set(place, 'float32');
      else if (!this.decided.has(place)) this.decided.set(place, 'int64');
    } else if (Array.isArray(value)) {
      value.forEach((part, i) => {
        this.visit(part, `${place}[${i}]`);
      });
    } else if (typeof value === 'object' && value !== null && !(value instanceof Tensor) && !ArrayBuffer.isView(value)) {
      for (const [key, part] of Object.entries(value)) this.visit(part, place === '' ? key : `${place}.${key}`);
    }
  }
}

const rules = new WeakMap<object, NumberRule>();

/** The rule of a data set; its parts (training and validation, say) share it. */
export function numberRuleOf(dataset: object): NumberRule {
  let root = dataset;
  while (root instanceof Subset) root = root.dataset as object;
  const found = rules.get(root);
  if (found) return found;
  const rule = new NumberRule(samplesOf(root));
  rules.set(root, rule);
  return rule;
}

/** The samples of a data set that holds them as they are. */
function samplesOf(dataset: object): readonly unknown[] | undefined {
  if (Array.isArray(dataset)) return dataset;
  if (!(dataset instanceof ConcatDataset)) return undefined;
  const parts = dataset.datasets;
  return parts.every((part) => part instanceof ArrayDataset) ? parts.flatMap(({ samples }) => samples) : undefined;
}
