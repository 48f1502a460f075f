/** How weights begin, with sigmoid and with ReLU: "Fashion MNIST in Pytorch" on initial values. */
import { Adam } from '../../../optim/adam/adam.js';
import type { StudyFigures } from '../../../report/study/figures.js';
import { meanOver } from '../base/aspects.js';
import { claimVerdict, comparisonOf, scoresBetter, scoresWorse } from '../base/judge.js';
import { definePreset } from '../base/preset.js';
import { sentence } from '../base/reading.js';
import { activationFigures } from './activations.js';
import { FashionModel, type InitialWeights } from './fashion-model.js';

type Activation = 'relu' | 'sigmoid';

const inits: Readonly<Record<string, InitialWeights>> = {
  He: 'he',
  'He by inputs': 'he by inputs',
  Xavier: 'xavier',
  PyTorch: 'pytorch',
  'N(0, 0.01)': 'N(0, 0.01)',
  'N(0, 1)': 'N(0, 1)',
  zeros: 'zeros',
};
const texts: Readonly<Record<string, string>> = {
  He: 'normal, deviation √(2 / outputs), as in the document',
  'He by inputs': 'normal, deviation √(2 / inputs)',
  Xavier: 'normal, deviation √(2 / (inputs + outputs))',
  PyTorch: 'uniform, up to 1 / √inputs',
  'N(0, 0.01)': 'normal, deviation 0.01',
  'N(0, 1)': 'normal, deviation 1',
  zeros: 'all weights and biases 0',
};
const poor = ['zeros', 'N(0, 1)', 'N(0, 0.01)'];
const named = (activation: Activation, init: string) => `${init} with ${activation === 'relu' ? 'ReLU' : 'sigmoid'}`;

/** Six kinds of initial weights, each with both activations, and He's by the number of inputs for ReLU. */
export const initialisation = definePreset({
  name: 'initialisation',
  title: 'How weights begin',
  description: 'The model 784-128-64-10 from six kinds of initial weights, and two forms of He’s, with ReLU and with sigmoid',
  method: 'Adam with learning rate 0.001, batches of 16, cross entropy; the weights after the last epoch are judged, as in the document.',
  document: 'fashion',
  dataset: 'fashion-mnist',
  quote: {
    english:
      'Weights that begin as zeros are all updated alike, N(0, 1) makes gradients vanish, and N(0, 0.01) gathers what sigmoids give around 0.5; to solve these problems one uses Xavier’s initial values where the activation is linear, and He’s where it is ReLU, which is not.',
    original:
      '초기값을 0으로 하면 오차 역전파법에서 모든 가중치의 값이 똑같이 갱신된다. … 이것이 기울기 소실(gradient vanishing)이라 알려진 문제. … 출력 값이 0.5에 몰림. … 이 문제들을 해결할 방법으로 활성화 함수가 선형일 때 Xavier 초기값, 선형이 아닌 ReLU일 때 He 초기값 등을 사용한다.',
  },
  full: { epochs: 17, repeats: 10 },
  quick: { epochs: 6, repeats: 10, limit: 9_600, test: 4_000 },
  remarks: [
    'The document tells of sigmoids and trains with ReLU; its model has two hidden layers, where what it says of vanishing gradients is about many. Here are both activations in that model; Xavier’s values stand for the sigmoid, which is nearly linear around 0.',
    'The document takes He’s values by the number of outputs (fan_out), which makes the weights of its first layer 2.5 times as large as by that of inputs; both are here.',
    'Only weights begin in these ways, as in the document; biases begin as PyTorch has them, and at 0 with zeros.',
  ],
  baseline: { init: 'he' as InitialWeights, activation: 'relu' as Activation },
  baselineName: named('relu', 'He'),
  variants: Object.fromEntries(
    (['relu', 'sigmoid'] as const).flatMap((activation) =>
      Object.keys(inits)
        .filter((init) => (activation === 'sigmoid' ? init !== 'He by inputs' : init !== 'He'))
        .map((init) => [named(activation, init), { setting: { init: inits[init]!, activation }, description: texts[init]! }] as const),
    ),
  ),
  pairs: poor.map((init) => [named('sigmoid', 'Xavier'), named('sigmoid', init)] as const),
  model: (setting) => new FashionModel(setting),
  optimizer: (model) => new Adam(model.parameters(), { lr: 0.001 }),
  inspect: (model, setting, { train }) => activationFigures(model as FashionModel, setting, train),
  batchSize: 16,
  choose: 'last',
  judge: (verdict, figures) => {
    const { words, ...claim } = claimVerdict([
      ...poor.map((init) => scoresWorse(verdict, named('relu', init), named('relu', 'He'))),
      ...poor.map((init) => scoresBetter(verdict, named('sigmoid', 'Xavier'), named('sigmoid', init))),
    ]);
    const others = ['He by inputs', 'Xavier', 'PyTorch'].map((init) => comparisonOf(verdict, named('relu', init), named('relu', 'He')));
    const rest = others.flatMap((found) => (found === undefined || found.outcome === 'tooFew' ? [] : [sentence(found.words)]));
    return {
      ...claim,
      words: `${words}${rest.length === 0 ? '' : ` Other values for ReLU, beside He’s: ${rest.join(' ')}`}${activationsAtStart(figures)}`,
    };
  },
});

/** What sigmoids give at the start, of which the document speaks; nothing where it was not measured. */
function activationsAtStart(figures: StudyFigures): string {
  const told = ['N(0, 1)', 'N(0, 0.01)', 'Xavier'].map((init) => {
    const last = (name: string) =>
      meanOver(figures, named('sigmoid', init), ({ extra }) => {
        const values = extra?.[`${name} at the start`];
        return typeof values === 'object' ? values.at(-1) : undefined;
      });
    const [mean, deviation, flat] = ['activation mean', 'activation deviation', 'activations without gradient'].map(last);
    if (mean === undefined || deviation === undefined || flat === undefined) return undefined;
    return `${mean.toFixed(2)} ± ${deviation.toFixed(2)} with ${init}, ${Math.round(100 * flat)} % of them within 0.05 of 0 or 1`;
  });
  if (told.includes(undefined)) return '';
  return ` At the start the sigmoids of the second layer give ${told.join('; ')}.`;
}
