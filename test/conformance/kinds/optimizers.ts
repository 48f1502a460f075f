/** Replays 100 steps of an optimizer: values, state dicts, and the same again from PyTorch's state after ten steps. */
import { HoneError, optim, type Tensor, tensor } from 'hone';
import { type Floating, numbers, values } from '../numbers.js';
import { compareNumbers, type Replayed, unpack } from './programs.js';

/** One entry of a state dict: parameter, name, shape, numbers. */
type Saved = readonly [param: number, key: string, shape: readonly number[], bits: string];

interface Trajectory {
  /** All parameters, one after the other, after steps 1, 10 and 100. */
  readonly marks: readonly string[];
  /** The state after ten steps and after all. */
  readonly early: readonly Saved[];
  readonly late: readonly Saved[];
}

export interface OptimizerCase {
  readonly n: string;
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  readonly options: Record<string, unknown>;
  /** What the second parameter has for itself. */
  readonly group: Record<string, unknown>;
  /** Options of a group that is added after five steps. */
  readonly added?: Record<string, unknown>;
  readonly scheduled?: boolean;
  readonly text: string;
  readonly groups: readonly Record<string, unknown>[];
  readonly float64: Trajectory;
  readonly float32: Trajectory;
  readonly err?: string;
}

const [STEPS, RESUME, MARKS] = [100, 10, [1, 10, 100]];
const ADDED: Record<string, number[]> = { Muon: [3, 3], Adafactor: [3, 2] };
/** State that is one number: it is float32, whatever the parameter is. */
const NUMBERS = new Set(['step', 'eta', 'mu', 'mu_product']);

const camel = (options: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(options).map(([k, v]) => [k.replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase()), v]));

function decode(bits: string, floating: Floating): Float64Array {
  if (floating === 'float64') return unpack(bits);
  const bytes = Uint8Array.from(Buffer.from(bits, 'base64'));
  return Float64Array.from(new Float32Array(bytes.buffer));
}

const flat = (x: Tensor) => Float64Array.from(x.detach().reshape(-1).toArray() as number[]);

class Run {
  readonly params: Tensor[];
  readonly optimizer: optim.SGD;
  /** As it prints before a schedule adds its own. */
  readonly text: string;
  readonly scheduler: { step(): void } | null;

  constructor(
    readonly c: OptimizerCase,
    readonly floating: Floating,
  ) {
    this.params = c.shapes.map((shape, i) => this.leaf(i + 1, shape));
    const [a, b] = this.params as [Tensor, Tensor];
    const groups = Object.keys(c.group).length ? [{ params: [a] }, { params: [b], ...camel(c.group) }] : [a, b];
    const make = (optim as unknown as Record<string, new (params: unknown, options: unknown) => optim.SGD>)[c.name]!;
    this.optimizer = new make(groups, camel(c.options));
    this.text = String(this.optimizer);
    this.scheduler = c.scheduled ? new optim.lrScheduler.CosineAnnealingLR(this.optimizer, { tMax: 30 }) : null;
  }

  leaf(seed: number, shape: readonly number[]): Tensor {
    return numbers('n', seed, shape, this.floating).requiresGrad_();
  }

  addGroup(): void {
    const param = this.leaf(3, ADDED[this.c.name] ?? [4]);
    this.params.push(param);
    this.optimizer.addParamGroup({ params: [param], ...camel(this.c.added!) });
  }

  step(t: number): void {
    if (this.c.added && t === 5) this.addGroup();
    this.params.forEach((p, k) => {
      const noise = values('h', 1000 * (k + 1) + t, p.numel());
      const gradient = flat(p).map((v, i) => 0.5 * v + noise[i]!);
      p.grad = k === 1 && t % 3 === 0 ? null : tensor(gradient, { dtype: this.floating }).reshape(p.shape);
    });
    this.optimizer.step();
    this.scheduler?.step();
  }

  all(): Float64Array {
    return Float64Array.from(this.params.flatMap((p) => [...flat(p)]));
  }
}

/** The dict that PyTorch saved, with options that choose among its implementations. */
function dictOf(c: OptimizerCase, saved: readonly Saved[], floating: Floating): optim.OptimizerStateDict {
  const state: optim.OptimizerStateDict['state'] = {};
  for (const [param, key, shape, bits] of saved) {
    const kind = NUMBERS.has(key) ? 'float32' : floating;
    state[param] ??= {};
    state[param][key] = tensor(decode(bits, kind), { dtype: kind }).reshape(shape);
  }
  const groups = c.groups.map((g) => ({ ...g, foreach: null, fused: null, capturable: false, differentiable: false }));
  return { state, param_groups: groups as unknown as optim.OptimizerStateDict['param_groups'] };
}

export function replayOptimizer(c: OptimizerCase, floating: Floating): Replayed {
  const problems: string[] = [];
  let worst = 0;
  const tolerance = floating === 'float64' ? 1e-12 : 2e-6;
  const check = (what: string, got: Float64Array, want: Float64Array) => {
    const { problem, error } = compareNumbers(got, want, tolerance);
    if (problem) problems.push(`${c.n} ${floating}: ${what}: ${problem}`);
    worst = Math.max(worst, error);
  };
  const same = (what: string, got: unknown, want: unknown) => {
    const [a, b] = [JSON.stringify(got), JSON.stringify(want)];
    if (a !== b) problems.push(`${c.n} ${floating}: ${what}: expected ${b}, got ${a}`);
  };

  let run: Run;
  try {
    run = new Run(c, floating);
  } catch (error) {
    if (c.err === undefined || !(error instanceof HoneError)) problems.push(`${c.n}: threw ${String(error)}`);
    return { problems, error: 0 };
  }
  if (c.err !== undefined) return { problems: [`${c.n}: torch threw "${c.err}", Hone threw nothing`], error: 0 };
  same('text', run.text, c.text);

  const torch = c[floating];
  const compareState = (what: string, want: readonly Saved[]) => {
    const { state } = run.optimizer.stateDict();
    const keys = (rows: readonly (readonly [number, string])[]) => rows.map(([param, key]) => `${param} ${key}`).sort();
    const got = Object.entries(state).flatMap(([param, values]) => Object.keys(values).map((key) => [Number(param), key] as const));
    same(`${what}: names`, keys(got), keys(want.map(([param, key]) => [param, key])));
    for (const [param, key, shape, bits] of want) {
      const value = state[param]?.[key] as Tensor | undefined;
      if (value === undefined) continue;
      const dtype = NUMBERS.has(key) ? 'float32' : floating;
      same(`${what}: ${key} of ${param}`, [value.dtype, value.shape], [dtype, shape]);
      check(`${what}: ${key} of ${param}`, flat(value), decode(bits, dtype));
    }
  };

  let early: Float64Array = new Float64Array();
  for (let t = 0; t < STEPS; t++) {
    run.step(t);
    const mark = MARKS.indexOf(t + 1);
    if (mark >= 0) check(`step ${t + 1}`, run.all(), decode(torch.marks[mark]!, floating));
    if (t + 1 === RESUME) {
      early = run.all();
      compareState('state after ten steps', torch.early);
    }
  }
  compareState('state at the end', torch.late);
  const groups = run.optimizer.stateDict().param_groups;
  same('groups', groups.map(sorted), c.groups.map(sorted));

  // The rest once more, from what PyTorch saved. (A schedule would need the scheduler's own state.)
  if (c.scheduled) return { problems, error: worst };
  run = new Run(c, floating);
  if (c.added) run.addGroup();
  let at = 0;
  for (const p of run.params) {
    const value = tensor(early.slice(at, at + p.numel()), { dtype: floating }).reshape(p.shape);
    p.detach().copy_(value);
    at += p.numel();
  }
  run.optimizer.loadStateDict(dictOf(c, torch.early, floating));
  for (let t = RESUME; t < STEPS; t++) run.step(t);
  check('resumed from state of torch', run.all(), decode(torch.marks.at(-1)!, floating));
  return { problems, error: worst };
}

const sorted = (group: Record<string, unknown>) => Object.entries(group).sort(([a], [b]) => (a < b ? -1 : 1));
