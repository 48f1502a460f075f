import { GradError, type HoneError, nn, noGrad, ones, ShapeError, type Tensor, tensor } from 'hone';
import { describe, expect, it } from 'vitest';

describe('hooks', () => {
  it('see and replace inputs and outputs, until they are removed', () => {
    const layer = new nn.Linear(1, 1);
    nn.init.ones_(layer.weight);
    nn.init.zeros_(layer.bias!);
    const seen: unknown[] = [];
    const pre = layer.registerForwardPreHook((module, inputs) => {
      seen.push(module === layer, (inputs[0] as Tensor).item());
      return (inputs[0] as Tensor).mul(10);
    });
    const post = layer.registerForwardHook((_module, inputs, output) => {
      seen.push((inputs[0] as Tensor).item(), (output as Tensor).item());
      return (output as Tensor).add(1);
    });
    const x = tensor([[2]]);
    expect(new nn.Sequential(layer).forward(x).item()).toBe(21);
    expect(seen).toEqual([true, 2, 20, 20]);
    pre.remove();
    pre.remove();
    expect(layer.forward(x).item()).toBe(3);
    post.remove();
    expect(layer.forward(x).item()).toBe(2);
  });

  it('fire once for a subclass that calls super.forward, and for a forward in a field', () => {
    class Twice extends nn.Linear {
      override forward(x: Tensor): Tensor {
        return super.forward(super.forward(x));
      }
    }
    class Arrow extends nn.Module {
      forward = (x: number) => x + 1;
    }
    let calls = 0;
    const count = () => {
      calls++;
    };
    const twice = new Twice(2, 2);
    twice.registerForwardHook(count);
    twice.forward(ones([1, 2]));
    expect(calls).toBe(1);
    const arrow = new Arrow();
    arrow.registerForwardHook(count);
    expect(arrow.forward(1)).toBe(2);
    expect(calls).toBe(2);
  });

  it('full backward hooks see the gradients of inputs and outputs, and replace the former', () => {
    const layer = new nn.Linear(2, 1, { bias: false });
    layer.loadStateDict({ weight: tensor([[2, 3]]) });
    const seen: unknown[] = [];
    const held: Tensor[] = [];
    const handle = layer.registerFullBackwardHook((module, gradInput, gradOutput) => {
      seen.push(
        module === layer,
        gradInput.map((g) => g?.toArray() ?? null),
        gradOutput.map((g) => g?.toArray() ?? null),
      );
      held.push(...gradInput.filter((g) => g !== null), ...gradOutput.filter((g) => g !== null));
      return gradInput.map((g) => g?.mul(10) ?? null);
    });
    const x = tensor([[1, 1]], { requiresGrad: true });
    layer.forward(x.mul(1)).mul(2).sum().backward();
    expect(seen).toEqual([true, [[[4, 6]]], [[[2]]]]);
    expect(x.grad!.toArray()).toEqual([[40, 60]]);
    expect(layer.weight.grad!.toArray()).toEqual([[2, 2]]);
    expect(held.map((g) => g.toArray())).toEqual([[[4, 6]], [[2]]]); // the hook may keep them

    seen.length = 0;
    layer
      .forward(ones([1, 2]))
      .sum()
      .backward(); // no input requires gradients: null, as in torch
    expect(seen).toEqual([true, [null], [[[1]]]]);
    handle.remove();
    layer.forward(x).sum().backward();
    expect(seen.length).toBe(3);
  });

  it('full backward hooks take several inputs and outputs', () => {
    class Pair extends nn.Module {
      forward(a: Tensor, k: number, b: Tensor): [Tensor, Tensor] {
        return [a.mul(k), a.mul(b)];
      }
    }
    const pair = new Pair();
    const seen: unknown[] = [];
    pair.registerFullBackwardHook((_m, gradInput, gradOutput) => {
      seen.push(
        gradInput.map((g) => g?.toArray() ?? null),
        gradOutput.map((g) => g?.toArray() ?? null),
      );
    });
    const a = tensor([2], { requiresGrad: true });
    const [, second] = pair.forward(a, 3, tensor([5]));
    second.backward();
    expect(seen).toEqual([
      [[5], null, null],
      [null, [1]],
    ]);
    expect(a.grad!.toArray()).toEqual([5]);
    pair.registerFullBackwardHook(() => [null]);
    expect(() => pair.forward(a, 3, tensor([5]))[0].backward()).toThrow(
      new GradError('Pair: a full backward hook returned 1 gradients for 3 inputs. Return one for each, null for those that have none.'),
    );
  });

  it('full backward hooks do nothing without recording', () => {
    const layer = new nn.ReLU();
    layer.registerFullBackwardHook(() => {
      throw new Error('not reached');
    });
    expect(noGrad(() => layer.forward(tensor([-1, 1]))).toArray()).toEqual([0, 1]);
  });
});

describe('errors from inside a model', () => {
  class Inner extends nn.Module {
    fc = new nn.Linear(3, 2);
    forward(x: Tensor) {
      return this.fc.forward(x);
    }
  }
  class Outer extends nn.Module {
    stages = new nn.ModuleList([new Inner()]);
    forward(x: Tensor) {
      return this.stages.at(0).forward(x);
    }
  }

  it('carry the path once, and keep their class', () => {
    const outer = new Outer();
    const call = () => outer.forward(ones([1, 4]));
    expect(call).toThrow(ShapeError);
    expect(call).toThrow(/^stages\.0\.fc \(Linear\): /);
    let error: unknown;
    try {
      new nn.Sequential(outer).forward(ones([1, 4]));
    } catch (caught) {
      error = caught;
    }
    expect((error as Error).message).toMatch(/^0\.stages\.0\.fc \(Linear\): /);
    expect((error as Error).stack).toContain('0.stages.0.fc (Linear): ');
    expect((error as HoneError).code).toBe('SHAPE');
    class Rethrow extends nn.Module {
      child = new nn.Identity();
      forward() {
        throw error;
      }
    }
    expect(() => new nn.Sequential(new Rethrow()).forward()).toThrow(/^0\.stages\.0\.fc \(Linear\): (?!.*stages)/);
  });

  it('name the module whose own forward is at fault', () => {
    class Wrong extends nn.Module {
      forward(x: Tensor) {
        return x.matmul(ones([7, 7]));
      }
    }
    expect(() => new nn.Sequential(new nn.ReLU(), new Wrong()).forward(ones([1, 4]))).toThrow(/^1 \(Wrong\): matmul: inner sizes differ/);
    expect(() => new Wrong().forward(ones([1, 4]))).toThrow(/^matmul: inner sizes differ/);
    expect(() => new nn.Linear(3, 2).forward(ones([1, 4]))).toThrow(/^linear: /);
  });

  it('are left alone when they are not Hone’s, or were handled', () => {
    class Throws extends nn.Module {
      forward(): never {
        throw new RangeError('mine');
      }
    }
    expect(() => new nn.Sequential(new Throws()).forward()).toThrow(new RangeError('mine'));
    class Handles extends nn.Module {
      fc = new nn.Linear(3, 2);
      forward(x: Tensor) {
        try {
          return this.fc.forward(x);
        } catch {
          return this.fc.forward(ones([1, 3]));
        }
      }
    }
    expect(new nn.Sequential(new Handles()).forward(ones([1, 4])).shape).toEqual([1, 2]);
    expect(() => new Outer().forward(ones([1, 4]))).toThrow(/^stages\.0\.fc \(Linear\)/); // the count of open calls is right again
  });
});
