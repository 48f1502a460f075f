import { inferenceMode, memoryStats, nn, noGrad, randn, type Tensor, tensor } from 'hone';
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

describe('batch norm of evaluation after a convolution, and the limits after that', () => {
  const images = randn([2, 3, 6, 7]);
  const parts = (limit: nn.Module = new nn.ReLU()) => {
    const norm = new nn.BatchNorm2d(8);
    nn.init.normal_(norm.weight!);
    nn.init.normal_(norm.bias!);
    nn.init.normal_(norm.runningMean!);
    return [new nn.Conv2d(3, 8, 3), norm, limit] as const;
  };
  const oneByOne = (modules: readonly nn.Module[]) => modules.reduce((y, module) => module.eval().forward(y) as Tensor, images).toArray();

  it('take one pass over the memory of the convolution, and give what they give one by one', () => {
    for (const limit of [new nn.ReLU(), new nn.ReLU(true), new nn.ReLU6(), new nn.ReLU6(true), new nn.Tanh()]) {
      const modules = parts(limit);
      const model = new nn.Sequential(...modules).eval();
      const [bytes, y] = left(model, images);
      expect(bytes).toBe(0);
      expect(y.toArray()).toEqual(oneByOne(modules));
      expect(model.forward(images).toArray()).toEqual(oneByOne(modules)); // on the tape
    }
  });

  it('leave alone what came in, what a hook sees, and what an inner container was given', () => {
    const [conv, norm, relu] = parts();
    const expected = oneByOne([conv, norm, relu]);
    const hidden = noGrad(() => conv.forward(images));
    const before = hidden.toArray();
    const model = new nn.Sequential(norm, relu).eval();
    expect(noGrad(() => model.forward(hidden)).toArray()).toEqual(expected);
    expect(hidden.toArray()).toEqual(before);
    const whole = new nn.Sequential(conv, new nn.Sequential(norm), relu).eval();
    const seen: Tensor[] = [];
    const watch = (watched: nn.Module) => {
      const handle = watched.registerForwardHook((_module, inputs, output) => {
        seen.push(inputs[0] as Tensor, output as Tensor);
      });
      expect(noGrad(() => whole.forward(images)).toArray()).toEqual(expected);
      handle.remove();
    };
    for (const watched of [conv, norm, relu]) watch(watched);
    expect(seen[1]!.toArray()).toEqual(before);
    expect(seen[2]!.toArray()).toEqual(before);
    expect(seen[4]!.toArray()).toEqual(oneByOne([conv, norm]));
    expect(seen[3]!.min().item()).toBeLessThan(0);
  });

  it('stay apart in training, where values are not finite, and for a limit that stands alone', () => {
    const [conv, norm, relu] = parts();
    const model = new nn.Sequential(conv, norm, relu);
    const trained = noGrad(() => model.forward(images));
    const [mean, variance] = [norm.runningMean!.toArray(), norm.runningVar!.toArray()];
    expect(trained.min().item()).toBe(0);
    model.eval();
    expect(noGrad(() => model.forward(images)).toArray()).toEqual(oneByOne([conv, norm, relu]));
    expect([norm.runningMean!.toArray(), norm.runningVar!.toArray()]).toEqual([mean, variance]);
    const broken = images.mul(Number.NaN);
    expect(
      noGrad(() => model.forward(broken))
        .isnan()
        .sum()
        .item(),
    ).toBe(2 * 8 * 4 * 5);
    expect(relu.forward(tensor([-1, 2])).toArray()).toEqual([0, 2]);
  });
});
