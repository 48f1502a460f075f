/** Optimizers by name. */
import { ArgumentError, HoneError } from '../../errors.js';
import type { Module } from '../../nn/module/module.js';
import { Adadelta } from '../../optim/adagrad/adadelta.js';
import { Adafactor } from '../../optim/adagrad/adafactor.js';
import { Adagrad } from '../../optim/adagrad/adagrad.js';
import { RMSprop } from '../../optim/adagrad/rmsprop.js';
import { Adam } from '../../optim/adam/adam.js';
import { Adamax } from '../../optim/adam/adamax.js';
import { AdamW } from '../../optim/adam/adamw.js';
import { NAdam } from '../../optim/adam/nadam.js';
import { RAdam } from '../../optim/adam/radam.js';
import type { Optimizer } from '../../optim/optimizer/optimizer.js';
import { ASGD } from '../../optim/sgd/asgd.js';
import { Lion } from '../../optim/sgd/lion.js';
import { Rprop } from '../../optim/sgd/rprop.js';
import { SGD } from '../../optim/sgd/sgd.js';
import { meantName } from '../../tensor/arguments/spelling.js';

type OptimizerClass = new (params: ReturnType<Module['parameters']>, options: never) => Optimizer;

/** Those that train any model; LBFGS needs a closure, and Muon takes matrices alone. */
const optimizers: Readonly<Record<string, OptimizerClass>> = {
  adam: Adam,
  adamw: AdamW,
  sgd: SGD,
  nadam: NAdam,
  radam: RAdam,
  adamax: Adamax,
  lion: Lion,
  rmsprop: RMSprop,
  adagrad: Adagrad,
  adadelta: Adadelta,
  adafactor: Adafactor,
  asgd: ASGD,
  rprop: Rprop,
};

/** The names that `--optimizer` takes. */
export const optimizerNames: readonly string[] = Object.keys(optimizers);

/** An optimizer and all that was said about it. */
export interface OptimizerSettings {
  readonly name: string;
  readonly lr: number | undefined;
  readonly momentum: number | undefined;
  readonly weightDecay: number | undefined;
  /** Its other options. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** The name of an optimizer in any case of letters. @throws {ArgumentError} for one that there is not. */
export function optimizerName(given: string): string {
  const name = given.toLowerCase();
  if (Object.hasOwn(optimizers, name)) return name;
  const meant = meantName(name, optimizerNames);
  throw new ArgumentError(
    `--optimizer ${given}: there is no such optimizer. Expected one of ${optimizerNames.join(', ')}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
  );
}

/** The rate where none is given: Adam's 0.001 but for those to whom that is far too much or too little. */
const RATES: Readonly<Record<string, number>> = { lion: 1e-4, adagrad: 0.01, adadelta: 1, adafactor: 0.01, rprop: 0.01, asgd: 0.01 };
const RATE = 0.001;

export function rateOf({ name, lr }: Pick<OptimizerSettings, 'name' | 'lr'>): number {
  return lr ?? RATES[name] ?? RATE;
}

/** @throws {ArgumentError} for `--momentum` of one that has none. */
export function checkMomentum({ name, momentum }: OptimizerSettings): void {
  if (momentum !== undefined && name !== 'sgd' && name !== 'rmsprop')
    throw new ArgumentError(`--momentum belongs to --optimizer sgd; ${name} has none. Leave it out.`);
}

const momentumOf = ({ name, momentum }: OptimizerSettings) => momentum ?? (name === 'sgd' ? 0.9 : undefined);

/** @throws {ArgumentError} for an option that the optimizer does not know. */
export function buildOptimizer(model: Module, settings: OptimizerSettings): Optimizer {
  const { name, weightDecay, options } = settings;
  const momentum = momentumOf(settings);
  const given = {
    lr: rateOf(settings),
    ...(momentum !== undefined && { momentum }),
    ...(weightDecay !== undefined && { weightDecay }),
    ...options,
  };
  try {
    return new optimizers[name]!(model.parameters(), given as never);
  } catch (error) {
    if (!(error instanceof HoneError)) throw error;
    throw new ArgumentError(`--optimizer ${error.message}`, { cause: error });
  }
}

/** `sgd, learning rate 0.1, momentum 0.9`. */
export function optimizerText(settings: OptimizerSettings): string {
  const { name, weightDecay = 0, options } = settings;
  const momentum = momentumOf(settings);
  const parts = [name, `learning rate ${rateOf(settings)}`];
  if (momentum !== undefined) parts.push(`momentum ${momentum}`);
  if (weightDecay > 0) parts.push(`weight decay ${weightDecay}`);
  for (const [key, value] of Object.entries(options)) parts.push(`${key} ${JSON.stringify(value)}`);
  return parts.join(', ');
}
