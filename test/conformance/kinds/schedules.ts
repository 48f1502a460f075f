/** Schedulers: their traces, the states that torch saved after half of the steps, and calls that it refuses. */
import { HoneError, ones, optim } from 'hone';
import { values } from '../numbers.js';
import { compareNumbers, type Replayed, unpack } from './programs.js';

type Options = Record<string, unknown>;
type Scheduler = optim.lrScheduler.LRScheduler;

export interface TraceCase {
  readonly n: string;
  readonly opt: readonly [name: string, options: Options];
  readonly groups: readonly Options[];
  readonly build: readonly (readonly [name: string, args: readonly unknown[], kwargs: Options])[];
  /** Which of the schedulers are stepped; by default the last. */
  readonly by?: readonly number[];
  readonly steps: number;
  /** The seed of what ReduceLROnPlateau is told. */
  readonly metrics?: number;
  /** What step() is given: one number after the other, or multiples of one. */
  readonly epochs?: number | readonly (number | null)[];
  /** Rates that are set by hand after a step. */
  readonly hand?: Readonly<Record<string, readonly number[]>>;
  /** Whether momenta are recorded too. */
  readonly momenta?: boolean;
  /** Goes on with new schedulers at `lastEpoch` after half of the steps. */
  readonly restart?: boolean;
  /** What torch had after half of the steps. */
  readonly half?: { readonly states: readonly Options[]; readonly last: readonly number[][]; readonly groups: readonly Options[] };
  readonly r: string;
  readonly err?: string;
}

const FUNCTIONS: Readonly<Record<string, (e: number) => number>> = {
  decay: (e) => 0.95 ** e,
  inverse: (e) => 1 / (1 + e),
  slow: (e) => (e % 3 === 0 ? 0.99 : 1),
  tenths: (e) => 1 - (e % 10) / 20,
  halving: (x) => 1 / 2 ** x,
  flat: () => 0.5,
  fading: (x) => 1 / (1 + x / 100),
};

const recorded = (t: number) => t <= 32 || t % 11 === 0 || t === 300;
/** `T_max` to `tMax`. */
const camel = (name: string) => (name[0]!.toLowerCase() + name.slice(1)).replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase());
const camelKeys = (options: Options, value: (v: unknown) => unknown = (v) => v) =>
  Object.fromEntries(Object.entries(options).map(([k, v]) => [camel(k), value(v)]));

function resolve(value: unknown, optimizer: optim.Optimizer, made: readonly Scheduler[]): unknown {
  if (Array.isArray(value)) return value.map((v) => resolve(v, optimizer, made));
  if (typeof value !== 'object' || value === null) return value;
  if ('$' in value) return made[value.$ as number];
  return 'fn' in value ? FUNCTIONS[value.fn as string] : optimizer;
}

/** The optimizer and the schedulers of a case, anew. */
export class Bench {
  readonly optimizer: optim.Optimizer;
  readonly stepped: Scheduler[];

  constructor(
    readonly c: TraceCase,
    { groups, lastEpoch }: { groups?: readonly Options[] | undefined; lastEpoch?: number } = {},
  ) {
    const make = (optim as unknown as Record<string, new (...args: unknown[]) => optim.Optimizer>)[c.opt[0]]!;
    const params = c.groups.map((group) => ({ params: [ones([1], { requiresGrad: true })], ...camelKeys(group) }));
    this.optimizer = new make(params, camelKeys(c.opt[1]));
    if (groups) this.optimizer.loadStateDict({ state: {}, param_groups: groups as never });
    const made: Scheduler[] = [];
    for (const [name, args, kwargs] of c.build) {
      const scheduler = (optim.lrScheduler as unknown as Record<string, new (...args: unknown[]) => Scheduler>)[name]!;
      const given = args.map((arg) => resolve(arg, this.optimizer, made));
      const options = { ...camelKeys(kwargs, (v) => resolve(v, this.optimizer, made)), ...(lastEpoch !== undefined && { lastEpoch }) };
      const first = name === 'ChainedScheduler' ? [] : [this.optimizer];
      made.push(new scheduler(...first, ...given, ...(Object.keys(options).length > 0 ? [options] : [])));
    }
    this.stepped = (c.by ?? [made.length - 1]).map((i) => made[i]!);
  }

  marks(): number[] {
    const groups = this.optimizer.paramGroups as unknown as { lr: number; momentum: number; betas?: number[] }[];
    return [...groups.map(({ lr }) => lr), ...(this.c.momenta ? groups.map(({ betas, momentum }) => betas?.[0] ?? momentum) : [])];
  }

  step(t: number): void {
    const { c } = this;
    this.optimizer.step();
    for (const scheduler of this.stepped) {
      if (c.metrics !== undefined) scheduler.step(values('p', c.metrics, 300)[t]! / (1 + t / 10));
      else if (typeof c.epochs === 'number') scheduler.step((t + 1) * c.epochs);
      else if (c.epochs !== undefined) scheduler.step(c.epochs[t % c.epochs.length] ?? undefined);
      else scheduler.step();
    }
    const rates = c.hand?.[String(t)];
    if (rates)
      this.optimizer.paramGroups.forEach((group, i) => {
        group.lr = rates[i]!;
      });
  }
}

/** What differs between a state and torch's, as paths. */
function differences(actual: unknown, expected: unknown, path: string): string[] {
  const special = (expected as { special?: string } | null)?.special;
  if (special !== undefined)
    return actual === (special === 'inf' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY) ? [] : [`${path} is ${String(actual)}`];
  if (typeof expected === 'number' && typeof actual === 'number') {
    const near = Math.abs(actual - expected) <= 1e-12 * Math.max(1e-3, Math.abs(expected));
    return near ? [] : [`${path} is ${actual}, expected ${expected}`];
  }
  if (typeof expected === 'object' && expected !== null && typeof actual === 'object' && actual !== null) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return [...keys].flatMap((key) => differences((actual as Options)[key], (expected as Options)[key], `${path}.${key}`));
  }
  return actual === expected ? [] : [`${path} is ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`];
}

/** A state as torch would give it. */
function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== 'object' || value === null) return value;
  if ('special' in value) return value.special === 'inf' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, decode(v)]));
}

export function replayTrace(c: TraceCase): Replayed {
  const expected = unpack(c.r);
  const problems: string[] = [];
  let error = 0;
  const check = (what: string, marks: number[], want: Float64Array) => {
    const compared = compareNumbers(Float64Array.from(marks), want.slice(0, marks.length), 1e-12);
    // What torch refuses at a later step may be refused at once.
    if (c.err !== undefined ? marks.length > want.length : marks.length !== want.length)
      problems.push(`${c.n}: ${what}: ${marks.length} numbers, expected ${want.length}`);
    else if (compared.problem) problems.push(`${c.n}: ${what}: ${compared.problem}`);
    else error = Math.max(error, compared.error);
  };
  const half = Math.floor(c.steps / 2);
  const marks: number[] = [];
  let before = 0;
  try {
    let bench = new Bench(c);
    marks.push(...bench.marks());
    for (let t = 0; t < c.steps; t++) {
      if (t === half && c.half) {
        before = marks.length;
        bench.stepped.forEach((scheduler, i) => {
          problems.push(...differences(scheduler.stateDict(), c.half!.states[i], `${c.n}: state dict`));
          problems.push(...differences(scheduler.getLastLr(), c.half!.last[i], `${c.n}: getLastLr`));
        });
        if (c.restart) {
          bench = new Bench(c, { groups: bench.optimizer.stateDict().param_groups, lastEpoch: bench.stepped[0]!.lastEpoch });
          marks.push(...bench.marks());
        }
      }
      bench.step(t);
      if (recorded(t + 1)) marks.push(...bench.marks());
    }
    if (c.err !== undefined) problems.push(`${c.n}: torch threw "${c.err}", Hone did not`);
  } catch (thrown) {
    if (c.err === undefined || !(thrown instanceof HoneError)) problems.push(`${c.n}: threw ${String(thrown)}`);
  }
  check('trace', marks, expected);
  if (!c.half || c.restart || c.err !== undefined) return { problems, error };

  // A new optimizer and new schedulers that load what torch saved go on as those did.
  const resumed = new Bench(c);
  resumed.optimizer.loadStateDict({ state: {}, param_groups: c.half.groups as never });
  resumed.stepped.forEach((scheduler, i) => {
    scheduler.loadStateDict(decode(c.half!.states[i]) as Options);
  });
  const rest: number[] = [];
  for (let t = half; t < c.steps; t++) {
    resumed.step(t);
    if (recorded(t + 1)) rest.push(...resumed.marks());
  }
  check('loaded', rest, expected.slice(before));
  return { problems, error };
}
