import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { ArgumentError, arange, load, loadBytes, nn, ones, optim, save, saveBytes, Tensor, tensor, UseAfterFreeError, zeros } from 'hone';
import { flattenState } from 'hone/formats';
import { describe, expect, it } from 'vitest';

describe('save and load', () => {
  it('bring every value back as it was', () => {
    const list = [1, [2, null]];
    const value = {
      numbers: [0, -1, 255, 256, 65536, -(2 ** 31), 2 ** 53 - 1, 0.5, -0, 1e300, Infinity, NaN],
      bigints: [2n ** 64n, -(2n ** 200n)],
      texts: ['', 'ä 한 😀', '\n'],
      flags: [true, false, null],
      nested: { deep: { deeper: [{ x: 1 }] } },
      set: new Set([1, 'a']),
      map: new Map<unknown, unknown>([
        [0.5, 'half'],
        [null, 'nothing'],
      ]),
      shared: [list, list],
      empty: [[], {}],
    };
    const back = loadBytes<typeof value>(saveBytes(value));
    expect(back).toEqual(value);
    expect(back.shared[0]).toBe(back.shared[1]);
    expect(Object.is(back.numbers[8], -0)).toBe(true);
  });

  it('keep dtypes, layouts, sharing and requiresGrad of tensors', () => {
    const base = arange(6, { dtype: 'float64' });
    const value = {
      base,
      matrix: base.view([2, 3]).t(),
      same: base,
      leaf: ones([2]).requiresGrad_(),
      computed: ones([2]).requiresGrad_().mul(2),
      ints: tensor([1n, -(2n ** 63n)]),
      flags: tensor([true, false]),
      none: zeros([0, 3]),
      scalar: tensor(1.5),
      bytes: tensor([1, 255], { dtype: 'uint8' }),
      small: tensor([-1], { dtype: 'int32' }),
    };
    const back = loadBytes<typeof value>(saveBytes(value));
    for (const [name, x] of Object.entries(value)) {
      const y = back[name as keyof typeof value];
      expect([y.dtype, y.shape, y.strides, y.offset, y.toArray()], name).toEqual([x.dtype, x.shape, x.strides, x.offset, x.toArray()]);
    }
    expect(back.matrix.storage).toBe(back.base.storage);
    expect(back.same).toBe(back.base);
    expect([back.leaf.requiresGrad, back.computed.requiresGrad, back.base.requiresGrad]).toEqual([true, true, false]);
    expect(back.ints.toTypedArray()).toEqual(BigInt64Array.of(1n, -(2n ** 63n)));
  });

  it('write typed arrays as tensors, and bytes that came from Python as bytes', () => {
    const back = loadBytes<{ a: Tensor; b: Tensor }>(saveBytes({ a: Float32Array.of(1, 2), b: Uint8Array.of(3) }));
    expect([back.a.dtype, back.a.toArray(), back.b.dtype]).toEqual(['float32', [1, 2], 'uint8']);
    const path = join(import.meta.dirname, '../../../conformance/fixtures/files/values.pth');
    const values = load<Record<string, unknown>>(path);
    expect(values['bytes']).toBeInstanceOf(Uint8Array);
    const again = loadBytes<Record<string, unknown>>(saveBytes(values));
    expect(Object.keys(again)).toEqual(Object.keys(values));
    for (const key of Object.keys(values)) {
      if (values[key] instanceof Tensor) expect((again[key] as Tensor).toArray(), key).toEqual((values[key] as Tensor).toArray());
      else expect(again[key], key).toEqual(values[key]);
    }
  });

  it('give a model, its optimizer and its scheduler their state back', () => {
    const make = () => {
      const model = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.Linear(4, 1));
      const optimizer = new optim.Adam(model.parameters(), { lr: 0.1 });
      return { model, optimizer, scheduler: new optim.lrScheduler.MultiStepLR(optimizer, [1, 2, 2]) };
    };
    const x = tensor([
      [1, 2, 3],
      [0, 1, 0],
      [-1, 2, 0.5],
    ]);
    const step = ({ model, optimizer, scheduler }: ReturnType<typeof make>) => {
      optimizer.zeroGrad();
      const loss = model.forward(x).square().mean();
      loss.backward();
      optimizer.step();
      scheduler.step();
      return loss.item();
    };
    const [first, second] = [make(), make()];
    step(first);
    const { model, optimizer, scheduler } = first;
    const bytes = saveBytes({ model: model.stateDict(), optimizer: optimizer.stateDict(), scheduler: scheduler.stateDict() });
    const state = loadBytes<{ model: nn.StateDict; optimizer: optim.OptimizerStateDict; scheduler: Record<string, unknown> }>(bytes);
    second.model.loadStateDict(state.model);
    second.optimizer.loadStateDict(state.optimizer);
    second.scheduler.loadStateDict(state.scheduler);
    for (let i = 0; i < 3; i++) expect(step(second)).toBe(step(first));
    expect(second.optimizer.paramGroups[0]!.lr).toBe(first.optimizer.paramGroups[0]!.lr);
  });

  it('fit a model only with their own part and names, and the model says so', () => {
    const model = new nn.Linear(2, 1);
    const whole = loadBytes(saveBytes({ net: model.stateDict(), epoch: 3 }));
    expect(() => model.loadStateDict(whole)).toThrow(
      "missing keys: weight, bias\n  unexpected keys: net, epoch\nThe model's keys stand under \"net\". Give that part: model.loadStateDict(load(path, { key: 'net' })).",
    );
    const parallel = Object.fromEntries(Object.entries(model.stateDict()).map(([key, x]) => [`module.${key}`, x]));
    expect(() => model.loadStateDict(loadBytes(saveBytes(parallel)))).toThrow(
      /Every key has "module\." before it\. Take that off: .*key\.slice\(7\)/,
    );
    const wider = new nn.Linear(3, 1);
    expect(() => wider.loadStateDict(loadBytes(saveBytes(model.stateDict())))).toThrow('weight has shape [1, 2], the model expects [1, 3]');
  });

  it('choose a part by its name, and tensors alone', () => {
    const bytes = saveBytes({ epoch: 3, net: { 'a.b': tensor([1]), c: { d: tensor([2]) } }, list: [tensor([3])] });
    expect(loadBytes<number>(bytes, { key: 'epoch' })).toBe(3);
    expect(loadBytes<Tensor>(bytes, { key: 'net.a.b' }).item()).toBe(1);
    expect(loadBytes(bytes, { key: 'net.c' })['d']!.item()).toBe(2);
    expect(Object.keys(loadBytes(bytes, { tensorsOnly: true }))).toEqual(['net.a.b', 'net.c.d', 'list.0']);
    expect(() => loadBytes(bytes, { key: 'model' })).toThrow(ArgumentError);
    expect(() => loadBytes(bytes, { key: 'model' })).toThrow('there is nothing under the key "model". There is: epoch, net, list.');
    expect(() => loadBytes(saveBytes({ epoch: 3 }), { tensorsOnly: true })).toThrow('it holds no tensors');
  });

  it('go by the ending of the path, and read whatever the bytes are', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hone-torch-'));
    try {
      for (const name of ['a.pth', 'b.PT', 'c.ckpt', 'd.safetensors', 'e']) {
        save({ w: tensor([1, 2]) }, join(folder, name));
        expect(load(join(folder, name))['w']!.toArray()).toEqual([1, 2]);
        expect(readFileSync(join(folder, name))[0] === 0x50, name).toBe(/^[abc]/.test(name));
      }
      save({ w: tensor([1]) }, join(folder, 'f.weights'), { format: 'pth' });
      expect(readFileSync(join(folder, 'f.weights')).subarray(0, 2).toString()).toBe('PK');
      expect(() => save({ w: tensor([1]) }, join(folder, 'g.pth'), { metadata: { a: 'b' } })).toThrow(/metadata goes into safetensors/);
      expect(() => save({ w: tensor([1]) }, 'x', { format: 'onnx' as never })).toThrow(/format is "onnx", expected pth or .*safetensors/);
      expect(() => save({ epoch: 3 }, join(folder, 'h.safetensors'))).toThrow(/"epoch" is 3, expected a Tensor.*\.pth/);
      writeFileSync(join(folder, 'page.pth'), '<!DOCTYPE html>');
      expect(() => load(join(folder, 'page.pth'))).toThrow(/page\.pth: it is a web page/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('refuse anything but a value, by name', () => {
    const model = new nn.Linear(2, 2);
    const gone = tensor([1]);
    gone.dispose();
    const cases: [unknown, string | RegExp][] = [
      [model, 'saveBytes: the value is of class Linear, expected tensors, numbers'],
      [{ model }, /"model" is of class Linear.*Save what its stateDict\(\) gives/],
      [{ a: { f: () => 1 } }, '"a.f" is a function'],
      [[undefined], '"0" is undefined'],
      [new Date(0), 'of class Date'],
      [new Map([[{}, 1]]), 'a key of the Map at "(…)" is an object'],
      [Symbol.iterator, 'a symbol'],
      [2n ** 3000n, 'more than 255 bytes'],
    ];
    for (const [value, message] of cases) {
      expect(() => saveBytes(value)).toThrow(ArgumentError);
      expect(() => saveBytes(value)).toThrow(message);
    }
    expect(() => saveBytes({ gone })).toThrow(UseAfterFreeError);
    let deep: unknown = 1;
    for (let i = 0; i < 2000; i++) deep = [deep];
    expect(() => saveBytes(deep)).toThrow('nests more than 1000 deep');
    expect(() => loadBytes('x' as never)).toThrow('loadBytes: the bytes are "x", expected a Uint8Array');
  });

  it('leave out undefined, keep what holds itself, and the kinds of keys', () => {
    const self: { x: number; me?: unknown } = { x: 1 };
    self.me = self;
    const back = loadBytes<typeof self>(saveBytes(self));
    expect(back.me).toBe(back);
    expect(Object.keys(loadBytes<object>(saveBytes({ a: undefined, b: 1 })))).toEqual(['b']);
    const map = loadBytes<Map<unknown, unknown>>(
      saveBytes(
        new Map<unknown, unknown>([
          [1, 'int'],
          ['1', 'text'],
        ]),
      ),
    );
    expect([...map]).toEqual([
      [1, 'int'],
      ['1', 'text'],
    ]);
    expect(() => flattenState(self)).toThrow(/nests more than 1000 deep, or holds itself/);
  });

  it('round-trip whatever values there are', () => {
    const leaf = fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.integer(), fc.bigInt(), fc.boolean(), fc.constant(null));
    const key = fc.string().filter((name) => name !== '__proto__');
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaf,
        fc.array(tie('value')),
        fc.dictionary(key, tie('value'), { noNullPrototype: true }),
      ),
    }));
    // Small bigints come back as numbers, and halves of characters as what TextEncoder makes of them.
    const plain = (item: unknown): unknown => {
      if (typeof item === 'bigint') return item >= Number.MIN_SAFE_INTEGER && item <= Number.MAX_SAFE_INTEGER ? Number(item) : item;
      if (Array.isArray(item)) return item.map(plain);
      if (typeof item === 'object' && item !== null) return Object.fromEntries(Object.entries(item).map(([k, v]) => [k, plain(v)]));
      return item;
    };
    fc.assert(
      fc.property(value, (item) => {
        expect(plain(loadBytes<unknown>(saveBytes([item]), {}))).toEqual(plain([item]));
      }),
      { numRuns: 60 },
    );
  });
});
