/** The modes of a model and its parts, noted and given back. */
import type { Module } from '../nn/module.js';

export class Modes {
  private readonly noted: readonly (readonly [Module, boolean])[];

  /** Notes the modes as they are now. */
  constructor(model: Module) {
    this.noted = model.modules().map((module) => [module, module.training] as const);
  }

  /** Gives every part the mode that was noted. */
  apply(): void {
    for (const [module, training] of this.noted) if (module.training !== training) module.training = training;
  }
}
