/** Averaged models, clipped gradients and penalties. */
import { HoneError, nn, noGrad, ones, type Tensor, tensor } from 'hone';
import { type Floating, values } from '../numbers.js';
import { compareNumbers, type Replayed, unpack } from './programs.js';

const { swaUtils, utils } = nn;
const TOLERANCE = { float64: 1e-12, float32: 2e-6 };

const data = (seed: number, shape: readonly number[], dtype: Floating) =>
  tensor(
    Float64Array.from(
      values(
        'n',
        seed,
        shape.reduce((a, b) => a * b, 1),
      ),
    ),
    { dtype },
  ).reshape([...shape]);
const numbers = (x: Tensor) => Array.from(x.detach().contiguous().to('float64').toTypedArray() as Float64Array);

/** What differs, and by how much. */
class Comparison {
  readonly problems: string[] = [];
  error = 0;

  constructor(
    readonly name: string,
    readonly tolerance: number,
  ) {}

  numbers(what: string, got: readonly number[], packed: string): void {
    const want = unpack(packed);
    const { problem, error } = compareNumbers(Float64Array.from(got), want, this.tolerance);
    if (got.length !== want.length) this.problems.push(`${this.name}: ${what}: ${got.length} numbers, expected ${want.length}`);
    else if (problem) this.problems.push(`${this.name}: ${what}: ${problem}`);
    else this.error = Math.max(this.error, error);
  }

  same(what: string, got: unknown, want: unknown): void {
    if (JSON.stringify(got) !== JSON.stringify(want))
      this.problems.push(`${this.name}: ${what} is ${JSON.stringify(got)}, expected ${JSON.stringify(want)}`);
  }
}

interface AverageRun {
  readonly keys: readonly string[];
  readonly text: string;
  readonly r: string;
  readonly after: string;
  readonly momentum: number;
}

export interface AverageCase {
  readonly n: string;
  readonly kind: 'ema' | 'multiEma' | 'swa' | 'multiSwa' | 'own' | 'none';
  readonly decay: number;
  readonly useBuffers: boolean;
  readonly float64: AverageRun;
  readonly float32: AverageRun;
}

const options: Record<AverageCase['kind'], (decay: number) => nn.swaUtils.AveragedModelOptions> = {
  ema: (decay) => ({ avgFn: swaUtils.getEmaAvgFn(decay) }),
  multiEma: (decay) => ({ multiAvgFn: swaUtils.getEmaMultiAvgFn(decay) }),
  swa: () => ({ avgFn: swaUtils.getSwaAvgFn() }),
  multiSwa: () => ({ multiAvgFn: swaUtils.getSwaMultiAvgFn() }),
  own: () => ({ avgFn: (averaged, current, n) => averaged.mul(0.25).add(current.mul(0.75)).sub(n) }),
  none: () => ({}),
};

function move(model: nn.Module, seed: number, dtype: Floating): void {
  noGrad(() => {
    model.parameters().forEach((p, i) => p.copy_(data(seed + i, p.shape, dtype)));
    model
      .buffers()
      .forEach((b, i) => b.copy_(b.dtype === 'int64' ? tensor(Math.floor(seed / 100)) : data(seed + 50 + i, b.shape, dtype).abs()));
  });
}

export function replayAverage(c: AverageCase, dtype: Floating): Replayed {
  const expected = c[dtype];
  const check = new Comparison(`${c.n} ${dtype}`, TOLERANCE[dtype]);
  const model = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4, { momentum: 0.3 }), new nn.Linear(4, 2)).to(dtype);
  move(model, 100, dtype);
  const averaged = new swaUtils.AveragedModel(model, { ...options[c.kind](c.decay), useBuffers: c.useBuffers });
  const marks: number[] = [];
  for (let k = 0; k < 6; k++) {
    move(model, 100 * (k + 2), dtype);
    averaged.updateParameters(model);
    marks.push(...Object.values(averaged.stateDict()).flatMap(numbers));
  }
  check.same('keys', Object.keys(averaged.stateDict()), expected.keys);
  check.same('text', String(averaged), expected.text);
  check.numbers('averages', marks, expected.r);
  averaged.eval();
  averaged.module.at(2).train();
  swaUtils.updateBn(
    [4, 5, 2].map((n, i) => [data(900 + i, [n, 3], dtype), null]),
    averaged,
  );
  const after = [...averaged.module.buffers().flatMap(numbers), ...numbers(averaged.forward(data(950, [3, 3], dtype)))];
  check.numbers('after updateBn', after, expected.after);
  const norm = averaged.module.at(1) as nn.BatchNorm1d;
  check.same('momentum', norm.momentum, expected.momentum);
  check.same('modes', [averaged.training, norm.training, averaged.module.at(2).training], [false, false, true]);
  return check;
}

export interface ClipCase {
  readonly n: string;
  readonly grads: readonly (readonly [shape: number[], dtype: Floating, first: string | null] | null)[];
  readonly op: 'clip_grad_norm_' | 'clip_grad_value_' | 'clip_grads_with_norm_' | 'get_total_norm';
  readonly args: readonly number[];
  readonly kwargs: { readonly norm_type?: number | 'inf'; readonly error_if_nonfinite?: boolean };
  readonly r: string | null;
  readonly d: string | null;
  readonly after: string;
  readonly err?: string;
}

export function replayClip(c: ClipCase): Replayed {
  const check = new Comparison(c.n, TOLERANCE.float32);
  const params = c.grads.map((given, i) => {
    if (given === null) return ones([2], { requiresGrad: true });
    const [shape, dtype, first] = given;
    const p = ones([...shape], { dtype, requiresGrad: true });
    const grad = data(10 + i, shape, dtype);
    if (first === '0.0') grad.zero_();
    else if (first !== null)
      grad
        .reshape(-1)
        .select(0, 0)
        .fill_(first === 'nan' ? Number.NaN : Number.POSITIVE_INFINITY);
    p.grad = grad;
    return p;
  });
  const { norm_type: normType, error_if_nonfinite: errorIfNonfinite } = c.kwargs;
  const named = { ...(normType !== undefined && { normType }), ...(errorIfNonfinite !== undefined && { errorIfNonfinite }) };
  const given = [...c.args, ...(Object.keys(named).length > 0 ? [named] : [])];
  const grads = params.flatMap((p) => (p.grad === null ? [] : [p.grad]));
  const run: Record<ClipCase['op'], () => unknown> = {
    clip_grad_norm_: () => utils.clipGradNorm_(params, ...(given as [number])),
    clip_grad_value_: () => utils.clipGradValue_(params, ...(given as [number])),
    clip_grads_with_norm_: () => utils.clipGradsWithNorm_(params, ...(given as [number, number])),
    get_total_norm: () => utils.getTotalNorm(grads, ...(given as [number])),
  };
  let result: unknown;
  try {
    result = run[c.op]();
  } catch (error) {
    const fine = c.err !== undefined && error instanceof HoneError;
    return { problems: fine ? [] : [`${c.n}: threw ${String(error)}`], error: 0 };
  }
  if (c.err !== undefined) return { problems: [`${c.n}: torch threw "${c.err}", Hone did not`], error: 0 };
  if (c.r !== null) {
    check.numbers('norm', numbers(result as Tensor), c.r);
    check.same('dtype', (result as Tensor).dtype, c.d);
  }
  check.numbers('gradients', grads.flatMap(numbers), c.after);
  return check;
}

export interface PenaltyCase {
  readonly n: string;
  readonly l1: number;
  readonly l2: number;
  readonly float64: string;
  readonly float32: string;
}

export function replayPenalty({ n, l1, l2, ...expected }: PenaltyCase, dtype: Floating): Replayed {
  const check = new Comparison(`${n} ${dtype}`, TOLERANCE[dtype]);
  const leaves = [[2, 3], [4], [], [0, 2]].map((shape, i) => data(20 + i, shape, dtype));
  leaves[1]!.select(0, 2).fill_(0);
  for (const leaf of leaves) leaf.requiresGrad_();
  const total =
    l2 === 0 ? utils.l1Penalty(leaves, l1) : l1 === 0 ? utils.l2Penalty(leaves, l2) : utils.elasticNetPenalty(leaves, { l1, l2 });
  total.backward();
  check.numbers('penalty', [total.item(), ...leaves.flatMap((leaf) => numbers(leaf.grad!))], expected[dtype]);
  return check;
}
