/** Optimizers that users write themselves. */
import { expect, test } from 'vitest';
import { noGrad, optim, tensor, zeros } from '../index.js';
import type { OptionsInput, ParamGroup, ParamsInput } from './index.js';

interface Options {
  lr: number;
}

/** As optimizers were written before `newState`. */
class Averaged extends optim.Optimizer<Options> {
  static override readonly className: string = 'Averaged';
  constructor(params: ParamsInput<Options>, options: OptionsInput<Options>) {
    super(params, { lr: 0.1 }, options);
  }
  protected checkOptions(): void {}
  protected stepGroup({ params, lr }: ParamGroup<Options>): void {
    noGrad(() => {
      for (const param of params) {
        if (param.grad === null) continue;
        const state = this.stateOf(param, () => ({ average: zeros(param.shape, { dtype: param.dtype }) }));
        state.average.mul_(0.5).add_(param.grad);
        param.sub_(state.average.mul(lr));
      }
    });
  }
}

test('state made where it is asked for is kept, saved and taken over', () => {
  const twin = [tensor([1, 2]), tensor([1, 2])].map((x) => x.requiresGrad_());
  const [first, second] = twin.map((x) => new Averaged([x], { lr: 0.1 }));
  const step = (i: number) => {
    twin[i]!.grad = tensor([1, -1]);
    [first!, second!][i]!.step();
  };
  step(0);
  expect(Object.keys(first!.stateDict().state[0]!)).toEqual(['average']);
  noGrad(() => twin[1]!.copy_(twin[0]!));
  second!.loadStateDict(first!.stateDict());
  step(0);
  step(1);
  // 1 - 0.1 * 1 - 0.1 * 1.5
  expect(twin[0]!.select(0, 0).item()).toBeCloseTo(0.75, 6);
  expect(twin[1]!.toArray()).toEqual(twin[0]!.toArray());
});
