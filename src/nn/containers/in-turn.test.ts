import { inferenceMode, memoryStats, nn, noGrad, randn, type Tensor } from 'hone';
import { describe, expect, it } from 'vitest';

/** Bytes that a call leaves on loan, beside those of its result, and the result. */
function left(model: nn.Module, x: Tensor): [number, Tensor] {
  const before = memoryStats().liveBytes;
  const y = noGrad(() => model.forward(x) as Tensor);
  return [memoryStats().liveBytes - before - y.storage.bytes, y];
}

const x = randn([4, 64]);
const block = () => new nn.Sequential(new nn.Linear(64, 64), new nn.LayerNorm(64), new nn.GELU());

describe('Sequential under noGrad', () => {
  it('gives back what its layers made for each other, in nested ones too, and nothing else', () => {
    const model = new nn.Sequential(block(), new nn.Dropout(), block(), new nn.Flatten(), new nn.Identity(), new nn.Linear(64, 64)).eval();
    const expected = model.forward(x).toArray();
    const [bytes, y] = left(model, x);
    expect(bytes).toBe(0);
    expect(y.toArray()).toEqual(expected);
    expect(inferenceMode(() => model.forward(x)).toArray()).toEqual(expected);
    expect(x.sum().item()).toBeTypeOf('number');
  });

  it('keeps its input and its output where layers return what they get, or a view of it', () => {
    const model = new nn.Sequential(new nn.Identity(), new nn.Flatten(0), new nn.Dropout()).eval();
    const [, y] = left(model, x);
    expect(y.toArray()).toEqual(x.flatten().toArray());
    const inPlace = new nn.Sequential(new nn.Linear(64, 64), new nn.ReLU({ inplace: true }), new nn.ReLU({ inplace: true }));
    const [bytes, z] = left(inPlace, x);
    expect(bytes).toBe(0);
    expect(z.min().item()).toBe(0);
  });

  it('leaves alone what a layer of the user keeps, or hands on, also one that inherits a forward to call it', () => {
    class Keeper extends nn.Module {
      kept: Tensor[] = [];
      forward(input: Tensor): Tensor {
        const out = input.mul(2);
        this.kept.push(input, out);
        return out;
      }
    }
    class KeepingLinear extends nn.Linear {
      kept: Tensor[] = [];
      override forward(input: Tensor): Tensor {
        const out = super.forward(input);
        this.kept.push(input, out);
        return out;
      }
    }
    const [keeper, linear] = [new Keeper(), new KeepingLinear(64, 64)];
    left(new nn.Sequential(block(), new nn.Sequential(keeper, linear), block()), x);
    for (const tensor of [...keeper.kept, ...linear.kept]) expect(tensor.shape).toEqual(tensor.add(0).shape);
  });

  it('shows hooks living tensors, and what a hook kept stays', () => {
    const seen: Tensor[] = [];
    const model = new nn.Sequential(new nn.Linear(64, 64), new nn.ReLU(), new nn.Linear(64, 64), new nn.ReLU());
    const one = model.at(1).registerForwardHook((_, inputs, output) => void seen.push(...(inputs as Tensor[]), output as Tensor));
    left(model, x);
    one.remove();
    const all = nn.registerModuleForwardHook((_, inputs, output) => void seen.push(...(inputs as Tensor[]), output as Tensor));
    left(model, x);
    all.remove();
    expect(seen.length).toBeGreaterThan(8);
    for (const tensor of seen) expect(tensor.mul(1).shape).toEqual(tensor.shape);
    expect(left(model, x)[0]).toBe(0);
  });
});
