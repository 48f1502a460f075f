/** One of each kind of thing that has methods, and the methods that are its own business. */
import { Generator, nn, ones } from 'hone';
import {
  BatchSampler,
  ChainDataset,
  DataLoader,
  LabelEncoder,
  MinMaxScaler,
  OneHotEncoder,
  RandomSampler,
  RobustScaler,
  SequentialSampler,
  StackDataset,
  StandardScaler,
  Subset,
  Table,
  TensorDataset,
} from 'hone/data';
import { lineChart } from 'hone/report';
import { families } from '../conformance/fixtures.js';
import { Bench, type TraceCase } from '../conformance/kinds/schedules.js';
import { type Class, classes, isOptimizer } from './surface.js';

const net = () => new nn.Sequential(new nn.Linear(3, 2), new nn.ReLU());
const data = () => new TensorDataset(ones(4, 2), ones(4, 1));

const modules: Readonly<Record<string, () => object>> = {
  Linear: () => new nn.Linear(3, 2),
  Sequential: net,
  ModuleList: () => new nn.ModuleList([new nn.Linear(3, 2)]),
  ModuleDict: () => new nn.ModuleDict({ a: new nn.Linear(3, 2) }),
  ParameterList: () => new nn.ParameterList([new nn.Parameter(ones(2))]),
  ParameterDict: () => new nn.ParameterDict({ a: new nn.Parameter(ones(2)) }),
  RNN: () => new nn.RNN(3, 2),
  LSTM: () => new nn.LSTM(3, 2),
  LSTMCell: () => new nn.LSTMCell(3, 2),
  GRUCell: () => new nn.GRUCell(3, 2),
  MultiheadAttention: () => new nn.MultiheadAttention(4, 2),
  TransformerEncoderLayer: () => new nn.TransformerEncoderLayer(4, 2),
  Conv2d: () => new nn.Conv2d(1, 1, 1),
  MaxPool2d: () => new nn.MaxPool2d(2),
  Upsample: () => new nn.Upsample({ scaleFactor: 2 }),
  BatchNorm1d: () => new nn.BatchNorm1d(3),
  GroupNorm: () => new nn.GroupNorm(1, 3),
  LayerNorm: () => new nn.LayerNorm(3),
  Dropout: () => new nn.Dropout(),
  Flatten: () => new nn.Flatten(),
  Unflatten: () => new nn.Unflatten(1, [1, 3]),
  Embedding: () => new nn.Embedding(3, 2),
  EmbeddingBag: () => new nn.EmbeddingBag(3, 2),
  Bilinear: () => new nn.Bilinear(2, 2, 2),
  CrossEntropyLoss: () => new nn.CrossEntropyLoss(),
  AveragedModel: () => new nn.swaUtils.AveragedModel(net()),
};

const others: Readonly<Record<string, () => object>> = {
  Chart: () => lineChart({ y: [1, 2] }),
  Generator: () => new Generator(),
  DataLoader: () => new DataLoader(data()),
  TensorDataset: data,
  Subset: () => new Subset(data(), [0]),
  StackDataset: () => new StackDataset(data(), data()),
  ChainDataset: () => new ChainDataset([[1, 2], [3]]),
  RandomSampler: () => new RandomSampler(data()),
  StandardScaler: () => new StandardScaler().fit(ones(4, 2)),
  MinMaxScaler: () => new MinMaxScaler().fit(ones(4, 2)),
  RobustScaler: () => new RobustScaler().fit(ones(4, 2)),
  OneHotEncoder: () =>
    new OneHotEncoder().fit([
      ['a', 1],
      ['b', 2],
    ]),
  LabelEncoder: () => new LabelEncoder().fit(['a', 'b']),
  Table: () => new Table({ a: [1, 2], b: ['x', null] }),
  Column: () => new Table({ a: [1, null] }).column('a'),
  BatchSampler: () => new BatchSampler(new SequentialSampler(data()), 2, false),
};

const optimizers = Object.fromEntries(
  classes
    .filter(({ name, value }) => isOptimizer(value) && name !== 'optim.Optimizer')
    .map(({ name, value }) => [name, () => new (value as unknown as Class)([new nn.Parameter(ones(2, 3))])]),
);

/** Every schedule, as its first case of conformance makes it; those that combine others have none of their own. */
const schedulers: Record<string, () => object> = {};
for (const c of families.flatMap(({ kind, cases }) => (kind === 'trace' ? (cases as unknown as TraceCase[]) : [])))
  if (c.build.length === 1 && c.err === undefined) schedulers[c.build[0]![0]] ??= () => new Bench(c).stepped[0]!;

/** How to make one of each, by name. */
export const instances: Readonly<Record<string, () => object>> = { ...modules, ...others, ...optimizers, ...schedulers };

/** Private and protected methods: JavaScript sees them, users do not call them. */
export const internal: ReadonlySet<string> = new Set(
  `takeHooks run initial checkInput average follow collate fetch loadsAsync loads batches assertReady checkOptions
  newState stateOf stepGroup stepFused takeStep start minimize read setLrs assertMatrices LSTMCell.step GRUCell.step
  forwards backwards learn restore hold OneHotEncoder.given OneHotEncoder.unknown OneHotEncoder.dropOf StandardScaler.weighted StackDataset.assemble Table.rows Table.targetOf Column.take`
    .trim()
    .split(/\s+/),
);
