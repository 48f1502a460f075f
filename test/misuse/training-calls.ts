/** What takes options of training, watching and ready models: each is called with an option that does not exist. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nn, ones, optim } from 'hone';
import { GroupKFold, KFold, StratifiedKFold } from 'hone/data';
import { lineChart } from 'hone/report';
import { readEvents, SummaryWriter } from 'hone/tensorboard';
import * as train from 'hone/train';
import { models } from 'hone/vision';

type Call = (options: object) => unknown;
const any = (value: unknown) => value as never;
const model = () => new nn.Linear(2, 2);
const batches = () => [[ones(2, 2), ones([2], { dtype: 'int64' })]] as never;
const sgd = (of: nn.Module) => new optim.SGD(of.parameters(), { lr: 0.1 });
const training = (net: nn.Module = model()) => ({
  train: batches(),
  loss: new nn.CrossEntropyLoss(),
  optimizer: sgd(net),
  epochs: 1,
  progress: false,
});
const fitWith = (more: object) => {
  const net = model();
  return train.fit(any(net), any({ ...training(net), ...more }));
};
/** Of a writer whose folder is gone again afterwards. */
const writer =
  (method: string, ...given: unknown[]): Call =>
  (o) => {
    const folder = mkdtempSync(join(tmpdir(), 'hone-misuse-'));
    const of = new SummaryWriter(folder);
    try {
      return (of[method as 'addText'] as (...all: unknown[]) => unknown).call(of, ...given, o);
    } finally {
      of.close();
      rmSync(folder, { recursive: true });
    }
  };

/** Functions that take options alone. */
const factories = [
  ...[
    'cutmix',
    'earlyStopping',
    'ema',
    'finetuning',
    'gradientClipping',
    'lrMonitor',
    'mixup',
    'nanGuard',
    'normMonitor',
    'progress',
    'swa',
  ],
  ...['timeLimit', 'warmup', 'accuracy', 'auroc', 'averagePrecision', 'brier', 'calibrationError', 'cohenKappa', 'f1', 'meanAbsoluteError'],
  ...['meanSquaredError', 'perplexity', 'precision', 'r2Score', 'recall', 'topKAccuracy'],
].map((name): [string, Call] => [name, (o) => (train as unknown as Record<string, Call>)[name]!(o)]);

const networks = ['lenet', 'mlp', 'mobilenetV2', 'resnet18', 'resnet50', 'vgg11', 'vgg16Bn'].map((name): [string, Call] => [
  `models.${name}`,
  (o) => (models as unknown as Record<string, Call>)[name]!(o),
]);

export const trainingCalls: Readonly<Record<string, Call>> = {
  ...Object.fromEntries(factories),
  ...Object.fromEntries(networks),
  'models.getModel': (o) => models.getModel('lenet', any(o)),
  csvLogger: (o) => train.csvLogger('x.csv', any(o)),
  runReport: (o) => train.runReport('x.html', any(o)),
  tensorBoard: (o) => train.tensorBoard(any('runs/misuse'), any(o)),
  'fit: checkpoint': (o) => fitWith({ checkpoint: { path: 'x.ckpt', ...o } }),
  'fit: earlyStopping': (o) => fitWith({ earlyStopping: o }),
  'fit: progress': (o) => fitWith({ progress: o }),
  interpret: (o) => train.interpret(any(model()), batches(), any(o)),
  predictEach: (o) => train.predictEach(any(model()), batches(), any(o)).next(),
  lrFind: (o) => {
    const net = model();
    const { epochs: _, progress: __, ...rest } = training(net);
    return train.lrFind(any(net), any({ ...rest, ...o }));
  },
  crossValidate: (o) =>
    train.crossValidate(
      any(model),
      any([0, 1, 0, 1].map((c) => [ones(2), c])),
      any({ loss: new nn.CrossEntropyLoss(), epochs: 1, folds: 2, optimizer: (net: nn.Module) => sgd(net), ...o }),
    ),
  KFold: (o) => new KFold(o),
  StratifiedKFold: (o) => new StratifiedKFold(o),
  GroupKFold: (o) => new GroupKFold(o),
  SummaryWriter: (o) => new SummaryWriter(any('runs/misuse'), any(o)),
  readEvents: (o) => readEvents('nowhere', any(o)),
  'SummaryWriter.addScalar': writer('addScalar', 'a', 1),
  'SummaryWriter.addHistogram': writer('addHistogram', 'a', [1, 2]),
  'SummaryWriter.addImage': writer('addImage', 'a', ones(3, 2, 2)),
  'SummaryWriter.addFigure': writer('addFigure', 'a', lineChart({ y: [1] })),
  'SummaryWriter.addEmbedding': writer('addEmbedding', ones(3, 3)),
  'SummaryWriter.addPrCurve': writer('addPrCurve', 'a', [1, 0], [0.5, 0.2]),
  'SummaryWriter.addMesh': writer('addMesh', 'a', ones(1, 3, 3)),
  'SummaryWriter.addAudio': writer('addAudio', 'a', ones(5).mul(0.1)),
};
