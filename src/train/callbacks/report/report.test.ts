import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualSeed, nn, optim, randint, randn, tensor } from 'hone';
import { DataLoader, TensorDataset } from 'hone/data';
import { fit, normMonitor, runReport } from 'hone/train';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'hone-report-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('normMonitor notes the norms that PyTorch would compute', async () => {
  const model = new nn.Linear(2, 1, { bias: false });
  model.loadStateDict({ weight: tensor([[3, 4]]) });
  const batch = [tensor([[1, 0]]), tensor([[0]])] as const;
  // loss = (3 - 0)^2, gradient 2 * 3 * x = [6, 0]; then w = [3 - 0.6, 4]
  const history = await fit(model, {
    train: [batch],
    loss: new nn.MSELoss(),
    optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }),
    epochs: 1,
    callbacks: [normMonitor()],
  });
  expect(history.values('logged.gradientNorm')[0]).toBeCloseTo(6, 5);
  expect(history.values('logged.weightNorm')[0]).toBeCloseTo(Math.hypot(2.4, 4), 5);
});

test('normMonitor measures some of many steps', async () => {
  let asked = 0;
  class Counted extends nn.Linear {
    override parameters() {
      asked++;
      return super.parameters();
    }
  }
  const model = new Counted(1, 1);
  const train = Array.from({ length: 100 }, () => [randn(1, 1), randn(1, 1)] as const);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0 });
  const { epochs } = await fit(model, { train, loss: new nn.MSELoss(), optimizer, epochs: 1, callbacks: [normMonitor({ samples: 4 })] });
  expect(epochs[0]!.logged!['gradientNorm']).toBeGreaterThan(0);
  expect(asked).toBeLessThan(20);
  expect(() => normMonitor({ samples: 0 })).toThrow(/normMonitor: samples is 0/);
});

function pictures(count: number) {
  manualSeed(0);
  return new DataLoader(new TensorDataset(randn(count, 1, 4, 4), randint(0, 3, [count])), { batchSize: 8 });
}

test('runReport writes the page of a classifier in one line', async () => {
  const [train, validation] = [pictures(24), pictures(10)];
  const model = new nn.Sequential(new nn.Flatten(), new nn.Linear(16, 3));
  const path = join(folder, 'new', 'report.html');
  await fit(model, {
    train,
    validation,
    loss: new nn.CrossEntropyLoss(),
    optimizer: new optim.Adam(model.parameters()),
    epochs: 2,
    metrics: ['accuracy'],
    restoreBest: true,
    callbacks: [
      runReport(path, {
        title: 'Three',
        classes: ['one', 'two', 'three'],
        pictures: 4,
        settings: () => ({ lr: '0.001' }),
        nameOf: (i) => `file ${i}`,
      }),
    ],
  });
  const page = readFileSync(path, 'utf8');
  for (const part of [
    '<title>Three</title>',
    'Confusion matrix',
    'Where the model is most wrong',
    'A batch of training',
    'gradientNorm',
    'Total mult-adds',
    '51 ',
    'file ',
    '>0.001<',
  ])
    expect(page).toContain(part);
  expect(page.match(/data:image\/png/g)).toHaveLength(8);
});

test('runReport of a regression, and of a training without validation', async () => {
  const model = new nn.Linear(2, 1);
  const train = [[randn(4, 2), randn(4, 1)] as const];
  const path = join(folder, 'regression.html');
  const options = { train, loss: new nn.MSELoss(), optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }), epochs: 1 };
  await fit(model, { ...options, validation: train, callbacks: [runReport(path)] });
  expect(readFileSync(path, 'utf8')).not.toContain('Confusion');
  await fit(model, { ...options, callbacks: [runReport(path, { norms: false })] });
  expect(readFileSync(path, 'utf8')).not.toContain('gradientNorm');
});

test('mistakes', () => {
  expect(() => runReport('')).toThrow(/runReport: the path is ""/);
  expect(() => runReport('a.html', { klasses: [] } as never)).toThrow(/klasses.*classes/);
});
