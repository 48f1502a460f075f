/** The options of defineStudy, checked. */
import { readLoader, readWorkers } from '../../data/loader/options.js';
import { ArgumentError } from '../../errors.js';
import { HuberLoss, L1Loss, MSELoss, SmoothL1Loss } from '../../nn/loss/regression/regression.js';
import { Module } from '../../nn/module/module.js';
import { type StudyMetric, sourcesOfVariation } from '../../report/study/figures.js';
import { readOptions, required } from '../../tensor/arguments/arguments.js';
import { above, assertFunction, countOf, oneOf, wholeNumber } from '../../tensor/arguments/checks.js';
import { isOptions, show } from '../../tensor/arguments/show.js';
import { checkLoss } from '../../train/batch/checks.js';
import { betterOf } from '../../train/history/monitor.js';
import { readMetrics } from '../../train/metrics/metric.js';
import type { Metric } from '../../train/types.js';
import { type Choose, OP, type StudyOptions } from './types.js';

const DEFAULTS: { [K in keyof Required<StudyOptions<object>>]: unknown } = {
  title: '',
  summary: '',
  data: required,
  prepare: required,
  model: required,
  optimizer: required,
  scheduler: required,
  loss: required,
  callbacks: required,
  fit: required,
  inspect: required,
  baseline: required,
  baselineName: '',
  factors: required,
  design: 'oneAtATime',
  variants: required,
  pairs: [],
  metric: required,
  better: required,
  metrics: [],
  choose: required,
  matters: required,
  batchSize: required,
  loader: required,
  epochs: required,
  repeats: 5,
  seed: 0,
  varies: [],
  claim: required,
  remarks: [],
};

const CLAIM = { document: '', quote: '', original: '', judge: required };

const CHOICES: readonly Choose[] = ['loss', 'metric', 'last'];

/** What loaders of a study are given by the study itself. */
const OWN = ['batchSize', 'shuffle', 'generator', 'sampler', 'batchSampler'] as const;

/** @returns the score that is compared. @throws {ArgumentError} for options that are unknown, missing, or make no sense. */
export function readStudy<S extends object>(options: StudyOptions<S>): StudyMetric {
  if (!isOptions(options))
    throw new ArgumentError(
      `${OP}: got ${options === undefined ? 'no options' : `${show(options)} where options are expected`}. Write ${OP}({ title, data, baseline, factors, model, epochs }).`,
    );
  readOptions(OP, DEFAULTS, options);
  const { title, data, baseline, factors, variants, loss, repeats, seed, matters, loader, choose, design } = options;
  if (typeof title !== 'string' || title.trim() === '') throw new ArgumentError(`${OP}: title is ${show(title)}, expected a text.`);
  if (typeof data !== 'function' && !isOptions(data))
    throw new ArgumentError(`${OP}: data is ${show(data)}, expected { train, validation, test }, or a function that makes it.`);
  for (const [name, value] of Object.entries({ baseline, factors, variants }))
    if (!isOptions(value) && (name === 'baseline' || value !== undefined))
      throw new ArgumentError(
        `${OP}: ${name} is ${show(value)}, expected ${name === 'baseline' ? 'the settings that are compared: { dropout: 0 }' : 'an object'}.`,
      );
  assertFunction(OP, 'model', options.model);
  for (const name of ['prepare', 'optimizer', 'scheduler', 'callbacks', 'fit', 'inspect'] as const)
    if (options[name] !== undefined) assertFunction(OP, name, options[name]);
  if (loss !== undefined) checkLoss(OP, loss);
  if (loss instanceof Module && loss.parameters().length > 0)
    throw new ArgumentError(`${OP}: the loss has parameters, which all runs would share. Make one for each: fit: () => ({ loss: new … }).`);
  for (const name of ['epochs', 'batchSize'] as const) {
    const value = options[name];
    if (name === 'epochs' && value === undefined)
      throw new ArgumentError(`${OP}: epochs is missing, expected a whole number of at least 1, or a function of the setting.`);
    if (value !== undefined && typeof value !== 'function') countOf(OP, name, value, 1);
  }
  if (repeats !== undefined) countOf(OP, 'repeats', repeats, 1);
  if (seed !== undefined) wholeNumber(OP, 'seed', seed, { min: 0, max: 2 ** 32 - 1 });
  if (matters !== undefined) above(OP, 'matters', matters, 0);
  if (choose !== undefined && typeof choose !== 'function') oneOf(OP, 'choose', choose, CHOICES);
  if (design !== undefined) oneOf(OP, 'design', design, ['oneAtATime', 'fullFactorial', 'leaveOneOut']);
  checkVaries(options);
  if (loader !== undefined && !isOptions(loader))
    throw new ArgumentError(`${OP}: loader is ${show(loader)}, expected options of a DataLoader.`);
  for (const name of OWN)
    if (Object.hasOwn(loader ?? {}, name))
      throw new ArgumentError(
        `${OP}: loader has ${name}, which a study sets by itself. ${name === 'batchSize' ? 'Give batchSize beside loader.' : 'Leave it out.'}`,
      );
  if (loader !== undefined) checkLoader(loader);
  if (options.claim !== undefined) {
    const claim = readOptions(`${OP}: claim`, CLAIM, options.claim);
    assertFunction(`${OP}: claim`, 'judge', claim.judge);
  }
  return metricOf(options);
}

/** @throws {ArgumentError} for options that a DataLoader would refuse in every run. */
function checkLoader(loader: object): void {
  try {
    readWorkers(readLoader([{ ...loader, batchSize: 1 }]));
  } catch (error) {
    if (error instanceof ArgumentError) error.message = error.message.replace(/^DataLoader/, `${OP}: loader`);
    throw error;
  }
}

/** What varies between repeats. @throws {ArgumentError} for an unknown source, and where nothing would differ. */
function checkVaries({ varies, repeats = 5 }: Pick<StudyOptions<object>, 'varies' | 'repeats'>): void {
  for (const source of varies ?? []) oneOf(OP, 'varies', source, sourcesOfVariation);
  if (varies?.length === 0 && repeats > 1)
    throw new ArgumentError(
      `${OP}: nothing varies, so that all ${repeats} repeats would be the same. Name what varies, or make repeats 1.`,
    );
}

function metricOf<S extends object>(options: StudyOptions<S>): StudyMetric {
  const { metric = 'accuracy', better } = options;
  const [compared] = metricsOf(options);
  const regression = [MSELoss, L1Loss, SmoothL1Loss, HuberLoss].find((type) => options.loss instanceof type);
  if (regression && options.metric === undefined)
    throw new ArgumentError(
      `${OP}: accuracy says nothing of ${regression.className}. Name what is compared: metric: 'mse', 'mae', 'r2', or 'loss'.`,
    );
  const name = metric === 'loss' ? 'loss' : compared!.name;
  if (better !== undefined) oneOf(OP, 'better', better, ['max', 'min']);
  return { name, better: better ?? betterOf(name) };
}

/** What is measured beside the loss: the compared metric first. @throws {ArgumentError} for metrics that are none. */
export function metricsOf<S extends object>({ metric = 'accuracy', metrics = [] }: StudyOptions<S>): Metric[] {
  return readMetrics([...(metric === 'loss' ? [] : [metric]), ...metrics], OP);
}

/** A number that may depend on the setting. @throws {ArgumentError} unless it is a whole one of at least 1. */
export function bySetting<S extends object>(name: string, value: number | ((setting: S) => number), setting: S): number {
  return countOf(OP, name, typeof value === 'function' ? value(setting) : value, 1);
}

/** By what the epoch of a setting's runs is chosen. @throws {ArgumentError} for anything else. */
export function chosenBy<S extends object>({ choose = 'metric' }: Pick<StudyOptions<S>, 'choose'>, setting: S, name = 'choose'): Choose {
  return oneOf(OP, name, typeof choose === 'function' ? choose(setting) : choose, CHOICES);
}
