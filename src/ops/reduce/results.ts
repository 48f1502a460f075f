/** Lists of several results, which say that they are ones where a tensor's members are read from them. */
import { ArgumentError } from '../../errors.js';
import { Tensor } from '../../tensor/tensor.js';

/** A list like others, but that `list.relu()` and `list.shape` are errors that say how to take it apart. */
abstract class Results extends Array<unknown> {
  /** What `map` and `slice` of it make. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
  /** What it is, and how to take it apart. */
  protected abstract advice(): string;

  /** @internal Makes reading each of a tensor's members an error. */
  static refuse(names: readonly string[]): void {
    for (const name of names) {
      Object.defineProperty(Results.prototype, name, {
        get(this: Results) {
          throw new ArgumentError(`${name}: this is a list, not a Tensor. ${this.advice()}`);
        },
        configurable: true,
      });
    }
  }
}

class Recurrent extends Results {
  protected advice(): string {
    return 'A recurrent layer gives its output and its state: const [output, state] = layer.forward(x).';
  }
}

class ValuesAndPlaces extends Results {
  protected advice(): string {
    return 'Along a dim there are values, and where they stand: const { values, indices } = ….';
  }
}

/** What a recurrent layer gives. */
export function recurrentResult<T extends readonly [unknown, unknown]>([output, state]: T): T {
  const list = new Recurrent();
  list.push(output, state);
  return list as unknown as T;
}

/** What sort, max and others give. */
export function valuesAndPlaces(values: Tensor, indices: Tensor): [values: Tensor, indices: Tensor] {
  const list = new ValuesAndPlaces();
  list.push(values, indices);
  return list as unknown as [Tensor, Tensor];
}

/** The members of tensors that neither lists nor promises have. */
export function tensorNames(): string[] {
  const others = [Array.prototype, Promise.prototype, Object.prototype];
  return ['shape', 'dtype', ...Object.getOwnPropertyNames(Tensor.prototype)].filter(
    (name) => /^[a-zA-Z]/.test(name) && name !== 'toJSON' && !others.some((prototype) => name in prototype),
  );
}

/** Called once tensors have their methods. */
export function refuseTensorNames(): void {
  Results.refuse(tensorNames());
}
