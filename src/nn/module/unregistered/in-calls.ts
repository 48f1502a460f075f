/**
 * Layers and parameters that work in a model's forward without being part of it: in a `#private` field, in a closure, or made while
 * forward runs. They cannot be seen from outside; but a model that is being trained uses them, and no optimizer has them.
 *
 * Frozen layers, layers under `noGrad`, layers that an optimizer steps, and models that nothing trains are left alone.
 */
import { isGradEnabled } from '../../../autograd/modes/mode.js';
import { leafUse } from '../../../autograd/node.js';
import { showShape } from '../../../errors.js';
import { isTrained, training } from '../../../optim/optimizer/trained.js';
import { classNameOf } from '../../../tensor/arguments/class-name.js';
import { warnOnce } from '../../../tensor/arguments/warn-once.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { Module } from '../module.js';
import { Parameter } from '../state/parameter.js';

/** What a module knows of its calls. */
export interface CallState {
  /** Tells modules apart. */
  readonly id: number;
  /** Whether its forward was called. */
  called: boolean;
  /** The generation of optimizers during which it was made inside a forward; 0 otherwise. */
  readonly madeInForward: number;
  /** For which outermost module, and when, it was last looked at. */
  lookedFor: number;
  lookedAt: number;
}

/** The forward calls that run now: the outermost module and its inputs, and the innermost one. */
export const running: { outermost: Module | null; inputs: readonly unknown[]; id: number; innermost: Module | null } = {
  outermost: null,
  inputs: [],
  id: 0,
  innermost: null,
};

/** Modules and parameters that a warning has named already. */
export const warnedOf = new WeakSet<object>();

let ids = 0;

export function callState(): CallState {
  const madeInForward = running.outermost === null ? 0 : training.generation;
  return { id: ++ids, called: false, madeInForward, lookedFor: 0, lookedAt: 0 };
}

/** Whether an optimizer steps some of the model. */
const trains = (model: Module): boolean => model.parameters().some(isTrained);

/** Looks at a module that is called inside the forward of another, once for each outermost module and set of optimizers. */
export function warnOfUntrained(module: Module, place: CallState): void {
  const { outermost, id } = running;
  if (outermost === null || !isGradEnabled()) return;
  place.lookedFor = id;
  place.lookedAt = training.generation;
  if (warnedOf.has(module)) return;
  const own = module.ownTensors().filter(({ kind, tensor }) => kind === 'parameter' && tensor.requiresGrad);
  if (own.length === 0 || own.some(({ tensor }) => isTrained(tensor)) || !trains(outermost)) return;
  const path = outermost.namedModules().find(([, candidate]) => candidate === module)?.[0];
  if (path !== undefined && place.madeInForward === 0) return; // left out of the optimizer by choice
  warnedOf.add(module);
  const [name, model] = [classNameOf(module), classNameOf(outermost)];
  if (path !== undefined)
    warnOnce(
      `${model}: its layer "${path}" (${name}) was made while forward ran, after the optimizer: no optimizer trains it. ` +
        `Make it in the constructor (or call forward once before making the optimizer), or add it: optimizer.addParamGroup({ params: model.getSubmodule('${path}').parameters() }).`,
    );
  else
    warnOnce(
      `${model}: its forward uses a ${name} that is not part of it, and that no optimizer trains; it is not saved either, nor switched to evaluation. ` +
        `Modules are seen in public fields, not in #private ones, closures or plain containers, nor when made while forward runs: assign it to a field, or use registerModule, nn.ModuleList or nn.ModuleDict. If it is meant to stay as it is, freeze it: layer.requiresGrad_(false).`,
    );
}

/** Looks at a parameter when an operation that is recorded first uses it. */
leafUse.first = (leaf: Tensor): void => {
  const { outermost, innermost, inputs } = running;
  if (training.generation === 0 || outermost === null || innermost === null || !(leaf instanceof Parameter)) return;
  if (isTrained(leaf) || warnedOf.has(leaf) || inputs.includes(leaf)) return;
  if (innermost.ownTensors().some(({ tensor }) => tensor === leaf)) return; // its module was looked at
  const all = outermost.parameters();
  if (all.includes(leaf) || !all.some(isTrained)) return;
  warnedOf.add(leaf);
  warnOnce(
    `${classNameOf(innermost)}: its forward uses a parameter ${showShape(leaf.shape)} that is not part of the model, and that no optimizer trains; it is not saved either. ` +
      'Parameters are seen in public fields, not in #private ones, closures or plain containers, nor when made while forward runs: assign it to a field, or use registerParameter, nn.ParameterList or nn.ParameterDict.',
  );
};
