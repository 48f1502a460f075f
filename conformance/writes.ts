/**
 * Writes what conformance/reads.py reads with PyTorch: `tsx --tsconfig tsconfig.tools.json conformance/writes.ts FOLDER`.
 * Where FOLDER holds a run of PyTorch's, start.pth, the next 50 steps of it are trained here, and saved as middle.pth.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { arange, F, getRngState, load, manualSeed, nn, optim, randn, save, type Tensor, tensor, zeros } from 'hone';

const folder = process.argv[2];
if (folder === undefined) throw new Error('Give the folder to write to.');
const path = (name: string) => join(folder, name);

const base = arange(24, { dtype: 'float32' });
const shared = zeros([3]);
const list = [1, 2];
save(
  {
    none: null,
    true: true,
    false: false,
    ints: [0, 1, 255, 256, 65535, 65536, -1, -128, -129, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 53 - 1, -(2 ** 53 - 1)],
    bigints: [-(2n ** 53n), 2n ** 64n, -(2n ** 70n), 2n ** 2000n, 127n, 128n, -128n, -32768n, 2n ** 63n, -(2n ** 63n)],
    floats: [0.5, -0, -1.5, 1e300, 5e-324, Infinity, -Infinity, NaN],
    strings: ['', 'plain', 'ä 한 😀', 'line\nbreak', 'x'.repeat(300)],
    map: new Map<unknown, unknown>([
      [1, 'int'],
      ['1', 'str'],
      [0.5, 'float'],
      [true, 'bool'],
    ]),
    set: new Set([1, 2, 3]),
    'int keys': { 0: 'a', 10: 'b', '-3': 'c' },
    'str keys': { 0: zeros([1]) },
    'mixed keys': { 0: 'a', b: 1 },
    empty: [[], {}, new Map(), new Set()],
    shared: [list, list],
    many: Array.from({ length: 3000 }, (_, i) => i),
    float32: tensor([0.1, -0, Infinity, NaN]),
    float64: tensor([0.1, 1e-300], { dtype: 'float64' }),
    int32: tensor([1, -(2 ** 31)], { dtype: 'int32' }),
    int64: tensor([1n, -(2n ** 63n)]),
    uint8: tensor([0, 255], { dtype: 'uint8' }),
    bool: tensor([true, false]),
    scalar: tensor(2.5),
    'no elements': zeros([2, 0, 3]),
    'needs grad': tensor([3]).requiresGrad_(),
    'typed array': Float64Array.of(1.5, 2.5),
    rng: getRngState(),
  },
  path('values.pth'),
);
save(
  {
    base,
    matrix: base.view([4, 6]),
    transposed: base.view([4, 6]).t(),
    row: base.view([4, 6]).select(0, 2),
    expanded: base.narrow(0, 0, 2).unsqueeze(0).expand([3, 2]),
    one: shared,
    'same storage': shared.narrow(0, 0, 2),
  },
  path('views.pth'),
);
manualSeed(3);
const net = new nn.Sequential(new nn.Linear(4, 3), new nn.BatchNorm1d(3));
save(net.stateDict(), path('state-dict.pt'));
save(net.stateDict(), path('state-dict.safetensors'));

/** One step of each optimizer, and the states of some schedulers. */
const optimizers: Record<string, (params: Iterable<Tensor>) => optim.Optimizer> = {
  SGD: (params) => new optim.SGD(params, { lr: 0.1, momentum: 0.9, weightDecay: 0.01 }),
  Adam: (params) => new optim.Adam(params, { lr: 0.01, amsgrad: true }),
  AdamW: (params) => new optim.AdamW(params, { lr: 0.01 }),
  RMSprop: (params) => new optim.RMSprop(params, { lr: 0.01 }),
};
const states: Record<string, unknown> = {};
for (const [name, make] of Object.entries(optimizers)) {
  const optimizer = make(net.parameters());
  const scheduler = new optim.lrScheduler.MultiStepLR(optimizer, [1, 3, 3]);
  optimizer.zeroGrad();
  net
    .forward(randn([5, 4]))
    .square()
    .mean()
    .backward();
  optimizer.step();
  scheduler.step();
  states[name] = { optimizer: optimizer.stateDict(), scheduler: scheduler.stateDict() };
}
save({ model: net.stateDict(), states }, path('optimizers.pth'));

if (existsSync(path('start.pth'))) {
  const start = load<{
    x: Tensor;
    y: Tensor;
    model: nn.StateDict;
    optimizer: optim.OptimizerStateDict;
    scheduler: Record<string, unknown>;
  }>(path('start.pth'));
  const model = new nn.Sequential(new nn.Linear(6, 16), new nn.BatchNorm1d(16), new nn.Tanh(), new nn.Linear(16, 3));
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
  const scheduler = new optim.lrScheduler.StepLR(optimizer, 20, 0.5);
  model.loadStateDict(start.model);
  optimizer.loadStateDict(start.optimizer);
  scheduler.loadStateDict(start.scheduler);
  const losses: number[] = [];
  for (let step = 0; step < 50; step++) {
    optimizer.zeroGrad();
    const loss = F.crossEntropy(model.forward(start.x), start.y);
    loss.backward();
    optimizer.step();
    scheduler.step();
    losses.push(loss.item());
  }
  save({ model: model.stateDict(), optimizer: optimizer.stateDict(), scheduler: scheduler.stateDict(), losses }, path('middle.pth'));
}
