/** The schedules of learning rates as the command line takes them: their options as flags. */
import { ArgumentError } from '../errors.js';
import { ChainedScheduler, SequentialLR } from '../optim/lr-scheduler/composed.js';
import { CosineAnnealingLR, CosineAnnealingWarmRestarts } from '../optim/lr-scheduler/cycle/cosine-annealing-lr.js';
import { CyclicLR } from '../optim/lr-scheduler/cycle/cyclic-lr.js';
import { OneCycleLR } from '../optim/lr-scheduler/cycle/one-cycle-lr.js';
import { ExponentialLR } from '../optim/lr-scheduler/decay/exponential-lr.js';
import { LambdaLR, MultiplicativeLR } from '../optim/lr-scheduler/decay/lambda-lr.js';
import { ConstantLR, LinearLR, PolynomialLR } from '../optim/lr-scheduler/decay/linear-lr.js';
import { MultiStepLR, StepLR } from '../optim/lr-scheduler/decay/step-lr.js';
import { ReduceLROnPlateau } from '../optim/lr-scheduler/reduce-lr-on-plateau.js';
import type { LRScheduler } from '../optim/lr-scheduler/scheduler.js';
import { SWALR } from '../optim/lr-scheduler/swa-lr.js';
import type { SGD } from '../optim/sgd/sgd.js';
import { meantName } from '../tensor/arguments/spelling.js';

/** How a flag is read: a number, a list of them, yes or no, a function of `epoch`, or one of some words. */
type Kind = 'number' | 'numbers' | 'switch' | 'function' | readonly string[];

interface Flag {
  readonly kind: Kind;
  /** As --help shows it; undefined where the flag is required. */
  readonly fallback?: string;
}

interface ScheduleEntry {
  readonly make: (optimizer: SGD, options: Readonly<Record<string, unknown>>) => LRScheduler;
  readonly flags: Readonly<Record<string, Flag>>;
  /** After how many steps it is done, where it says so: then the next one may begin. */
  readonly length?: (options: Readonly<Record<string, unknown>>) => number | undefined;
}

const number = (fallback?: string): Flag => ({ kind: 'number', fallback });
const numbers = (fallback?: string): Flag => ({ kind: 'numbers', fallback });
const words = (first: string, ...others: string[]): Flag => ({ kind: [first, ...others], fallback: first });
const on: Flag = { kind: 'switch', fallback: 'true' };
const off: Flag = { kind: 'switch', fallback: 'false' };

/** A class that takes its options by name. */
const of =
  (Class: unknown) =>
  (optimizer: SGD, options: Readonly<Record<string, unknown>>): LRScheduler =>
    new (Class as new (optimizer: SGD, options: object) => LRScheduler)(optimizer, options);

const lambda =
  (Class: typeof LambdaLR | typeof MultiplicativeLR) =>
  (optimizer: SGD, { lrLambda }: Readonly<Record<string, unknown>>): LRScheduler =>
    new Class(optimizer, lrLambda as (epoch: number) => number);

const given = (name: string, fallback?: number) => (options: Readonly<Record<string, unknown>>) =>
  (options[name] as number | undefined) ?? fallback;

/** All schedules, with their options under the names that the library gives them. */
export const schedules: Readonly<Record<string, ScheduleEntry>> = {
  StepLR: { make: of(StepLR), flags: { stepSize: number(), gamma: number('0.1') } },
  MultiStepLR: { make: of(MultiStepLR), flags: { milestones: numbers(), gamma: number('0.1') } },
  ExponentialLR: { make: of(ExponentialLR), flags: { gamma: number() } },
  ConstantLR: { make: of(ConstantLR), flags: { factor: number('1/3'), totalIters: number('5') }, length: given('totalIters', 5) },
  LinearLR: {
    make: of(LinearLR),
    flags: { startFactor: number('1/3'), endFactor: number('1'), totalIters: number('5') },
    length: given('totalIters', 5),
  },
  PolynomialLR: { make: of(PolynomialLR), flags: { totalIters: number('5'), power: number('1') }, length: given('totalIters', 5) },
  CosineAnnealingLR: { make: of(CosineAnnealingLR), flags: { tMax: number(), etaMin: number('0') }, length: given('tMax') },
  CosineAnnealingWarmRestarts: { make: of(CosineAnnealingWarmRestarts), flags: { t0: number(), tMult: number('1'), etaMin: number('0') } },
  CyclicLR: {
    make: of(CyclicLR),
    flags: {
      baseLr: number(),
      maxLr: number(),
      stepSizeUp: number('2000'),
      stepSizeDown: number('as up'),
      mode: words('triangular', 'triangular2', 'exp_range'),
      gamma: number('1'),
      scaleFn: { kind: 'function', fallback: 'none' },
      scaleMode: words('cycle', 'iterations'),
      cycleMomentum: on,
      baseMomentum: number('0.8'),
      maxMomentum: number('0.9'),
    },
  },
  OneCycleLR: {
    make: of(OneCycleLR),
    flags: {
      maxLr: number(),
      totalSteps: number('epochs × steps per epoch'),
      pctStart: number('0.3'),
      annealStrategy: words('cos', 'linear'),
      cycleMomentum: on,
      baseMomentum: number('0.85'),
      maxMomentum: number('0.95'),
      divFactor: number('25'),
      finalDivFactor: number('1e4'),
      threePhase: off,
    },
    length: given('totalSteps'),
  },
  LambdaLR: { make: lambda(LambdaLR), flags: { lrLambda: { kind: 'function' } } },
  MultiplicativeLR: { make: lambda(MultiplicativeLR), flags: { lrLambda: { kind: 'function' } } },
  SWALR: {
    make: of(SWALR),
    flags: { swaLr: number(), annealEpochs: number('10'), annealStrategy: words('cos', 'linear') },
    length: given('annealEpochs', 10),
  },
  ReduceLROnPlateau: {
    make: of(ReduceLROnPlateau),
    flags: {
      mode: words('min', 'max'),
      factor: number('0.1'),
      patience: number('10'),
      threshold: number('1e-4'),
      thresholdMode: words('rel', 'abs'),
      cooldown: number('0'),
      minLr: number('0'),
      eps: number('1e-8'),
    },
  },
};

/** `--t-max` for `tMax`, `--t0` for `t0`. */
export const flagOf = (option: string): string => `--${option.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;

const shapeOf = (kind: Kind): string =>
  kind === 'number'
    ? '<number>'
    : kind === 'numbers'
      ? '<1,2,…>'
      : kind === 'function'
        ? '<of epoch>'
        : kind === 'switch'
          ? ''
          : `<${kind.join('|')}>`;

/** The flags of all schedules, a line or two each, for --help. */
export function schedulesHelp(): string {
  return Object.entries(schedules)
    .map(([name, { flags }]) => {
      const lines: string[] = [];
      let line = `  ${name}`;
      for (const [option, { kind, fallback }] of Object.entries(flags)) {
        const shape = shapeOf(kind);
        const off = kind === 'switch' && fallback === 'true';
        const flag = off ? flagOf(option).replace('--', '--no-') : `${flagOf(option)}${shape === '' ? '' : ` ${shape}`}`;
        const text =
          fallback === undefined ? flag : kind === 'switch' ? `[${flag}]` : `[${flag}${typeof kind === 'string' ? ` = ${fallback}` : ''}]`;
        if (line.length + text.length + 1 > 79) {
          lines.push(line);
          line = `     ${text}`;
        } else line += ` ${text}`;
      }
      return [...lines, line].join('\n');
    })
    .join('\n');
}

/** A schedule by name, upper and lower case alike. @throws {ArgumentError} for one that there is not. */
function scheduleNamed(op: string, name: string): string {
  const names = Object.keys(schedules);
  const found = names.find((one) => one.toLowerCase() === name.toLowerCase() || one.toLowerCase() === `${name.toLowerCase()}lr`);
  if (found !== undefined) return found;
  const meant = meantName(name, names);
  throw new ArgumentError(
    `${op}: there is no schedule "${name}".${meant === undefined ? '' : ` Did you mean ${meant}?`} There are ${names.join(', ')}.`,
  );
}

/** A function of `epoch` that is written on the command line: `0.95 ** epoch`, or `(epoch) => …`. */
function functionOf(op: string, flag: string, text: string): (epoch: number) => number {
  try {
    const value: unknown = new Function('epoch', `const f = (${text}); return typeof f === 'function' ? f(epoch) : f;`)(1);
    if (typeof value !== 'number') throw new Error(`it gives ${typeof value}`);
  } catch (error) {
    throw new ArgumentError(
      `${op}: ${flag} "${text}" is not a function of epoch (${(error as Error).message}). Write one such as "0.95 ** epoch".`,
    );
  }
  return new Function('epoch', `const f = (${text}); return typeof f === 'function' ? f(epoch) : f;`) as (epoch: number) => number;
}

function numberOf(op: string, flag: string, text: string): number {
  const fraction = /^\s*([-+\d.e]+)\s*\/\s*([-+\d.e]+)\s*$/i.exec(text);
  const value = fraction === null ? Number(text) : Number(fraction[1]) / Number(fraction[2]);
  if (text.trim() === '' || !Number.isFinite(value)) throw new ArgumentError(`${op}: ${flag} is "${text}", expected a number.`);
  return value;
}

function valueOf(op: string, flag: string, kind: Kind, text: string): unknown {
  if (kind === 'number') return numberOf(op, flag, text);
  if (kind === 'numbers') return text.split(',').map((one) => numberOf(op, flag, one));
  if (kind === 'function') return functionOf(op, flag, text);
  if ((kind as readonly string[]).includes(text)) return text;
  throw new ArgumentError(`${op}: ${flag} is "${text}", expected one of ${(kind as readonly string[]).join(', ')}.`);
}

/** One schedule of the command line. */
export interface Segment {
  readonly name: string;
  readonly options: Record<string, unknown>;
  /** How long it lasts, where `--for` says so. */
  lasts?: number;
}

/** Reads `StepLR --step-size 30 --gamma 0.5`. @throws {ArgumentError} for what the schedule does not take. */
function readSegment(op: string, [name, ...rest]: readonly string[]): Segment {
  if (name === undefined || name.startsWith('-'))
    throw new ArgumentError(
      `${op}: ${name === undefined ? 'nothing' : name} stands where a schedule is expected. There are ${Object.keys(schedules).join(', ')}.`,
    );
  const found = scheduleNamed(op, name);
  const { flags } = schedules[found]!;
  const segment: Segment = { name: found, options: {} };
  for (let i = 0; i < rest.length; i++) {
    const [word, joined] = rest[i]!.includes('=')
      ? [rest[i]!.slice(0, rest[i]!.indexOf('=')), rest[i]!.slice(rest[i]!.indexOf('=') + 1)]
      : [rest[i]!];
    const negated = word.startsWith('--no-');
    const option = Object.keys(flags).find((one) => flagOf(one) === (negated ? word.replace('--no-', '--') : word));
    const takes = word === '--for' ? 'number' : option === undefined ? undefined : flags[option]!.kind;
    if (takes === undefined || (negated && takes !== 'switch')) {
      const known = Object.keys(flags).map(flagOf);
      const meant = meantName(word, known);
      throw new ArgumentError(
        `${op}: ${found} has no ${word}.${meant === undefined ? '' : ` Did you mean ${meant}?`} It takes ${[...known, '--for'].join(', ')}.`,
      );
    }
    if (takes === 'switch') {
      if (joined !== undefined) throw new ArgumentError(`${op}: ${word} takes no value, got "${joined}".`);
      segment.options[option!] = !negated;
      continue;
    }
    const text = joined ?? rest[++i];
    if (text === undefined) throw new ArgumentError(`${op}: ${word} has no value after it.`);
    const value = valueOf(op, word, takes, text);
    if (word !== '--for') segment.options[option!] = value;
    else if (Number.isSafeInteger(value) && (value as number) > 0) segment.lasts = value as number;
    else throw new ArgumentError(`${op}: --for is "${text}", expected a whole number of at least 1.`);
  }
  for (const [option, { fallback }] of Object.entries(flags))
    if (fallback === undefined && segment.options[option] === undefined)
      throw new ArgumentError(`${op}: ${found} needs ${flagOf(option)} ${shapeOf(flags[option]!.kind)}.`);
  return segment;
}

/** Schedules one after the other (`then`), of which each may be several at once (`with`). */
export type Composition = readonly (readonly Segment[])[];

const splitAt = (list: readonly string[], word: string): string[][] => {
  const out: string[][] = [[]];
  for (const one of list) {
    if (one === word) out.push([]);
    else out.at(-1)!.push(one);
  }
  return out;
};

/** Reads `LinearLR --total-iters 5 then CosineAnnealingLR --t-max 95`. */
export function readComposition(op: string, given: readonly string[]): Composition {
  return splitAt(given, 'then').map((part) => splitAt(part, 'with').map((one) => readSegment(op, one)));
}

/** Makes the schedule. */
export function makeSchedule(
  op: string,
  composition: Composition,
  training: { readonly epochs: number; readonly stepsPerEpoch: number },
): (optimizer: SGD) => LRScheduler {
  const optionsOf = ({ name, options }: Segment) =>
    name === 'OneCycleLR' && options['totalSteps'] === undefined ? { ...options, ...training } : options;
  const milestones: number[] = [];
  composition.slice(0, -1).forEach((together, i) => {
    const lengths = together.map((segment) => segment.lasts ?? schedules[segment.name]!.length?.(optionsOf(segment)));
    const length = together.find(({ lasts }) => lasts !== undefined)?.lasts ?? Math.max(...lengths.map((one) => one ?? Number.NaN));
    if (!Number.isFinite(length))
      throw new ArgumentError(
        `${op}: ${together.map(({ name }) => name).join(' with ')} does not say when ${composition[i + 1]![0]!.name} begins. Add --for and a number of steps.`,
      );
    milestones.push((milestones.at(-1) ?? 0) + length);
  });
  return (optimizer) => {
    const parts = composition.map((together) => {
      const all = together.map((segment) => schedules[segment.name]!.make(optimizer, optionsOf(segment)));
      return all.length === 1 ? all[0]! : new ChainedScheduler(all);
    });
    return parts.length === 1 ? parts[0]! : new SequentialLR(optimizer, parts, milestones);
  };
}

/** `LinearLR (totalIters 5), then CosineAnnealingLR (tMax 95)`. */
export function showComposition(composition: Composition): string {
  const one = ({ name, options, lasts }: Segment) => {
    const parts = Object.entries(options).map(([option, value]) => `${option} ${typeof value === 'function' ? 'f(epoch)' : String(value)}`);
    if (lasts !== undefined) parts.push(`for ${lasts}`);
    return parts.length === 0 ? name : `${name} (${parts.join(', ')})`;
  };
  return composition.map((together) => together.map(one).join(' with ')).join(', then ');
}
