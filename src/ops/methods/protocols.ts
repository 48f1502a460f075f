/**
 * Tensors in JavaScript's own protocols: iteration, numbers and text, JSON, indexing, copies. What they cannot mean is a named error, so that
 * `a + b` never makes a string and `x[0]` never is undefined.
 */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { numel } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { item, type Nested, toNested } from '../../tensor/values/transfer.js';
import { select } from '../view/select.js';

/** What every tensor answers when the language asks. */
export interface TensorProtocols {
  /**
   * The size of the first dim: PyTorch's `len(x)`.
   * @throws {ShapeError} for a 0-dim tensor.
   */
  readonly length: number;
  /** The views `x.select(0, i)` in order, as PyTorch iterates: `for (const row of x)`, `const [a, b] = x`. @throws {ShapeError} for a 0-dim tensor. */
  [Symbol.iterator](): IterableIterator<Tensor>;
  /** For JSON.stringify: numbers in nested lists, as {@link toArray} gives them; what is not finite becomes null, as everywhere in JSON. */
  toJSON(): Nested;
  /**
   * The number of a tensor of one element, so that `+loss`, `loss < 10` and `total += loss` mean it; the printed text where a string is asked
   * for, as in a template.
   * @throws {ShapeError} for more elements, or none.
   */
  [Symbol.toPrimitive](hint: string): number | string;
}

function* rows(x: Tensor): IterableIterator<Tensor> {
  for (let i = 0; i < x.shape[0]!; i++) yield select(x, 0, i);
}

const protocols: Omit<TensorProtocols, 'length'> & ThisType<Tensor> = {
  [Symbol.iterator]() {
    if (this.ndim === 0) throw new ShapeError('a 0-dim tensor cannot be iterated over. Its value is x.item().');
    return rows(this);
  },
  toJSON() {
    return toNested(this);
  },
  [Symbol.toPrimitive](hint) {
    if (hint === 'string') return this.toString();
    if (numel(this.shape) !== 1)
      throw new ShapeError(
        `a tensor of shape ${showShape(this.shape)} is not a number. Operators are methods: a.add(b), a.lt(b), a.eq(b). Its numbers are x.toArray(), its text is String(x) or a template.`,
      );
    return item(this);
  },
};

for (const key of Reflect.ownKeys(protocols) as (keyof typeof protocols)[])
  Object.defineProperty(Tensor.prototype, key, { value: protocols[key], writable: true, configurable: true });

Object.defineProperty(Tensor.prototype, 'length', {
  get(this: Tensor) {
    if (this.ndim === 0) throw new ShapeError('length: a 0-dim tensor has no first dim. numel() counts elements.');
    return this.shape[0];
  },
  configurable: true,
});

// JavaScript has no indexing of objects to overload: x[0] would be undefined. The first few places catch every loop that starts at one end.
for (const place of ['-1', ...Array.from({ length: 10 }, (_, i) => String(i))]) {
  const refuse = () => {
    throw new ArgumentError(
      `x[${place}]: a tensor is not indexed by brackets. Read with x.at(${place}), or x.at(${place}, ':2') for more dims; write with x.set_(${place}, value).`,
    );
  };
  Object.defineProperty(Tensor.prototype, place, { get: refuse, set: refuse, configurable: true });
}

declare module '../../tensor/tensor.js' {
  interface Tensor extends TensorProtocols {}
}
