/** A study that is run in several processes, and killed. `HONE_TOY` says what else its variants do. */
import { writeSync } from 'node:fs';
import { TensorDataset } from '../../dist/node/data.js';
import { nn, optim, rand } from '../../dist/node/index.js';
import { defineStudy } from '../../dist/node/study.js';

const toy = process.env.HONE_TOY ?? '';
console.log(`process ${process.pid}`);

export default defineStudy({
  title: 'toys',
  data: () => {
    const x = rand([60, 6]);
    return { train: new TensorDataset(x, x.sum(1).mul(3).long().remainder(3)) };
  },
  baseline: { width: 8, dropout: 0, dies: 'never' },
  factors: {
    width: [12],
    dropout: [0.4],
    ...(toy === 'dies' && { dies: ['in each run', 'later'] }),
    ...(toy === 'busy' && { dies: ['never ends'] }),
  },
  model: ({ width, dropout, dies }) => {
    if (dies === 'in each run') process.kill(process.pid, 'SIGKILL');
    if (dies === 'later')
      setTimeout(() => {
        throw new RangeError('too late');
      });
    if (dies === 'never ends') {
      writeSync(2, 'busy\n');
      for (;;);
    }
    return new nn.Sequential(
      new nn.Linear(6, width),
      new nn.BatchNorm1d(width),
      new nn.ReLU(),
      new nn.Dropout(dropout),
      new nn.Linear(width, 3),
    );
  },
  optimizer: (model) => new optim.Adam(model.parameters(), { lr: 0.01 }),
  // So slow that it can be killed between two steps, or that a timer comes before its end.
  callbacks: () => [
    {
      async onStep({ phase }) {
        const pause = { slow: 8, dies: 1 }[toy];
        if (pause && phase === 'train') await new Promise((resolve) => setTimeout(resolve, pause));
      },
    },
  ],
  batchSize: 10,
  epochs: 4,
  repeats: 2,
});
