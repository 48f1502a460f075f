/** Batch normalisation in the model of "Fashion MNIST in Pytorch": whether it learns sooner, depends less on its initial weights, and overfits less. */
import { Adam } from '../../../optim/adam/adam.js';
import { type Aspect, comparedFigure, countOfPoints, gapOf, judgeAspects, meanOver, type RunsOfRepeat, riseOf } from '../base/aspects.js';
import { claimVerdict, comparisonOf } from '../base/judge.js';
import { definePreset } from '../base/preset.js';
import { sentence } from '../base/reading.js';
import { FashionModel, type InitialWeights } from './fashion-model.js';

const inits: Readonly<Record<string, InitialWeights>> = { He: 'he', PyTorch: 'pytorch', 'N(0, 1)': 'N(0, 1)', 'N(0, 0.01)': 'N(0, 0.01)' };
const names = Object.keys(inits);
const normed = (init: string) => `${init} + batch norm`;

/** Four ways to begin, each with batch normalisation and without. */
export const batchNorm = definePreset({
  name: 'batch-norm',
  title: 'What batch normalisation does',
  description: 'The model 784-128-64-10 with and without batch normalisation before each ReLU, from four kinds of initial weights',
  method: 'Adam with learning rate 0.001, batches of 16, cross entropy; the weights after the last epoch are judged, as in the document.',
  document: 'fashion',
  dataset: 'fashion-mnist',
  quote: {
    english: 'It lets learning proceed quickly, does not depend much on the initial values, and suppresses overfitting.',
    original: '1. 학습의 빠른 진행 가능 2. 초기값에 크게 의존하지 않음 3. 오버피팅 억제',
  },
  full: { epochs: 17, repeats: 9 },
  quick: { epochs: 8, repeats: 9, limit: 9_600, test: 4_000 },
  remarks: [
    'The document has batch normalisation with He’s initial weights only; the other kinds are those that its section before names.',
  ],
  baseline: { init: 'he' as InitialWeights, batchNorm: false },
  baselineName: 'He',
  variants: Object.fromEntries(
    names.flatMap((name) => {
      const init = inits[name]!;
      const plain = name === 'He' ? [] : [[name, { setting: { init }, description: `weights begin as ${name} has them` }] as const];
      return [...plain, [normed(name), { setting: { init, batchNorm: true }, description: 'the same with batch normalisation' }] as const];
    }),
  ),
  pairs: names.slice(1).map((name) => [normed(name), name] as const),
  model: (setting) => new FashionModel(setting),
  optimizer: (model) => new Adam(model.parameters(), { lr: 0.001 }),
  batchSize: 16,
  choose: 'last',
  judge: (verdict, figures) => {
    const { words, ...claim } = claimVerdict(judgeAspects(figures, [sooner, steadier, fitter]));
    const score = comparisonOf(verdict, normed('He'), 'He');
    const [plain, normedGap] = ['He', normed('He')].map((name) => meanOver(figures, name, (run) => run.scores && gapOf(run)));
    const gap =
      plain === undefined || normedGap === undefined
        ? ''
        : ` Training accuracy lies ${countOfPoints(normedGap)} from test accuracy with it, ${countOfPoints(plain)} without${normedGap > plain ? ': it fits the training images more closely in as many epochs' : ''}.`;
    return { ...claim, words: `${words}${gap}${score ? ` On test data: ${sentence(score.words)}` : ''}` };
  },
});

const sooner: Aspect = {
  claim: 'it learns sooner',
  variants: [normed('He'), 'He'],
  value: (runs) => first(runs, normed('He')) - first(runs, 'He'),
  words: (mean) => `after the first epoch its validation accuracy is ${countOfPoints(mean)} ${mean >= 0 ? 'higher' : 'lower'}`,
};

const steadier: Aspect = {
  claim: 'it depends less on the initial weights',
  variants: [...names, ...names.map(normed)],
  value: (runs) => range(runs, names) - range(runs, names.map(normed)),
  words: (mean) =>
    `best and worst of the four ways to begin lie ${countOfPoints(mean)} of test accuracy ${mean >= 0 ? 'closer together' : 'further apart'} with it`,
};

const fitter: Aspect = comparedFigure(
  'it overfits less',
  ['He', normed('He')],
  riseOf,
  (mean) => `from its lowest to the last epoch the validation loss rises ${Math.abs(mean).toPrecision(2)} ${mean >= 0 ? 'less' : 'more'}`,
);

/** Validation accuracy after the first epoch. */
const first = (runs: RunsOfRepeat, variant: string) => runs[variant]!.epochs[0]?.validation['accuracy'] ?? Number.NaN;

/** How far the best and the worst of them lie apart. */
function range(runs: RunsOfRepeat, variants: readonly string[]): number {
  const scores = variants.map((variant) => runs[variant]!.scores!.test['accuracy']!);
  return Math.max(...scores) - Math.min(...scores);
}
