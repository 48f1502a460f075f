/** Runs random calls until it is stopped: the child of `npm run fuzz:calls`, under the sanitizers. Each step has a seed of its own. */
import { readFileSync, writeSync } from 'node:fs';
import * as hone from 'hone';
import { type Generator, HoneError, nn, optim, Tensor, tensor } from 'hone';
import type { Kind, Parameter, Target } from './signatures.js';

interface Task {
  readonly targets: Target[];
  readonly seed: number;
  readonly first: number;
  /** Where the parent reads which step runs; a file descriptor. */
  readonly only?: number;
}

const task = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Task;

let state = 0;
/** A whole number below n: the generator of xorshift. */
function random(n: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % n;
}
const chance = (percent: number) => random(100) < percent;
const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;

/** The call in words, for the report. */
let words: string[] = [];
const say = <T>(text: string, value: T): T => {
  words.push(text);
  return value;
};

const WILD = [-1, -2, -3, 17, 64, 65, 100, 1000, 0.5, -0.5, 1.5, 1e-3, 20_000, 2 ** 31, 2 ** 31 - 1, -(2 ** 31), 2 ** 32, 2 ** 53, 1e300];
const ODD = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0];

function number(): number {
  const kind = random(20);
  return kind < 15 ? random(5) : kind < 18 ? pick(WILD) : kind === 18 ? pick(ODD) : random(1000) / 100;
}

const DTYPES = ['float32', 'float32', 'float32', 'float32', 'float64', 'int64', 'int32', 'uint8', 'bool'] as const;
const SIZES = [1, 2, 2, 3, 3, 4, 5, 0];

/** The shape that most tensors of a step have, so that operands fit each other often. */
let usual: number[] = [];

function shape(): number[] {
  if (chance(55)) return usual;
  if (chance(3)) return Array.from({ length: 17 + random(10) }, (_, i) => (i % 9 === 0 ? 2 : 1));
  return Array.from({ length: random(5) }, () => pick(SIZES));
}

function aTensor(): Tensor {
  const sizes = shape();
  const dtype = pick(DTYPES);
  let x: Tensor;
  const fill = random(6);
  if (dtype === 'float32' || dtype === 'float64') x = fill === 0 ? hone.ones(sizes, { dtype }) : hone.randn(sizes, { dtype });
  else x = hone.randint(fill === 0 ? -2 : 0, fill < 3 ? 2 : 4, sizes).to(dtype);
  let how = '';
  const form = random(12);
  if (form === 0 && x.ndim > 1) {
    x = x.permute(Array.from({ length: x.ndim }, (_, i) => x.ndim - 1 - i));
    how = '.permute(reversed)';
  } else if (form === 1) {
    const axis = x.ndim === 0 ? 0 : random(x.ndim);
    x = x.unsqueeze(axis).expand([...x.shape.slice(0, axis), 3, ...x.shape.slice(axis)]);
    how = `, expanded at ${axis}`;
  } else if (form === 2 && x.ndim > 0 && x.shape[0]! > 1) {
    x = x.slice(0, 1, null, 2);
    how = '.slice(0, 1, null, 2)';
  }
  if (x.isFloatingPoint() && chance(40)) {
    x = x.detach().requiresGrad_();
    how += ', requiresGrad';
    if (chance(4)) {
      x.registerHook((g) => pick<() => Tensor>([() => g.to('float64'), () => g.mul(2), () => g.reshape([-1]), () => g.to('bool')])());
      how += ', hook';
    }
    if (chance(15)) {
      x = x.mul(1);
      how += ', mul(1)';
    }
  }
  return say(`${x.dtype} [${x.shape}]${how}`, x);
}

function aModule(): nn.Module {
  return say('Linear(2, 3)', new nn.Linear(2, 3));
}

function value(kind: Kind, name: string): unknown {
  if (chance(3)) return odd();
  switch (kind.kind) {
    case 'tensor':
      return aTensor();
    case 'number': {
      const n = /dim|axis/i.test(name) ? random(5) - 2 : number();
      return say(String(n), n);
    }
    case 'boolean': {
      const b = chance(50);
      return say(String(b), b);
    }
    case 'string': {
      const s = pick(['float32', 'float64', 'int64', 'bool', 'ij,jk->ik', 'i,i', '...i->i', 'sum', 'mean', 'none', 'x']);
      return say(JSON.stringify(s), s);
    }
    case 'literal':
      return say(JSON.stringify(kind.value), kind.value);
    case 'function':
      return say('function', (x: unknown) => (x instanceof Tensor ? x.mul(2) : x));
    case 'module':
      return aModule();
    case 'generator':
      return say('undefined', undefined as Generator | undefined);
    case 'list': {
      const length = chance(3) ? 70 : random(5);
      words.push('[');
      const list = Array.from({ length }, () => value(kind.of, name));
      words.push(']');
      return list;
    }
    case 'tuple': {
      words.push('[');
      const list = kind.of.map((of) => value(of, name));
      words.push(']');
      return list;
    }
    case 'union':
      return value(pick(kind.of), name);
    case 'object': {
      words.push('{');
      const out: Record<string, unknown> = {};
      for (const [field, of] of Object.entries(kind.fields)) {
        if (!chance(35)) continue;
        words.push(`${field}:`);
        out[field] = value(of, field);
      }
      words.push('}');
      return out;
    }
    default:
      return odd();
  }
}

function odd(): unknown {
  const kind = random(8);
  if (kind < 2) return aTensor();
  if (kind < 4) {
    const n = number();
    return say(String(n), n);
  }
  const [text, what] = pick<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['"x"', 'x'],
    ['[]', []],
    ['{}', {}],
    ['[1, [2]]', [1, [2]]],
    ['new Float32Array(3)', new Float32Array(3)],
    ['1n', 1n],
    ['[NaN, -1]', [Number.NaN, -1]],
  ]);
  return say(text, what);
}

function argumentsFor(calls: Parameter[][]): unknown[] {
  const out: unknown[] = [];
  for (const { kind, name, optional, rest } of pick(calls)) {
    if (optional && chance(35)) break;
    words.push(`${name}=`);
    const given = value(kind, name);
    if (rest && Array.isArray(given)) out.push(...(given as unknown[]));
    else out.push(given);
  }
  return out;
}

function tensorsIn(result: unknown, depth = 0): Tensor[] {
  if (result instanceof Tensor) return [result];
  if (Array.isArray(result) && depth < 3) return result.slice(0, 8).flatMap((item) => tensorsIn(item, depth + 1));
  return [];
}

/** Reads every element, and goes back through what was recorded. */
function use(result: unknown): void {
  for (const x of tensorsIn(result)) {
    if (x.numel() > 1e6) continue;
    x.toTypedArray();
    if (!x.requiresGrad || !x.isFloatingPoint()) continue;
    words.push('; backward');
    const scalar = x.ndim === 0 && chance(50) ? x : x.mul(x).sum();
    if (chance(10)) scalar.backward({ createGraph: true });
    else scalar.backward();
  }
}

function reach(path: string): unknown {
  const [first, ...rest] = path.split('.');
  let at: unknown = first === 'hone' ? hone : (hone as Record<string, unknown>)[first!];
  for (const name of rest) at = (at as Record<string, unknown>)[name];
  return at;
}

type AnyModule = nn.Module & { forward(...args: unknown[]): unknown };

/** Calls a module; converts it or changes its parameters between the steps of training. */
function useModule(target: Target): void {
  const Made = reach(target.path) as new (...args: unknown[]) => AnyModule;
  const m = new Made(...argumentsFor(target.calls));
  const parameters = [...m.parameters()];
  if (parameters.reduce((sum, p) => sum + p.numel(), 0) > 1e6) return;
  let o: { step(closure?: () => unknown): unknown } | undefined;
  if (parameters.length > 0 && chance(60)) {
    const Optimizer = pick([optim.SGD, optim.Adam, optim.Adadelta, optim.RMSprop, optim.Rprop, optim.Adafactor, optim.Lion, optim.ASGD]);
    words.push(`; ${Optimizer.name}`);
    o = new Optimizer(parameters as Iterable<Tensor>, { lr: 0.1 });
  }
  for (let turn = 0; turn < 3; turn++) {
    if (chance(15)) {
      const p = pick([...parameters, ...m.buffers(), tensor(0)]);
      words.push('; data =');
      p.data = aTensor().detach();
    }
    words.push('; forward');
    const result = m.forward(...argumentsFor(target.forward!));
    if (chance(15)) {
      words.push('; double');
      m.double();
    }
    if (chance(10)) {
      words.push('; float');
      m.float();
    }
    use(result);
    if (o !== undefined) {
      words.push('; step');
      o.step();
    }
    if (chance(10)) {
      words.push('; eval');
      m.eval();
    }
  }
}

function useOptimizer(target: Target): void {
  const Made = reach(target.path) as new (...args: unknown[]) => optim.Optimizer;
  const leaves = Array.from({ length: 1 + random(3) }, () => aTensor()).filter((x) => x.isFloatingPoint());
  const params = leaves.map((x) => x.detach().clone().requiresGrad_());
  const options = pick(target.calls)[1];
  words.push('; options');
  const o = new Made(params, ...(options && chance(70) ? [value(options.kind, options.name)] : []));
  for (let turn = 0; turn < 3; turn++) {
    for (const p of params) {
      if (chance(10)) {
        words.push('; data =');
        p.data = chance(50) ? p.data.to('float64') : aTensor().detach();
      }
      words.push('; backward');
      if (chance(90)) p.square().sum().backward();
    }
    words.push('; step');
    o.step(() => tensor(1));
    if (chance(20)) {
      words.push('; state changed');
      const dict = o.stateDict();
      for (const values of Object.values(dict.state))
        for (const key of Object.keys(values)) if (chance(20)) (values as Record<string, unknown>)[key] = odd();
      o.loadStateDict(dict);
    }
  }
}

const counts = { steps: 0, results: 0, refused: 0 };
const raw = new Map<string, string>();

function run(step: number): void {
  state = (Math.imul(task.seed, 2654435761) ^ Math.imul(step + 1, 40503)) | 1;
  for (let i = 0; i < 8; i++) random(2);
  usual = Array.from({ length: 1 + random(4) }, () => pick([1, 2, 2, 3, 4]));
  const target = pick(task.targets);
  words = [`${target.path}:`];
  hone.manualSeed(step);
  // The sanitizer ends the process without a word of ours: the parent must know what ran.
  const note = () => writeSync(3, `${JSON.stringify({ step, words: words.join(' ').slice(0, 3000) })}\n`);
  try {
    if (target.kind === 'module') {
      note();
      useModule(target);
    } else if (target.kind === 'optimizer') {
      note();
      useOptimizer(target);
    } else {
      const method = target.kind === 'method';
      const self = method ? aTensor() : undefined;
      if (method) words.push('(');
      const args = argumentsFor(target.calls);
      note();
      const call = method ? (self as unknown as Record<string, unknown>)[target.path.slice(7)] : reach(target.path);
      const result: unknown = (call as (...args: unknown[]) => unknown).apply(self, args);
      if (result instanceof Promise) result.catch(() => undefined);
      use(result);
    }
    counts.results++;
  } catch (error) {
    if (error instanceof HoneError) counts.refused++;
    else {
      const stack = error instanceof Error ? (error.stack ?? String(error)) : String(error);
      const at = stack.split('\n').find((line) => line.includes('/src/'));
      const key = `${target.path}: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`.slice(0, 160);
      if (!raw.has(key)) {
        raw.set(key, '');
        writeSync(
          3,
          `${JSON.stringify({ step, raw: key, at: at?.trim().replace(/.*\/src\//, ''), words: words.join(' ').slice(0, 600) })}\n`,
        );
      }
    }
  }
  counts.steps++;
  if (step % 97 === 0) hone.collectGarbage();
}

process.on('unhandledRejection', () => undefined);
console.warn = () => undefined;
if (task.only !== undefined) {
  run(task.only);
  writeSync(3, `${JSON.stringify({ counts })}\n`);
} else {
  for (let step = task.first; ; step++) {
    run(step);
    if (step % 50 === 0) {
      writeSync(3, `${JSON.stringify({ counts })}\n`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
