import { nn, optim } from 'hone';
import { Subset } from 'hone/data';
import { defineStudy } from 'hone/study';
import { datasets } from 'hone/vision';

export default defineStudy({
  title: 'Dropout and batch normalisation, with 1,200 digits to learn from',
  data: () => ({
    train: new Subset(
      new datasets.Digits({ train: true }),
      Array.from({ length: 1200 }, (_, i) => i),
    ),
    test: new datasets.Digits({ train: false }),
  }),
  baseline: { dropout: 0, batchNorm: false },
  factors: { dropout: [0.2, 0.5], batchNorm: [true] },
  model: ({ dropout, batchNorm }) =>
    new nn.Sequential(
      new nn.Flatten(),
      new nn.Linear(784, 128),
      ...(batchNorm ? [new nn.BatchNorm1d(128)] : []),
      new nn.ReLU(),
      new nn.Dropout(dropout),
      new nn.Linear(128, 10),
    ),
  optimizer: (model) => new optim.Adam(model.parameters(), { lr: 1e-3 }),
  epochs: 8,
  repeats: 8,
});
