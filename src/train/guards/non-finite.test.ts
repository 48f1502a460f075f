/** NaN and infinity in gradients and weights. */
import { nn, ones, optim, type Tensor, zeros } from 'hone';
import { fit, NonFiniteError, NonFiniteGradientError } from 'hone/train';
import { describe, expect, test } from 'vitest';

const batch = [ones([4, 1]), zeros([4, 1])] as const;

describe('NaN in gradients under a finite loss', () => {
  class Norm extends nn.Module {
    fine = new nn.Parameter(ones([2]));
    bad = new nn.Parameter(zeros([2]));
    forward(x: Tensor): Tensor {
      return x.mul(this.fine.sum()).add(this.bad.square().sum().sqrt()); // the slope of the root at 0
    }
  }
  test('is seen in its step, before a weight changes, also in the last step', async () => {
    const model = new Norm();
    const options = { train: [batch], loss: new nn.MSELoss(), optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }), epochs: 1 };
    const error = await fit(model, options).catch((e) => e);
    expect(error).toBeInstanceOf(NonFiniteGradientError);
    expect(error).toBeInstanceOf(NonFiniteError);
    expect(error).toMatchObject({ epoch: 1, step: 1, parameters: ['bad'] });
    expect(error.message).toMatch(
      /the gradient of bad is NaN or infinite at epoch 1, step 1; the step was not taken, the weights are as before/,
    );
    expect([model.fine.toArray(), model.bad.toArray()]).toEqual([
      [1, 1],
      [0, 0],
    ]);
    expect((await fit(model, { ...options, nonFinite: 'ignore' })).stopped!.reason).toBe('finished');
    expect(model.bad.toArray()).toEqual([Number.NaN, Number.NaN]);
  });

  test('large gradients whose sum overflows are none', async () => {
    const model = new nn.Linear(2, 1, { bias: false });
    const loss = (output: Tensor) => output.mul(1e38).sum();
    const x = ones([2, 2]).mul(3);
    const history = await fit(model, {
      train: [[x, zeros([2, 1])]],
      loss: (output) => loss(output).mul(0.5),
      optimizer: new optim.SGD(model.parameters(), { lr: 1e-38 }),
      epochs: 1,
    });
    expect(history.stopped!.reason).toBe('finished');
  });

  test('weights that overflow in the last step are told of, truthfully', async () => {
    const model = new nn.Linear(1, 1, { bias: false });
    const error = await fit(model, {
      train: [batch],
      loss: (output) => output.mean().mul(1e30),
      optimizer: new optim.SGD(model.parameters(), { lr: 1e30 }),
      epochs: 1,
    }).catch((e) => e);
    expect(error).toBeInstanceOf(NonFiniteGradientError);
    expect(error.message).toMatch(/after epoch 1 weight holds NaN or infinity; the steps up to step 1 were taken/);
  });
});
