/** What is printed as grad_fn of the result of one call. */
import { arange, Tensor } from 'hone';
import { call, flat, type Replayed } from './programs.js';

export interface GradNameCase {
  readonly n: string;
  readonly op: string;
  readonly args: readonly unknown[];
  readonly kw: Readonly<Record<string, unknown>>;
  readonly name: string;
}

/** Tensors from their shapes, as the generator builds them. */
function build(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(build);
  if (value === null || typeof value !== 'object') return value;
  const { x, k = 0 } = value as { x: readonly number[]; k?: number };
  const count = x.reduce((a, b) => a * b, 1);
  return arange(count, { dtype: 'float64' })
    .remainder(7)
    .div(8)
    .add(0.05 + k / 16)
    .reshape(x)
    .requiresGrad_();
}

export function replayGradName({ op, args, kw, name }: GradNameCase): Replayed {
  const [out] = flat(call(op, args.map(build), kw));
  const printed = out instanceof Tensor ? /grad_fn=<(\w+)>/.exec(String(out))?.[1] : undefined;
  return { problems: printed === name ? [] : [`${op}(${JSON.stringify(args)}): PyTorch prints ${name}, Hone ${printed}`], error: 0 };
}
