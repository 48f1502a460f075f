/** Runs a model and leaves it as it was. */
import { noGrad } from '../../autograd/modes/mode.js';
import type { Module } from '../../nn/module/module.js';
import { Buffer } from '../../nn/module/state/parameter.js';
import { isUninitialized } from '../../nn/module/state/uninitialized.js';
import { clone } from '../../ops/view/copy.js';
import { getRngState, setRngState } from '../../tensor/create/random.js';
import type { Tensor } from '../../tensor/tensor.js';

/**
 * Gives lazy layers their parameters, by a forward in evaluation mode: they keep them, and the generator has drawn what they take.
 * @param call runs the model's forward on inputs that it makes.
 */
export function initializeLazy(model: Module, call: (inputs: { readonly restore: () => void }) => void): void {
  if (!model.modules().some((module) => module.ownTensors().some(({ tensor }) => isUninitialized(tensor)))) return;
  const modes = model.modules().map((module) => [module, module.training] as const);
  const random = getRngState();
  try {
    noGrad(() => {
      model.eval();
      call({ restore: () => setRngState(random) });
    });
  } finally {
    for (const [module, training] of modes) module.training = training;
  }
}

/**
 * What `body` gives, run without gradients. Afterwards every field of the model and of its submodules (modes, counters, cached states,
 * layers made in between) and the default generator are as before; while it runs, buffers are copies, so running statistics stay too.
 */
export function preservingState<T>(model: Module, body: () => T): T {
  const before = model.modules().map((module) => [module, Object.entries(module)] as const);
  const random = getRngState();
  try {
    return noGrad(() => {
      const copies = new Map<Tensor, Tensor>();
      for (const [module] of before) {
        for (const { kind, field, tensor } of module.ownTensors()) {
          if (kind !== 'buffer') continue;
          const copy = copies.get(tensor) ?? clone(tensor);
          copies.set(tensor, copy);
          module.setField(field, tensor instanceof Buffer ? new Buffer(copy, tensor.persistent) : copy);
        }
      }
      return body();
    });
  } finally {
    for (const [module, fields] of before) {
      const now = module as unknown as Record<string, unknown>;
      const kept = new Set(fields.map(([name]) => name));
      for (const name of Object.keys(now)) if (!kept.has(name)) delete now[name];
      for (const [name, value] of fields) if (now[name] !== value) now[name] = value;
    }
    setRngState(random);
  }
}
