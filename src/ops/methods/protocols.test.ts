/** Tensors where the language asks for numbers, text, lists and copies. */
import { ArgumentError, arange, loadBytes, nn, ones, optim, ShapeError, saveBytes, type Tensor, tensor } from 'hone';
import { describe, expect, it, test } from 'vitest';

const loose = (x: unknown) => x as never;
// biome-ignore lint/suspicious/noDoubleEquals: what the language makes of it is the question
const same = (a: unknown, b: unknown) => a == b;

describe('iteration', () => {
  it('is over the first dim, and recorded', () => {
    const x = arange(6).float().reshape(3, 2).requiresGrad_();
    const [first, ...others] = x;
    expect(first!.toArray()).toEqual([0, 1]);
    expect(others).toHaveLength(2);
    let total: Tensor | number = 0;
    for (const row of x) total = row.mul(row).sum().add(total);
    (total as Tensor).backward();
    expect(x.grad!.toArray()).toEqual([
      [0, 2],
      [4, 6],
      [8, 10],
    ]);
    expect([...ones(0, 2)]).toEqual([]);
    expect(Float32Array.from(tensor([1, 2, 3]) as Iterable<unknown> as Iterable<number>)).toEqual(Float32Array.of(1, 2, 3));
    expect(x.length).toBe(3);
  });

  it('is an error of a 0-dim tensor, as in PyTorch', () => {
    expect(() => [...tensor(1)]).toThrow(new ShapeError('a 0-dim tensor cannot be iterated over. Its value is x.item().'));
    expect(() => tensor(1).length).toThrow(ShapeError);
  });
});

describe('numbers and text', () => {
  it('of one element are its value', () => {
    const loss = tensor([[1.5]]);
    let total = 0;
    total += loss as unknown as number;
    expect(total).toBe(1.5);
    expect(+loss).toBe(1.5);
    expect(Number(loss)).toBe(1.5);
    expect((loss as unknown as number) < 2 && (loss as unknown as number) > 1).toBe(true);
    expect(same(loss, 1.5)).toBe(true);
    expect(Math.max(...(tensor([3, 9, 2]) as unknown as number[]))).toBe(9);
    expect(`${tensor([1, 2])}`).toBe('tensor([1., 2.])');
    expect(String(tensor(1))).toBe('tensor(1.)');
  });

  test.each<[() => unknown]>([
    [() => loose(ones(2)) + loose(ones(2))],
    [() => +loose(ones(2))],
    [() => loose(ones(2)) < loose(3)],
    [() => same(ones(2), 1)],
    [() => ['x: '].map((text) => text + loose(ones(2)))],
    [() => +loose(ones(0))],
  ])('%s is an error that names the methods', (use) => {
    expect(use).toThrow(ShapeError);
    expect(use).toThrow('is not a number. Operators are methods: a.add(b)');
  });

  it('brackets name at and set_', () => {
    expect(() => loose(ones(2))[0]).toThrow(
      new ArgumentError(
        "x[0]: a tensor is not indexed by brackets. Read with x.at(0), or x.at(0, ':2') for more dims; write with x.set_(0, value).",
      ),
    );
    expect(() => ((ones(2) as unknown as number[])[1] = 3)).toThrow('write with x.set_(1, value)');
  });
});

describe('JSON', () => {
  it('has the numbers of tensors, models and optimizers', () => {
    expect(JSON.stringify({ loss: tensor(0.5), x: tensor([[1, 2]]), ok: tensor([true]), n: tensor([2n]) })).toBe(
      '{"loss":0.5,"x":[[1,2]],"ok":[true],"n":[2]}',
    );
    const model = new nn.Linear(1, 1);
    model.weight.data.fill_(2);
    model.bias!.data.fill_(0.5);
    expect(JSON.parse(JSON.stringify({ model }))).toEqual({ model: { weight: [[2]], bias: [0.5] } });
    const sgd = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
    model.forward(ones(1, 1)).sum().backward();
    sgd.step();
    const text = JSON.parse(JSON.stringify(sgd));
    expect(text.state[0].momentum_buffer ?? text.state[0].momentumBuffer).toEqual([[1]]);
    expect(JSON.parse(JSON.stringify(new optim.lrScheduler.StepLR(sgd, 2)))).toMatchObject({ gamma: 0.1 });
  });
});

describe('copies between threads', () => {
  it('of tensors and models are errors that say how to send them', () => {
    for (const value of [
      ones(2),
      ones(2, { requiresGrad: true }).mul(2),
      new nn.Linear(1, 1),
      { state: new nn.Linear(1, 1).stateDict() },
    ]) {
      expect(() => structuredClone(value)).toThrow('saveBytes');
      const { port1 } = new MessageChannel();
      expect(() => port1.postMessage(value)).toThrow('saveBytes');
      port1.close();
    }
  });

  it('go as bytes, which are moved and not copied', async () => {
    const model = new nn.Linear(3, 2);
    const { port1, port2 } = new MessageChannel();
    const arrived = new Promise<Uint8Array>((resolve) => {
      port2.onmessage = ({ data }) => resolve(data as Uint8Array);
    });
    const bytes = saveBytes(model.stateDict());
    port1.postMessage(bytes, [bytes.buffer as ArrayBuffer]);
    const other = new nn.Linear(3, 2);
    other.loadStateDict(loadBytes(await arrived) as Record<string, Tensor>);
    expect(other.weight.toArray()).toEqual(model.weight.toArray());
    port1.close();
  });
});
