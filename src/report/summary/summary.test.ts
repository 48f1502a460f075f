import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { ArgumentError, DTypeError, getRngState, manualSeed, nn, ones, rand, ShapeError, summary, type Tensor } from 'hone';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { small } from '../../../test/examples/torchinfo-tables.js';
import { BNModel, DropoutModel, models, SmallSizeModel } from '../../../test/helpers/summary-models.js';

interface Table {
  readonly model: string;
  readonly options: Record<string, unknown> & { readonly verbose?: 0 | 2 };
  readonly text: string;
  readonly totals: Record<string, number>;
}

interface Flat {
  readonly model: string;
  readonly inputSize: number[];
  readonly options: { readonly batchSize?: number };
  readonly text: string;
}

const file = new URL('../../../conformance/fixtures/summary.json', import.meta.url);
const { tables, flat } = JSON.parse(readFileSync(file, 'utf8')) as { tables: Table[]; flat: Flat[] };

const quiet = { verbose: 0 } as const;
const printed = () => vi.spyOn(console, 'log').mockImplementation(() => {});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('torchinfo prints the same', () => {
  for (const name of new Set(tables.map(({ model }) => model))) {
    test(name, () => {
      const log = printed();
      const model = models[name]!();
      for (const { options, text, totals } of tables.filter((c) => c.model === name)) {
        const result = summary(model, { ...quiet, ...options });
        expect(String(result), JSON.stringify(options)).toBe(text);
        expect(result).toMatchObject(totals);
        expect(log.mock.calls).toEqual(options.verbose === 2 ? [[text]] : []);
        log.mockClear();
      }
    });
  }
});

test.each(flat.map((c) => [c.model, JSON.stringify(c.options), c] as const))('torchsummary prints the same: %s %s', (_, __, c) => {
  const result = summary(models[c.model]!(), c.inputSize, { ...c.options, style: 'torchsummary', verbose: 0 });
  expect(String(result)).toBe(c.text);
});

test('it prints once, and a console shows what it returns', () => {
  const log = printed();
  const result = summary(new SmallSizeModel(), [200, 1, 28, 28]);
  expect(log.mock.calls).toEqual([[small]]);
  expect(inspect(result)).toBe(small);
  expect([result.totalParams, result.trainableParams, result.nonTrainableParams, result.totalMultAdds]).toEqual([7850, 7850, 0, 1570000]);
  expect(result.summaryList.map(({ className, outputSize }) => [className, outputSize])).toEqual([
    ['SmallSizeModel', [200, 10]],
    ['Linear', [200, 10]],
  ]);
  const list = summary(models['dnn']!(), [1, 784], { style: 'torchsummary' });
  expect(log).toHaveBeenLastCalledWith(String(list));
  expect([list.totalParams, list.trainableParams, list.nonTrainableParams]).toEqual([109386, 109386, 0]);
  expect(list.layers[1]).toEqual({ name: 'Linear-2', outputShape: [-1, 1, 64], numParams: 8256, trainable: true });
});

describe('the model stays as it is', () => {
  const sizes = [4, 1, 28, 28];
  test.each(['train', 'eval'] as const)('in mode %s, with layers in either', (mode) => {
    manualSeed(3);
    const model = new Sequential2();
    model.bn.b1.eval();
    model.forward(rand(sizes)).sum().backward();
    const modes = model.modules().map((m) => m.training);
    const buffers = model.buffers();
    const values = buffers.map((b) => b.toArray());
    const gradients = model.parameters().map((p) => p.grad);
    const state = getRngState();
    summary(model, sizes, { ...quiet, mode });
    summary(model, [1, 28, 28], { verbose: 0, style: 'torchsummary' });
    expect(model.modules().map((m) => m.training)).toEqual(modes);
    expect(model.buffers().every((b, i) => b === buffers[i])).toBe(true);
    expect(buffers.map((b) => b.toArray())).toEqual(values);
    expect(model.parameters().every((p, i) => p.grad === gradients[i])).toBe(true);
    expect(getRngState()).toEqual(state);
    expect(model.calls).toBe(1);
    expect('last' in model).toBe(false);
  });

  test('a backward that waits still works', () => {
    const model = new BNModel();
    model.eval();
    const loss = model.forward(rand(sizes)).sum();
    summary(model, sizes, { ...quiet, mode: 'train' });
    loss.backward();
    expect(model.output.weight.grad).not.toBeNull();
  });

  test('its own hooks run; those of the summary are gone', () => {
    const model = new SmallSizeModel();
    let calls = 0;
    model.output.registerForwardHook(() => void calls++);
    const result = summary(model, sizes, quiet);
    expect(calls).toBe(1);
    model.forward(rand(sizes));
    expect(calls).toBe(2);
    expect(result.summaryList).toHaveLength(2);
  });

  test('also when forward throws', () => {
    const model = new Sequential2();
    const state = getRngState();
    expect(() => summary(model, [4, 3], { ...quiet, mode: 'eval' })).toThrow(ShapeError);
    expect(model.training && model.bn.b1.training && model.drop.training).toBe(true);
    expect(getRngState()).toEqual(state);
    expect(model.calls).toBe(0);
    expect(model.forward(rand(sizes)).shape).toEqual([4, 10]);
  });
});

/** Counts its calls, and makes a field in forward. */
class Sequential2 extends nn.Module {
  bn = new BNModel();
  drop = new DropoutModel();
  calls = 0;
  declare last?: Tensor;
  forward(x: Tensor) {
    this.calls++;
    const y = this.bn.forward(x).add(this.drop.forward(x));
    if (this.calls > 1) this.last = y;
    return y;
  }
}

describe('inputs', () => {
  class Named extends nn.Module {
    fc = new nn.Linear(3, 2);
    forward({ x, twice = false }: { x: Tensor; twice?: boolean }) {
      const y = this.fc.forward(x);
      return twice ? this.fc.forward(x) : y;
    }
  }

  test('data: a tensor, a list, an object', () => {
    const one = summary(new nn.Linear(3, 2), { ...quiet, inputData: ones([5, 3]) });
    expect([one.inputSize, one.totalInput]).toEqual([[5, 3], 60 + 64]);
    const two = summary(models['two']!(), { ...quiet, inputData: [ones([5, 4]), ones([5, 2, 9])] });
    expect(two.inputSize).toEqual([
      [5, 4],
      [5, 2, 9],
    ]);
    expect(two.summaryList[0]!.outputSize).toEqual([5, 2]);
    const named = summary(new Named(), { ...quiet, inputData: { x: ones([5, 3]), twice: true } });
    expect(named.summaryList.map((row) => row.isRecursive)).toEqual([false, false, true]);
    expect(String(named)).toContain('├─Linear: 1-2                            [5, 2]                    (recursive)');
  });

  test('a packed sequence', () => {
    const lstm = new nn.LSTM(3, 4);
    const packed = nn.utils.rnn.packPaddedSequence(ones([5, 2, 3]), [5, 3]);
    const [row] = summary(lstm, { ...quiet, inputData: [packed], colNames: ['input_size', 'output_size'] }).summaryList;
    expect([row!.inputSize, row!.outputSize]).toEqual([
      [8, 3],
      [8, 4],
    ]);
  });

  test('a float64 model gets float64', () => {
    expect(summary(models['double']!(), [4, 3], quiet).totalInput).toBe(96 + 64);
  });

  test('a forward in a field is seen', () => {
    class Field extends nn.Module {
      fc = new nn.Linear(3, 2);
      forward = (x: Tensor) => this.fc.forward(x);
    }
    const model = new Field();
    const { forward } = model;
    expect(String(summary(model, [5, 3], quiet))).toContain('Field                                    [5, 2]');
    expect(model.forward).toBe(forward);
  });
});

describe('misuse says what to do', () => {
  const model = new nn.Linear(3, 2);
  const wrong = (call: () => unknown, message: string, Class: typeof ArgumentError | typeof DTypeError = ArgumentError) => {
    let thrown: unknown;
    try {
      call();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Class);
    expect((thrown as Error).message).toBe(message);
  };
  const give = 'Give a size, as [64, 1, 28, 28], or for several inputs a list of sizes.';

  test.each<[unknown, string]>([
    [784, `is 784. ${give}`],
    [[], `is empty. ${give}`],
    [[3, 0], `has [3, 0], expected whole numbers above 0. ${give}`],
    [[[3], 4], `has 4, expected whole numbers above 0. ${give}`],
    [[-1, 3], `has [-1, 3], expected whole numbers above 0. ${give}`],
    [ones([3]), `is a Tensor; its shape goes there, or the tensor itself into { inputData: x }. ${give}`],
  ])('size %#', (size, message) => {
    wrong(() => summary(model, size as number[]), `summary: inputSize ${message}`);
  });

  test('options', () => {
    const given = (options: object) => () => summary(model, [5, 3], options);
    wrong(() => summary('model' as never, [3]), 'summary: model is "model", expected an nn.Module.');
    wrong(
      given({ colNames: ['size'] }),
      "summary: an entry of colNames is \"size\", expected 'input_size', 'output_size', 'num_params', 'params_percent', 'kernel_size', 'mult_adds' or 'trainable'.",
    );
    wrong(
      given({ rowSettings: 'depth' }),
      'summary: rowSettings is "depth", expected a list of depth, var_names, ascii_only, hide_recursive_layers.',
    );
    wrong(given({ mode: 'test' }), "summary: mode is \"test\", expected 'train' or 'eval'.");
    wrong(given({ style: 'keras' }), "summary: style is \"keras\", expected 'torchinfo' or 'torchsummary'.");
    wrong(
      given({ depth: -1 }),
      'summary: depth is -1, expected a whole number of at least 0. 0 shows the model alone, Infinity everything.',
    );
    wrong(given({ colWidth: 0 }), 'summary: colWidth is 0, expected a whole number of at least 1.');
    wrong(given({ verbose: 3 }), 'summary: verbose is 3, expected 0 (prints nothing), 1 (the table) or 2 (also every weight).');
    wrong(given({ batchDim: 3 }), 'summary: batchDim 3 does not fit an input of 2 dims, [5, 3].');
    wrong(given({ inputData: ones([5, 3]) }), 'summary: inputSize and inputData are both given. Give the one or the other.');
    wrong(
      given({ batchSize: 4 }),
      "summary: batchSize belongs to { style: 'torchsummary' }. Here the batch is the first number of inputSize.",
    );
    wrong(
      given({ style: 'torchsummary', depth: 2 }),
      'summary: the style torchsummary has no option "depth". It takes style, inputSize, verbose, device, batchSize.',
    );
    wrong(
      given({ dtypes: ['int64', 'int64'] }),
      'summary: dtypes is ["int64","int64"], expected one for each of 1 inputs, as [\'int64\'].',
      DTypeError,
    );
    wrong(
      () => summary(model, { colNames: ['mult_adds'] }),
      'summary: the column mult_adds needs a forward. Give inputSize or inputData, or leave it out of colNames.',
    );
    expect(given({ colnames: [] })).toThrow('summary: there is no option "colnames".');
  });

  test('a forward that fails names the inputs and how far it came', () => {
    expect(() => summary(models['dnn']!(), [4, 1, 28, 28], quiet)).toThrow(
      /^summary: FMNIST_DNN fails on \[4, 1, 28, 28\] float32: fc1 \(Linear\): /,
    );
    const late = new nn.Sequential(new nn.Linear(3, 4), new nn.Linear(5, 2));
    expect(() => summary(late, [2, 3], quiet)).toThrow(
      /^summary: Sequential fails on \[2, 3\] float32, after Linear \(0\): 1 \(Linear\): /,
    );
    class Broken extends nn.Module {
      forward(): never {
        throw new TypeError('no such thing');
      }
    }
    wrong(() => summary(new Broken(), [2], quiet), 'summary: Broken fails on [2] float32: no such thing');
    class Slow extends nn.Module {
      async forward(x: Tensor) {
        return x;
      }
    }
    wrong(
      () => summary(new Slow(), [2], quiet),
      'summary: the forward of Slow is async, and summary does not wait. Give the layers, without inputSize.',
    );
  });

  test('a model that contains itself', () => {
    class Loop extends nn.Module {
      inner = new nn.Sequential();
      constructor() {
        super();
        this.inner.append(this);
      }
      forward() {
        return null;
      }
    }
    wrong(() => summary(new Loop(), quiet), 'summary: Loop contains itself, as "0".');
  });
});

describe('modules in many places', () => {
  class Both extends nn.Module {
    a: nn.Module;
    b: nn.Module;
    constructor(inner: nn.Module) {
      super();
      this.a = inner;
      this.b = inner;
    }
    forward(x: Tensor): Tensor {
      return this.b.forward(x);
    }
  }
  class Around extends nn.Module {
    constructor(readonly inner: nn.Module) {
      super();
    }
    forward(x: Tensor): Tensor {
      return this.inner.forward(x);
    }
  }
  class Fork extends nn.Module {
    left: Around;
    right: Around;
    constructor(inner: nn.Module) {
      super();
      this.left = new Around(inner);
      this.right = new Around(inner);
    }
    forward(x: Tensor): Tensor {
      return this.right.forward(x);
    }
  }
  const nested = (wrap: (inner: nn.Module) => nn.Module, depth: number): nn.Module => {
    let model: nn.Module = new nn.Linear(2, 2);
    for (let i = 0; i < depth; i++) model = wrap(model);
    return model;
  };

  // Each of these would take longer than the world has stood if a place cost a step: 2^60.
  test.each([
    ['one inside the other', (inner: nn.Module) => new Around(inner)],
    ['under two names', (inner: nn.Module) => new Both(inner)],
    ['in two submodules', (inner: nn.Module) => new Fork(inner)],
  ] as const)('%s, sixty deep', (_, wrap) => {
    const model = nested(wrap, 60);
    for (const options of [{ verbose: 0 } as const, { inputSize: [1, 2], verbose: 0 } as const]) {
      const info = summary(model, options);
      // Without a forward torchinfo counts the parameters of a shared module again for each module that holds it.
      if ('inputSize' in options) expect(info.totalParams).toBe(6);
      expect(String(info)).toContain('Total params: ');
    }
    expect(summary(model, [2], { style: 'torchsummary', verbose: 0 }).totalParams % 6).toBe(0);
    expect(
      model
        .train(false)
        .modules()
        .every(({ training }) => !training),
    ).toBe(true);
  });
});
