/** finetuning: a trained model that learns something new, its layers one after the other and at rates of their own. */
import { ArgumentError } from '../../../errors.js';
import type { Module } from '../../../nn/module/module.js';
import { readOptions, required } from '../../../tensor/arguments/arguments.js';
import { above, atLeast, between, wholeNumber } from '../../../tensor/arguments/checks.js';
import { isOptions, show } from '../../../tensor/arguments/show.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { Callback, TrainingRun } from '../callback.js';
import { PREPARES, type PreparingCallback } from '../watching.js';
import { chosen, isIn, type LayerChoice, layersOf, unknownLayer } from './layers.js';
import { cutGroups, type RateOf } from './rates.js';

/** The options of {@link finetuning}. */
export interface FinetuningOptions {
  /**
   * What is frozen at first: `backbone`, all layers of the model but the last that has parameters; names of layers or parameters; or a function that
   * chooses parameters. Default: `backbone`; null for nothing.
   */
  freeze?: LayerChoice | null;
  /**
   * From which epoch on (from 1) that is trained as well; or by epoch which layers of it: `{ 3: 'layer4', 5: ['layer3', 'layer2'], 8: 'all' }`. Default:
   * never.
   */
  unfreezeAt?: number | Readonly<Record<number, LayerChoice>>;
  /** The rate of layers, by name: `{ layer4: 1e-4, fc: 1e-3 }`. Default: that of the optimizer. */
  lr?: Readonly<Record<string, number>>;
  /** By what factor the rate falls from each layer to the one before it: of 0.5, the last one has the optimizer's rate, the one before half of it. Default: 1. */
  lrDecay?: number;
  /** Whether batch norm that is frozen keeps its statistics, in evaluation mode, rather than taking in the new data. Default: true. */
  keepBatchNormFrozen?: boolean;
}

const OP = 'finetuning';

/**
 * Trains the head of a model alone at first, then layers of the rest, each at its own rate. Rates of layers become parameter groups of the optimizer,
 * and schedules scale them alike; parameters that are unfrozen and that the optimizer does not hold join it. Afterwards parameters require
 * gradients as before.
 * @throws {ArgumentError} for options that make no sense; at the start, for layers that the model does not have, and where nothing is left to train.
 * @see https://lightning.ai/docs/pytorch/stable/api/lightning.pytorch.callbacks.BackboneFinetuning.html; Howard and Ruder 2018, https://arxiv.org/abs/1801.06146
 * @example
 * await fit(model, { train, loss: criterion, optimizer, epochs: 3, callbacks: [finetuning({ freeze: 'backbone', unfreezeAt: 2, lrDecay: 0.5 })] });
 */
export function finetuning(options: FinetuningOptions = {}): Callback {
  const defaults = { freeze: 'backbone' as LayerChoice | null, unfreezeAt: required, lr: required, lrDecay: 1, keepBatchNormFrozen: true };
  const read = readOptions(OP, { ...defaults, freeze: null }, options) as Required<FinetuningOptions>;
  const freeze = options.freeze === null ? null : (read.freeze ?? 'backbone');
  const unfreezeAt = read.unfreezeAt as FinetuningOptions['unfreezeAt'];
  checkChoice('freeze', freeze);
  if (unfreezeAt !== undefined && freeze === null)
    throw new ArgumentError(`${OP}: unfreezeAt is given, but nothing is frozen. Leave freeze: null out.`);
  if (isOptions(unfreezeAt)) {
    for (const [epoch, choice] of Object.entries(unfreezeAt)) {
      wholeNumber(OP, 'an epoch of unfreezeAt', Number(epoch), { min: 1 });
      checkChoice(`unfreezeAt.${epoch}`, choice);
    }
  } else if (unfreezeAt !== undefined) wholeNumber(OP, 'unfreezeAt', unfreezeAt, { min: 1 });
  const lr = read.lr as FinetuningOptions['lr'];
  if (lr !== undefined && !isOptions(lr)) throw new ArgumentError(`${OP}: lr is ${show(lr)}, expected rates by layer: { layer4: 1e-4 }.`);
  for (const [layer, rate] of Object.entries(lr ?? {})) atLeast(OP, `lr.${layer}`, rate, 0);
  above(OP, 'lrDecay', read.lrDecay, 0);
  between(OP, 'lrDecay', read.lrDecay, 0, 1);

  /** From which epoch on each parameter that is frozen is trained. */
  let thaws = new Map<Tensor, number>();
  let before: (readonly [Tensor, boolean])[] = [];
  let norms: { readonly norm: Module; readonly parameters: readonly Tensor[] }[] = [];
  let still: readonly Module[] = [];
  const giveBack = () => {
    for (const [parameter, requiresGrad] of before) parameter.requiresGrad = requiresGrad;
    before = [];
  };
  const callback: PreparingCallback = {
    name: OP,
    [PREPARES](run) {
      const { model } = run;
      thaws = thawsOf(model, freeze, unfreezeAt);
      const rates = lr === undefined && read.lrDecay === 1 ? undefined : ratesOf(model, lr ?? {}, read.lrDecay);
      const held = new Set((run.optimizer.paramGroups as readonly { params?: readonly Tensor[] }[]).flatMap(({ params }) => params ?? []));
      const missing = [...thaws]
        .filter(([parameter, epoch]) => Number.isFinite(epoch) && !held.has(parameter))
        .map(([parameter]) => parameter);
      cutGroups(OP, run, missing, rates);
      norms = read.keepBatchNormFrozen ? normsOf(model) : [];
    },
    onTrainStart() {
      before = [...thaws.keys()].map((parameter) => [parameter, parameter.requiresGrad] as const);
    },
    onEpochStart({ model, epoch }: TrainingRun) {
      for (const [parameter, from] of thaws) parameter.requiresGrad = epoch >= from;
      if (!model.parameters().some(({ requiresGrad }) => requiresGrad))
        throw new ArgumentError(`${OP}: everything is frozen in epoch ${epoch}. Leave the head out of freeze, or unfreeze some earlier.`);
      still = norms
        .filter(({ parameters }) => parameters.every((parameter) => epoch < (thaws.get(parameter) ?? 0)))
        .map(({ norm }) => norm);
    },
    onBatchStart() {
      // Each step begins in the modes that the model has for training.
      for (const norm of still) norm.training = false;
    },
    onTrainEnd: giveBack,
    onError: giveBack,
  };
  return callback;
}

function checkChoice(name: string, choice: unknown): void {
  if (choice === null && name === 'freeze') return;
  const isName = (value: unknown) => typeof value === 'string' && value !== '';
  if (isName(choice) || typeof choice === 'function' || (Array.isArray(choice) && choice.length > 0 && choice.every(isName))) return;
  throw new ArgumentError(`${OP}: ${name} is ${show(choice)}, expected names of layers, or a function of a parameter's name.`);
}

/** From which epoch on each frozen parameter is trained: never is infinity. */
function thawsOf(model: Module, freeze: LayerChoice | null, unfreezeAt: FinetuningOptions['unfreezeAt']): Map<Tensor, number> {
  const parameters = new Map(model.namedParameters());
  const frozen = freeze === null ? new Set<string>() : chosen(OP, 'freeze', model, freeze);
  const never = typeof unfreezeAt === 'number' ? unfreezeAt : Number.POSITIVE_INFINITY;
  const epochs = new Map([...frozen].map((name) => [name, never]));
  for (const [epoch, choice] of isOptions(unfreezeAt) ? Object.entries(unfreezeAt as Record<string, LayerChoice>) : []) {
    const meant = choice === 'all' ? frozen : chosen(OP, `unfreezeAt.${epoch}`, model, choice);
    for (const name of meant) if (frozen.has(name)) epochs.set(name, Math.min(epochs.get(name)!, Number(epoch)));
  }
  return new Map([...epochs].map(([name, epoch]) => [parameters.get(name)!, epoch]));
}

/** Each parameter's rate: that of the longest name which fits, or by the depth of its layer. */
function ratesOf(model: Module, lr: Readonly<Record<string, number>>, decay: number): RateOf {
  const layers = layersOf(model);
  const names = Object.keys(lr).sort((a, b) => b.length - a.length);
  const named = model.namedParameters();
  for (const layer of names) if (!named.some(([name]) => isIn(name, layer))) throw unknownLayer(OP, 'lr', model, layer);
  const rates = new Map<Tensor, { rate: number } | { factor: number }>();
  for (const [name, parameter] of named) {
    const layer = names.find((one) => isIn(name, one));
    const depth = layers.findIndex((one) => isIn(name, one));
    // What stands in no layer, a class token say, counts as the first.
    rates.set(parameter, layer !== undefined ? { rate: lr[layer]! } : { factor: decay ** (layers.length - 1 - Math.max(0, depth)) });
  }
  return (parameter, base) => {
    const found = rates.get(parameter);
    if (found === undefined) return base;
    return 'rate' in found ? found.rate : base * found.factor;
  };
}

/** The layers with running statistics, and the parameters that say whether they are frozen: their own, or those that stand around them. */
function normsOf(model: Module): { readonly norm: Module; readonly parameters: readonly Tensor[] }[] {
  const modules = model.namedModules();
  return modules.flatMap(([path, norm]) => {
    if ((norm as { runningMean?: unknown }).runningMean === undefined || (norm as { runningMean?: unknown }).runningMean === null)
      return [];
    const around = modules.filter(([other]) => path === other || other === '' || path.startsWith(`${other}.`)).reverse();
    const parameters = around.map(([, module]) => module.parameters()).find((list) => list.length > 0) ?? [];
    return [{ norm, parameters }];
  });
}
