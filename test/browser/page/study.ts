/** A small study and its verdict: by Node and by a page, which must agree but for how long it took. */
import { nn, optim, tensor } from 'hone';
import { TensorDataset } from 'hone/data';
import { defineStudy, runStudy, studyVerdict } from 'hone/study';

export async function smallStudy(): Promise<unknown> {
  const count = 60;
  const xs = Array.from({ length: count }, (_, i) => [Math.sin(i * 12.9) + (i % 2) - 0.5, Math.cos(i * 7.3)]);
  const labels = Array.from({ length: count }, (_, i) => i % 2);
  const study = defineStudy({
    title: 'Dropout in a page',
    data: { train: new TensorDataset(tensor(xs), tensor(labels, { dtype: 'int64' })) },
    baseline: { dropout: 0 },
    factors: { dropout: [0.5] },
    model: ({ dropout }) => new nn.Sequential(new nn.Linear(2, 8), new nn.ReLU(), new nn.Dropout(dropout), new nn.Linear(8, 2)),
    optimizer: (model) => new optim.Adam(model.parameters(), { lr: 0.01 }),
    epochs: 2,
    repeats: 2,
  });
  const figures = await runStudy(study);
  const verdict = await studyVerdict(figures);
  return JSON.parse(
    JSON.stringify({ ...figures, verdict }, (name, value: unknown) => (name === 'seconds' || name === 'time' ? undefined : value)),
  );
}
