/** The modes of a model and its parts, noted and given back. */
import type { Module } from '../../nn/module/module.js';

export class Modes {
  private readonly parts: readonly Module[];
  private training: boolean[];

  /** Notes the modes as they are now. */
  constructor(model: Module) {
    this.parts = model.modules();
    this.training = this.parts.map(({ training }) => training);
  }

  /** Notes the modes again, as they are now. */
  note(): void {
    this.training = this.parts.map(({ training }) => training);
  }

  /** Gives every part the mode that was noted. */
  apply(): void {
    this.parts.forEach((part, i) => {
      if (part.training !== this.training[i]) part.training = this.training[i]!;
    });
  }
}
