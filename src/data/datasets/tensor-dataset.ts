/** Data sets out of tensors. */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { slicesAt } from '../../ops/gather/index-select.js';
import { contiguous } from '../../ops/view/copy.js';
import { select } from '../../ops/view/select.js';
import { assertTensor } from '../../tensor/arguments/checks.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkIndex, Dataset } from './dataset.js';
import { withIndices } from './with-indices.js';

/** One Tensor for each of `T`. */
export type TensorsOf<T extends readonly unknown[]> = { -readonly [K in keyof T]: Tensor };

/**
 * Samples out of tensors that agree in their first dim: sample i is row i of each.
 * @param tensors each [N, ...]; as a rule inputs and targets.
 * @throws {ShapeError} when their first dims differ.
 * @see https://pytorch.org/docs/stable/data.html#torch.utils.data.TensorDataset
 * @example
 * const loader = new DataLoader(new TensorDataset(x, y), { batchSize: 16, shuffle: true });
 */
export class TensorDataset<T extends readonly Tensor[]> extends Dataset<TensorsOf<T>> {
  static override readonly className: string = 'TensorDataset';
  readonly length: number;
  /** The tensors, whose first dim counts samples. */
  readonly tensors: TensorsOf<T>;
  /** The tensors in row-major order, from which batches are gathered. */
  private rows: Tensor[] | undefined;

  constructor(...tensors: T) {
    super();
    const first = tensors[0];
    if (first === undefined)
      throw new ArgumentError('TensorDataset: no tensor was given. Pass inputs and targets: new TensorDataset(x, y).');
    tensors.forEach((x: unknown, i) => {
      assertTensor('TensorDataset', `argument ${i}`, x);
      if (x.ndim === 0) throw new ShapeError(`TensorDataset: tensor ${i} has no dims, expected [N, ...].`);
      if (x.shape[0] !== first.shape[0]) {
        throw new ShapeError(
          `TensorDataset: tensor ${i} has ${x.shape[0]} samples, tensor 0 has ${first.shape[0]} (${tensors.map((t) => showShape(t.shape)).join(', ')}). Their first dims must agree.`,
        );
      }
    });
    this.length = first.shape[0]!;
    this.tensors = tensors as unknown as TensorsOf<T>;
  }

  /** `TensorDataset (100 samples: float32 [100, 3], int64 [100])`. */
  override toString(): string {
    const tensors = (this.tensors as readonly Tensor[]).map((x) => `${x.dtype} ${showShape(x.shape)}`);
    return `${classNameOf(this)} (${this.length} samples: ${tensors.join(', ')})`;
  }

  /** Row `index` of each tensor: views, without their first dim. */
  get(index: number): TensorsOf<T> {
    const i = checkIndex(index, this.length, 'TensorDataset');
    return this.tensors.map((x) => select(x, 0, i)) as TensorsOf<T>;
  }

  /** Its batches are copies. */
  get makesFreshBatches(): boolean {
    return true;
  }

  /** Rows `indices` of each tensor, copied: [indices.length, ...]. Gradients do not flow back into the data. */
  getBatch(indices: readonly number[]): TensorsOf<T> {
    this.rows ??= this.tensors.map((x) => contiguous(x.detach()));
    const rows = this.rows;
    return withIndices(indices, this.length, 'TensorDataset', (index) =>
      rows.map((x) => slicesAt('TensorDataset', x, 0, index)),
    ) as TensorsOf<T>;
  }
}
