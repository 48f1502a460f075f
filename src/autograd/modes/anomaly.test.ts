/** The search for the operation whose gradient is NaN. */
import { ArgumentError, autograd, F, GradError, nn, noGrad, ones, tensor } from 'hone';
import { afterEach, describe, expect, it } from 'vitest';

afterEach(() => autograd.setDetectAnomaly(false));

describe('detectAnomaly', () => {
  const w = () => tensor([0, 4], { requiresGrad: true });

  it('names the operation and the line where it was called', () => {
    const run = () => autograd.detectAnomaly(() => w().sqrt().mul(0).sum().backward());
    expect(run).toThrow(GradError);
    // torch: Function 'SqrtBackward0' returned nan values in its 0th output.
    expect(run).toThrow(
      /^backward: sqrt gave NaN in the gradient of its input 0, of shape \[2\]\. It was called here:\n[\s\S]*anomaly\.test\.ts/,
    );
    // The operation, not the tape's own calls above it.
    expect(run).toThrow(/called here:\n(?!.*autograd[\\/](modes[\\/]anomaly\.|node\.))/);
  });

  it('finds where a loop by hand goes wrong', () => {
    const layer = new nn.Linear(2, 3);
    noGrad(() => layer.weight.fill_(Number.POSITIVE_INFINITY));
    const labels = tensor([0], { dtype: 'int64' });
    const step = () => F.crossEntropy(layer.forward(ones(1, 2)), labels).backward();
    expect(() => autograd.detectAnomaly(step)).toThrow(/^backward: \w+ gave NaN/);
    expect(step).not.toThrow();
  });

  it('lets right gradients pass, and ends with its body, thrown or settled', async () => {
    const x = w();
    autograd.detectAnomaly(() => x.mul(2).sum().backward());
    expect(x.grad!.toArray()).toEqual([2, 2]);
    expect(autograd.isAnomalyEnabled()).toBe(false);
    expect(() =>
      autograd.detectAnomaly(() => {
        throw new RangeError('own');
      }),
    ).toThrow('own');
    expect(autograd.isAnomalyEnabled()).toBe(false);
    const later = autograd.detectAnomaly(async () => autograd.isAnomalyEnabled());
    expect(autograd.isAnomalyEnabled()).toBe(true);
    expect(await later).toBe(true);
    expect(autograd.isAnomalyEnabled()).toBe(false);
  });

  it('switched on for good; a forward pass before it has no line', () => {
    const loss = w().sqrt().mul(0).sum();
    autograd.setDetectAnomaly(true);
    expect(() => loss.backward()).toThrow('Where it was called is unknown: let the forward pass run inside detectAnomaly, too.');
    expect(() => autograd.setDetectAnomaly(1 as never)).toThrow(ArgumentError);
    expect(() => autograd.detectAnomaly(null as never)).toThrow(ArgumentError);
  });
});
