/** Replays a use of a class of `nn`: its text, its state dict, its seeded initial state, and what training and evaluation give. */
import { fromTypedArray, HoneError, manualSeed, nn, noGrad, rand, type Tensor } from 'hone';
import { type Floating, type InputSpec, makeInput, numbers } from '../numbers.js';
import { camelKeys, compare, flat, gradients, type Replayed, resolve, type Stored, weighted } from './programs.js';

interface Run {
  readonly train: boolean;
  readonly r: readonly (Stored | null)[];
  /** Gradients of the inputs, then of the parameters. */
  readonly g?: readonly (Stored | null)[];
  readonly gg?: readonly (Stored | null)[];
  /** The buffers afterwards. */
  readonly b?: readonly (Stored | null)[];
}

export interface ModuleCase {
  readonly n: string;
  readonly seed: number;
  readonly name: string;
  readonly args: readonly unknown[];
  readonly kwargs: Record<string, unknown>;
  readonly in: readonly InputSpec[];
  readonly call: readonly unknown[];
  readonly callKw?: Record<string, unknown>;
  readonly err?: string;
  readonly text?: string;
  readonly keys?: readonly (readonly [string, readonly number[]])[];
  readonly init?: Stored;
  readonly runs?: readonly Run[];
  /** torch's own float32 errors, where they are large, in the order r, g, gg, b. */
  readonly e?: readonly (readonly number[])[];
  readonly only64?: boolean;
  readonly tol?: number;
}

type Layer = nn.Module & { forward(...args: unknown[]): unknown };

function environment(c: ModuleCase, floating: Floating) {
  const made = c.in.map((spec, i) => makeInput(spec, c.seed + i, floating));
  return { leaves: made.map(({ leaf }) => leaf), env: new Map<string, unknown>(made.map(({ x }, i) => [`x${i}`, x])) };
}

type Make = new (...args: unknown[]) => Layer;
const classes = nn as unknown as Record<string, Make | undefined>;

/** {"module": [name, args, options]} is a module; everything else as `resolve` has it. */
function ready(value: unknown, env: ReadonlyMap<string, unknown>): unknown {
  if (value === null || typeof value !== 'object' || !('module' in value)) return resolve(value, env);
  const [name, args = [], kw] = value.module as [string, unknown[]?, Record<string, unknown>?];
  return new classes[name]!(...withOptions(args, kw, env));
}

const withOptions = (args: readonly unknown[], kw: Record<string, unknown> = {}, env: ReadonlyMap<string, unknown>): unknown[] => {
  const given = args.map((a) => ready(a, env));
  const options = Object.entries(camelKeys(kw)).map(([name, value]) => [name, ready(value, env)]);
  return options.length ? [...given, Object.fromEntries(options)] : given;
};

/** The module of a case, seeded. */
export function build(c: ModuleCase, floating: Floating): Layer {
  const { env } = environment(c, floating);
  manualSeed(c.seed);
  const make = classes[c.name];
  if (make === undefined) throw new Error(`Hone has no nn.${c.name}`);
  const detached = new Map([...env].map(([name, x]) => [name, (x as Tensor).detach()]));
  return new make(...withOptions(c.args, c.kwargs, detached));
}

/** The module of a case with known parameters, its inputs, and a call of it. */
export function prepare(c: ModuleCase, floating: Floating) {
  const { leaves, env } = environment(c, floating);
  const module = build(c, floating);
  if (floating === 'float64') module.to('float64');
  const parameters = module.parameters();
  noGrad(() => {
    parameters.forEach((p, i) => {
      p.copy_(numbers('h', c.seed + 50 + i, p.shape, p.dtype));
    });
  });
  const call = (): unknown[] => {
    manualSeed(c.seed + 7);
    return flat(module.forward(...withOptions(c.call, c.callKw, env)));
  };
  return { module, call, wanted: [...leaves, ...parameters].filter((x) => x.requiresGrad) };
}

export function replayModule(c: ModuleCase, floating: Floating): Replayed {
  const label = `${c.n} ${floating}: new nn.${c.name}(${[...c.args, ...(Object.keys(c.kwargs).length ? [c.kwargs] : [])].map((a) => JSON.stringify(a)).join(', ')}) of ${c.in.map((i) => `${i.k}[${i.s}]${i.l ? `/${i.l}` : ''}`).join(' ')}`;
  const problems: string[] = [];
  let error = 0;
  try {
    if (c.err === undefined) {
      const made = build(c, 'float32');
      const after = rand([1]);
      if (String(made) !== c.text) problems.push(`${label}: prints ${JSON.stringify(String(made))}, torch ${JSON.stringify(c.text)}`);
      const state = Object.entries(made.stateDict());
      const keys = JSON.stringify(state.map(([key, t]) => [key, t.shape]));
      if (keys !== JSON.stringify(c.keys)) problems.push(`${label}: state dict ${keys}, torch ${JSON.stringify(c.keys)}`);
      else {
        const all = Float32Array.from([...state.map(([, t]) => t), after].flatMap((t) => t.reshape(-1).toArray() as number[]));
        const { problem } = compare(fromTypedArray(all, [all.length]), c.init!, 'float32');
        if (problem) problems.push(`${label}: initial state: ${problem}`);
      }
    }
    const { module, call, wanted } = prepare(c, floating);
    const modes = c.runs ?? [{ train: true, r: [] }];
    modes.forEach((expected, run) => {
      module.train(expected.train);
      const outputs = call();
      const actual: Record<string, readonly unknown[] | null> = { r: outputs };
      const loss = c.err !== undefined || expected.g ? weighted(outputs as (Tensor | null)[], c.seed, 100) : null;
      if (loss) {
        const { grads, recorded, seconds } = gradients(loss, wanted, c.seed, Boolean(expected.gg));
        Object.assign(actual, { g: grads, recorded, gg: seconds });
      }
      actual.b = module.buffers();
      let next = 0;
      for (const part of ['r', 'g', 'recorded', 'gg', 'b'] as const) {
        const again = part === 'recorded';
        if (again && !actual.recorded) continue;
        const wants = expected[again ? 'g' : part] ?? [];
        // Where torch's errors of these begin.
        const first = again ? next - wants.length : next;
        next = first + wants.length;
        const has = actual[part] ?? wants.map(() => null);
        if (has.length !== wants.length) problems.push(`${label}: ${NAMES[part]}: ${wants.length} expected, got ${has.length}`);
        wants.forEach((want, i) => {
          const compared = compare(has[i] ?? null, want, floating, {
            torchError: floating === 'float32' ? c.e?.[run]?.[first + i] : 0,
            least: part === 'r' ? 0.01 : 1,
            tolerance: c.tol,
          });
          if (compared.problem)
            problems.push(`${label}: ${expected.train ? 'training' : 'evaluation'}: ${NAMES[part]} ${i}: ${compared.problem}`);
          else error = Math.max(error, compared.error);
        });
      }
    });
  } catch (thrown) {
    if (c.err !== undefined && thrown instanceof HoneError) return { problems: [], error: 0 };
    const said = `${(thrown as Error).name}: ${(thrown as Error).message}`;
    return {
      problems: [
        `${label}: ${c.err === undefined ? 'torch computes it, Hone threw' : `torch threw "${c.err}", Hone threw something that is no HoneError:`} ${said}`,
      ],
      error: 0,
    };
  }
  if (c.err !== undefined) problems.push(`${label}: torch threw "${c.err}", Hone computed it`);
  return { problems, error };
}

const NAMES = { r: 'result', g: 'gradient', recorded: 'recorded gradient', gg: 'second gradient', b: 'buffer' };
