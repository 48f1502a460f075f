import {
  ArgumentError,
  autograd,
  cat,
  DTypeError,
  manualSeed,
  nn,
  noGrad,
  ones,
  optim,
  randn,
  ShapeError,
  type Tensor,
  tensor,
  zeros,
} from 'hone';
import { describe, expect, it, vi } from 'vitest';

const { packPaddedSequence, padPackedSequence, PackedSequence } = nn.utils.rnn;
const f64 = (...shape: number[]) => randn(shape, { dtype: 'float64', requiresGrad: true });
const values = (x: Tensor) => x.detach().reshape(-1).toArray() as number[];
const close = (a: Tensor, b: Tensor, digits = 6) => {
  expect(a.shape).toEqual(b.shape);
  const [x, y] = [values(a), values(b)];
  for (let i = 0; i < x.length; i++) expect(x[i]).toBeCloseTo(y[i]!, digits);
};
const message = (body: () => unknown): string => {
  try {
    body();
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return 'nothing was thrown';
};

describe('gradients', () => {
  const layers = {
    'RNN tanh': () => new nn.RNN(2, 3, { dtype: 'float64' }),
    'RNN relu': () => new nn.RNN(2, 3, { dtype: 'float64', nonlinearity: 'relu' }),
    'GRU, two directions': () => new nn.GRU(1, 2, { dtype: 'float64', bidirectional: true }),
    LSTM: () => new nn.LSTM(2, 2, { dtype: 'float64' }),
    'LSTM with a projection, two layers': () => new nn.LSTM(1, 2, 2, { dtype: 'float64', projSize: 1, bias: false }),
  };
  for (const [name, make] of Object.entries(layers)) {
    it(`of inputs, states and parameters: ${name}`, () => {
      const layer = make();
      const width = layer.projSize || layer.hiddenSize;
      const count = layer.numLayers * (layer.bidirectional ? 2 : 1);
      const [x, h, c] = [f64(2, 2, layer.inputSize), f64(count, 2, width), f64(count, 2, layer.hiddenSize)];
      const states = layer instanceof nn.LSTM ? [h, c] : [h];
      const run = (x: Tensor, ...s: Tensor[]): Tensor[] => {
        if (!(layer instanceof nn.LSTM)) return layer.forward(x, s[0]!);
        const [output, [hn, cn]] = layer.forward(x, [s[0]!, s[1]!]);
        return [output, hn, cn];
      };
      const inputs = [x, ...states, ...layer.parameters()];
      expect(autograd.gradcheck(run as (...xs: Tensor[]) => Tensor[], inputs)).toBe(true);
      expect(autograd.gradgradcheck(run as (...xs: Tensor[]) => Tensor[], [x, ...states, layer.weightHhL0])).toBe(true);
    });
  }

  it('of packed sequences', () => {
    const lstm = new nn.LSTM(1, 2, { dtype: 'float64', bidirectional: true });
    const run = (x: Tensor, weight: Tensor) => {
      expect(weight).toBe(lstm.weightHhL0Reverse);
      const [output, [hn]] = lstm.forward(packPaddedSequence(x, [1, 3], { enforceSorted: false }));
      return [padPackedSequence(output)[0], hn];
    };
    const inputs = [f64(3, 2, 1), lstm.weightHhL0Reverse!];
    expect(autograd.gradcheck(run, inputs)).toBe(true);
    expect(autograd.gradgradcheck(run, inputs)).toBe(true);
  });

  it('second derivatives are those of a cell that is written out', () => {
    const cell = new nn.GRUCell(2, 3, { dtype: 'float64' });
    const byHand = (x: Tensor, h: Tensor) => {
      const [xr, xz, xn] = nn.functional.linear(x, cell.weightIh, cell.biasIh).chunk(3, 1) as [Tensor, Tensor, Tensor];
      const [hr, hz, hn] = nn.functional.linear(h, cell.weightHh, cell.biasHh).chunk(3, 1) as [Tensor, Tensor, Tensor];
      const [r, z] = [xr.add(hr).sigmoid(), xz.add(hz).sigmoid()];
      const n = xn.add(r.mul(hn)).tanh();
      return n.mul(z.mul(-1).add(1)).add(z.mul(h));
    };
    const [x, h] = [f64(4, 2), f64(4, 3)];
    const penalty = (y: Tensor) => {
      const [dx, dw] = autograd.grad(y.square().sum(), [x, cell.weightIh], { createGraph: true }) as [Tensor, Tensor];
      const of = [x, h, cell.weightIh, cell.weightHh, cell.biasHh!];
      return autograd.grad(dx.square().sum().add(dw.square().sum()), of, { allowUnused: true });
    };
    const [ours, theirs] = [penalty(cell.forward(x, h)), penalty(byHand(x, h))];
    ours.forEach((g, i) => {
      close(g!, theirs[i]!, 10);
    });
  });

  it('flow only to what wants them', () => {
    const gru = new nn.GRU(2, 3).requiresGrad_(false);
    const x = randn([4, 2, 2], { requiresGrad: true });
    gru.forward(x)[0].sum().backward();
    expect(x.grad!.shape).toEqual([4, 2, 2]);
    expect(gru.parameters().map((p) => p.grad)).toEqual([null, null, null, null]);
    gru.weightIhL0.requiresGrad_();
    gru.forward(x.detach())[1].sum().backward();
    expect(gru.weightIhL0.grad).not.toBeNull();
  });

  it('outlive a change of the input only where nothing needs its old values', () => {
    const rnn = new nn.RNN(2, 3);
    const x = zeros([4, 1, 2]);
    const [output] = rnn.forward(x);
    x.add_(1);
    expect(message(() => output.sum().backward())).toContain('changed by an in-place operation');
  });
});

describe('equal computations', () => {
  it('a layer is its cell in a loop, with the same seed', () => {
    manualSeed(3);
    const lstm = new nn.LSTM(3, 4);
    manualSeed(3);
    const cell = new nn.LSTMCell(3, 4);
    const x = randn([5, 2, 3]);
    const [output, [hn, cn]] = lstm.forward(x);
    let state: [Tensor, Tensor] = [zeros([2, 4]), zeros([2, 4])];
    const outputs = x.unbind().map((step) => {
      state = cell.forward(step, state);
      return state[0].unsqueeze(0);
    });
    close(output, cat(outputs));
    close(hn.squeeze(0), state[0]);
    close(cn.squeeze(0), state[1]);
  });

  it('a packed batch gives each sequence what it gives alone', () => {
    for (const layer of [new nn.RNN(2, 3), new nn.GRU(2, 3, { bidirectional: true }), new nn.GRU(2, 3, 2, { bidirectional: true })]) {
      const x = randn([5, 4, 2]);
      const lengths = [2, 5, 1, 5];
      const [output, hn] = layer.forward(packPaddedSequence(x, lengths, { enforceSorted: false }));
      const [padded, back] = padPackedSequence(output, { paddingValue: 9 });
      expect(back.toArray()).toEqual(lengths);
      lengths.forEach((length, i) => {
        const [alone, last] = layer.forward(x.narrow(0, 0, length).select(1, i));
        close(padded.narrow(0, 0, length).select(1, i), alone);
        close(hn.select(1, i), last);
        expect(new Set(values(padded.narrow(0, length, 5 - length).select(1, i)))).toEqual(new Set(length === 5 ? [] : [9]));
      });
    }
  });

  it('many sequences at once give what a few at a time give', () => {
    const layers = [
      new nn.LSTM(3, 4, { dtype: 'float64', bidirectional: true }),
      new nn.LSTM(3, 4, { dtype: 'float64', projSize: 2 }),
      new nn.LSTM(3, 4, { dtype: 'float64', bias: false }),
      new nn.RNN(3, 4, { dtype: 'float64', nonlinearity: 'relu' }),
      new nn.GRU(3, 4, { dtype: 'float64' }),
    ];
    for (const layer of layers) {
      const run = (x: Tensor): Tensor => (layer instanceof nn.LSTM ? layer.forward(x)[0] : layer.forward(x)[0]);
      // So many rows that gradients of weights are summed up in several parts.
      const x = f64(14, 30, 3);
      const weights = randn([14, 30, 4 * (layer.bidirectional ? 2 : 1)], { dtype: 'float64' }).narrow(2, 0, run(x).shape[2]!);
      run(x).mul(weights).sum().backward();
      const at = layer.parameters().map((p) => p.grad!.clone());
      const dx = x.grad!.clone();
      layer.zeroGrad();
      const parts = [0, 10, 20].map((first) => run(x.detach().narrow(1, first, 10)));
      cat(parts, 1).mul(weights).sum().backward();
      close(cat(parts, 1), run(x), 12);
      layer.parameters().forEach((p, i) => {
        close(p.grad!, at[i]!, 10);
      });
      // The sums are the same where the input needs no gradient, and the gates' are not kept.
      layer.zeroGrad();
      run(x.detach()).mul(weights).sum().backward();
      layer.parameters().forEach((p, i) => {
        expect(values(p.grad!)).toEqual(values(at[i]!));
      });
      const alone = x.detach().narrow(1, 7, 2).clone().requiresGrad_();
      run(alone)
        .mul(weights.narrow(1, 7, 2))
        .sum()
        .backward();
      close(alone.grad!, dx.narrow(1, 7, 2), 10);
    }
  });

  it('a hidden size of one and transposed weights are as good as others', () => {
    const rnn = new nn.RNN(1, 1, { bias: false });
    noGrad(() => {
      rnn.weightIhL0.fill_(1);
      rnn.weightHhL0.fill_(0.5);
    });
    for (let i = 0; i < 2; i++) {
      const [, hn] = rnn.forward(ones([2, 1, 1]));
      expect(hn.item()).toBeCloseTo(Math.tanh(1 + 0.5 * Math.tanh(1)), 6);
    }
    const gru = new nn.GRU(2, 3);
    const x = randn([3, 1, 2]);
    const before = gru.forward(x)[0];
    gru.weightHhL0 = new nn.Parameter(gru.weightHhL0.detach().t().contiguous().t());
    close(gru.forward(x)[0], before);
    expect(gru.parameters()).toContain(gru.weightHhL0);
  });

  it('long and wide layers: states of the last step end the output', () => {
    const lstm = new nn.LSTM(3, 40, { bidirectional: true, batchFirst: true });
    const [output, [hn]] = lstm.forward(randn([9, 300, 3]));
    close(output.select(1, 299).narrow(1, 0, 40), hn.select(0, 0));
    close(output.select(1, 0).narrow(1, 40, 40), hn.select(0, 1));
  });

  it('learns to carry the first value to the end', () => {
    manualSeed(0);
    class Model extends nn.Module {
      gru = new nn.GRU(1, 8);
      head = new nn.Linear(8, 1);
      forward(x: Tensor): Tensor {
        const [, hn] = this.gru.forward(x);
        return this.head.forward(hn.squeeze(0));
      }
    }
    const model = new Model();
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.02 });
    let loss = 0;
    for (let i = 0; i < 150; i++) {
      const x = randn([6, 16, 1]);
      const error = nn.functional.mseLoss(model.forward(x), x.select(0, 0));
      optimizer.zeroGrad();
      error.backward();
      optimizer.step();
      loss = error.item();
    }
    expect(loss).toBeLessThan(0.2);
  });
});

describe('module', () => {
  it('has its parameters as fields, under PyTorch names in the state dict', () => {
    const lstm = new nn.LSTM(3, 4, 2, { bidirectional: true });
    expect(lstm.weightIhL0.shape).toEqual([16, 3]);
    expect(lstm.weightIhL1Reverse!.shape).toEqual([16, 8]);
    expect(lstm.biasHhL1!.shape).toEqual([16]);
    expect(lstm.getParameter('weight_ih_l1_reverse')).toBe(lstm.weightIhL1Reverse);
    expect(lstm.allWeights.map((list) => list.length)).toEqual([4, 4, 4, 4]);
    expect(lstm.allWeights.flat()).toEqual(lstm.parameters());
    lstm.flattenParameters();
    const other = new nn.LSTM(3, 4, { numLayers: 2, bidirectional: true });
    expect(other.loadStateDict(lstm.stateDict())).toEqual({ missingKeys: [], unexpectedKeys: [] });
    const x = randn([2, 1, 3]);
    close(other.forward(x)[0], lstm.forward(x)[0]);
  });

  it('draws dropout between layers only, and only in training', () => {
    const gru = new nn.GRU(2, 3, { numLayers: 2, dropout: 0.9 });
    const x = randn([4, 2, 2]);
    expect(values(gru.forward(x)[0])).not.toEqual(values(gru.forward(x)[0]));
    gru.eval();
    expect(values(gru.forward(x)[0])).toEqual(values(gru.forward(x)[0]));
  });

  it('warns of dropout that has no place to act', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    new nn.LSTM(2, 3, { dropout: 0.25 });
    expect(warn.mock.calls.flat().join()).toContain('LSTM: dropout is 0.25');
    warn.mockRestore();
  });

  it('works without recording, and frees nothing that is in use', () => {
    const lstm = new nn.LSTM(2, 3, { projSize: 1 });
    const x = randn([4, 2, 2]);
    const [recorded] = lstm.forward(x);
    const [plain, [hn]] = noGrad(() => lstm.forward(x));
    expect(plain.requiresGrad).toBe(false);
    expect(values(plain)).toEqual(values(recorded));
    expect(hn.shape).toEqual([1, 2, 1]);
  });

  it('takes an empty batch', () => {
    const gru = new nn.GRU(2, 3);
    const [output, hn] = gru.forward(zeros([4, 0, 2]));
    expect([output.shape, hn.shape]).toEqual([
      [4, 0, 3],
      [1, 0, 3],
    ]);
    output.sum().backward();
    expect(values(gru.weightIhL0.grad!).every((v) => v === 0)).toBe(true);
  });
});

describe('misuse', () => {
  const lstm = new nn.LSTM(3, 4);
  const gru = new nn.GRU(3, 4, 2, { batchFirst: true, bidirectional: true });
  it.each<[string, () => unknown, string]>([
    ['features', () => lstm.forward(zeros([5, 2, 7])), 'ShapeError: LSTM: input is [5, 2, 7] and has 7 features, expected 3'],
    ['dims', () => lstm.forward(zeros([3])), 'ShapeError: LSTM: input is [3], expected [time, batch, features]'],
    ['dims with batchFirst', () => gru.forward(zeros([1, 1, 1, 3])), 'expected [batch, time, features]'],
    [
      'dtype',
      () => lstm.forward(zeros([5, 2, 3], { dtype: 'float64' })),
      "DTypeError: LSTM: input is float64, the weights are float32. Convert the input with to('float32')",
    ],
    ['no steps', () => lstm.forward(zeros([0, 2, 3])), 'no time steps'],
    [
      'a single state',
      () => lstm.forward(zeros([5, 2, 3]), zeros([1, 2, 4]) as never),
      'ArgumentError: LSTM: hx is a Tensor of shape [1, 2, 4], expected a pair [h, c]',
    ],
    [
      'state size',
      () => lstm.forward(zeros([5, 2, 3]), [zeros([1, 2, 4]), zeros([1, 3, 4])]),
      'ShapeError: LSTM: hx[1] is [1, 3, 4], expected [1, 2, 4]: [numLayers, batch, hiddenSize]',
    ],
    [
      'state of a single sequence',
      () => lstm.forward(zeros([5, 3]), [zeros([1, 1, 4]), zeros([1, 1, 4])]),
      'expected [1, 4]: [numLayers, hiddenSize]',
    ],
    [
      'state of two directions',
      () => gru.forward(zeros([2, 5, 3]), zeros([2, 2, 4])),
      'GRU: hx is [2, 2, 4], expected [4, 2, 4]: [numLayers * 2, batch, hiddenSize]',
    ],
    [
      'state dtype',
      () => gru.forward(zeros([2, 5, 3]), zeros([4, 2, 4], { dtype: 'float64' })),
      'DTypeError: GRU: input is float32 and hx float64',
    ],
    [
      'no tensor',
      () => gru.forward([[1, 2, 3]] as never),
      'ArgumentError: GRU: input is [[1, 2, 3]], expected a Tensor or a PackedSequence',
    ],
    ['no state', () => gru.forward(zeros([2, 5, 3]), 3 as never), 'ArgumentError: GRU: hx is 3, expected a Tensor [4, 2, 4]'],
    [
      'packed features',
      () => lstm.forward(packPaddedSequence(zeros([2, 2, 5]), [2, 1])),
      'LSTM: input is [3, 5] and has 5 features, expected 3',
    ],
    [
      'packed state',
      () => lstm.forward(packPaddedSequence(zeros([2, 2, 3]), [2, 1]), [zeros([1, 1, 4]), zeros([1, 1, 4])]),
      'hx[0] is [1, 1, 4], expected [1, 2, 4]',
    ],
    ['packed numbers', () => lstm.forward(packPaddedSequence(zeros([2, 2]), [2, 1])), 'the packed data is [3], expected [rows, features]'],
    [
      'packed by hand',
      () => lstm.forward(new PackedSequence(zeros([3, 3]), tensor([1n, 2n]))),
      'batchSizes [1, 2] of the PackedSequence must be at least 1, never grow, and add up to the rows',
    ],
    ['sizes', () => new nn.LSTM(3, 0), 'ArgumentError: LSTM: hiddenSize is 0, expected a whole number of at least 1'],
    ['layers', () => new nn.GRU(3, 4, 0), 'GRU: numLayers is 0'],
    ['a boolean', () => new nn.GRU(3, 4, { bias: 1 as never }), 'GRU: bias is 1, expected true or false'],
    ['dropout', () => new nn.LSTM(3, 4, { dropout: 1.5 }), 'LSTM: dropout is 1.5, expected a probability from 0 to 1'],
    ['projection', () => new nn.LSTM(3, 4, { projSize: 4 }), 'LSTM: projSize is 4, expected less than hiddenSize (4)'],
    ['a size for an option', () => new nn.GRU(3, 4, 2, 3 as never), 'GRU: bias is 3, expected true or false'],
    ['the argument of another', () => new nn.GRU(3, 4, 1, true, false, 0, false, 2 as never), 'GRU: dtype is 2, expected a string'],
    ['no option', () => new nn.RNN(3, 4, { layers: 2 } as never), 'RNN: there is no option "layers"'],
    ['no option of a cell', () => new nn.GRUCell(3, 4, { nonlinearity: 'relu' } as never), 'GRUCell: there is no option "nonlinearity"'],
    ['projection of a GRU', () => new nn.GRU(3, 4, { projSize: 2 } as never), 'GRU: projSize is for LSTM only'],
    ['nonlinearity', () => new nn.RNN(3, 4, { nonlinearity: 'gelu' as never }), "RNN: nonlinearity is \"gelu\", expected 'tanh' or 'relu'"],
    ['an integer layer', () => new nn.RNN(3, 4, { dtype: 'int32' }), 'DTypeError: RNN: dtype is int32, expected float32 or float64'],
    [
      'cell input',
      () => new nn.RNNCell(3, 4).forward(zeros([1, 2, 3])),
      'RNNCell: input is [1, 2, 3], expected [batch, inputSize], or [inputSize]',
    ],
    [
      'cell state',
      () => new nn.GRUCell(3, 4).forward(zeros([2, 3]), zeros([1, 4])),
      'GRUCell: hx is [1, 4], expected [2, 4]: [batch, hiddenSize]',
    ],
    [
      'cell states',
      () => new nn.LSTMCell(3, 4).forward(zeros([3]), zeros([4]) as never),
      'LSTMCell: hx is a Tensor of shape [4], expected a pair',
    ],
    ['cell bias', () => new nn.LSTMCell(3, 4, 1 as never), 'LSTMCell: bias is 1, expected true or false'],
  ])('%s', (_name, body, text) => {
    expect(message(body)).toContain(text);
  });

  it('throws the named classes', () => {
    expect(() => lstm.forward(zeros([5, 2, 7]))).toThrow(ShapeError);
    expect(() => lstm.forward(zeros([5, 2, 3], { dtype: 'int64' }))).toThrow(DTypeError);
    expect(() => new nn.RNN(0, 4)).toThrow(ArgumentError);
  });

  it('names the layer of a model', () => {
    class Model extends nn.Module {
      encoder = new nn.LSTM(3, 4);
      forward(x: Tensor) {
        return this.encoder.forward(x);
      }
    }
    expect(message(() => new Model().forward(zeros([2, 2, 5])))).toContain('encoder (LSTM): input is [2, 2, 5]');
  });
});
