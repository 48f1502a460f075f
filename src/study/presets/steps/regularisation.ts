/** Penalties on the size of weights: L2 by weight decay, L1 in the loss. */
import { isGradEnabled } from '../../../autograd/modes/mode.js';
import { CrossEntropyLoss } from '../../../nn/loss/classification/cross-entropy.js';
import type { Module } from '../../../nn/module/module.js';
import { l1Penalty, weightParameters } from '../../../nn/utils/penalties.js';
import { SGD } from '../../../optim/sgd/sgd.js';
import type { StudyFigures, StudyRun } from '../../../report/study/figures.js';
import { toTypedArray } from '../../../tensor/values/transfer.js';
import { comparedFigure, judgeAspects, meanOver, overfitsLess } from '../base/aspects.js';
import { claimVerdict, comparisonOf } from '../base/judge.js';
import { definePreset } from '../base/preset.js';
import { sentence } from '../base/reading.js';
import { net } from './net.js';

const [NONE, STRONG, L2, L1] = ['no penalty', 'L2 0.1', 'L2 0.01', 'L1 0.0003'];
const [NEAR, NORM] = ['share of weights below 0.001', 'norm of the weights'] as const;
/** Below this a weight counts as (nearly) 0. */
const NEARLY = 1e-3;

/** Figures of the trained model's weights. */
function weightFigures(model: Module): Record<typeof NEAR | typeof NORM, number> {
  let [count, near, squares] = [0, 0, 0];
  for (const [, weight] of weightParameters(model))
    for (const w of toTypedArray(weight) as Float32Array) {
      count++;
      if (Math.abs(w) < NEARLY) near++;
      squares += w * w;
    }
  return { [NEAR]: near / count, [NORM]: Math.sqrt(squares) };
}

/** L1 and L2 penalties on a network that overfits. */
export const regularisation = definePreset({
  name: 'regularisation',
  title: 'Penalties on weights: L2 and L1',
  description:
    'A network without a penalty, with L2 of 0.1, as another document has it, with L2 of 0.01, and with L1 of 0.0003 added to the loss',
  method:
    '784-256-128-10 with ReLU, SGD with learning rate 0.1, batches of 32, cross entropy. L2 is the optimizer’s weightDecay; L1 is added to the loss, of the weights without biases. The last epoch is judged, so that there is overfitting to prevent.',
  document: 'notes',
  dataset: 'mnist',
  quote: {
    english:
      'A penalty on the weights prevents overfitting: L1 makes the weights of what does not matter 0 and so keeps the model sparse, L2 makes all weights small.',
    original:
      'L1 : lasso, … 모델에 중요하지 않은 특성의 가중치를 0으로 만들어 희소성을 유지. L2 : ridge, … 전체적인 특성의 가중치를 작은 값으로 만들어 과적합을 방지.',
  },
  full: { epochs: 40, repeats: 8, limit: 3000 },
  quick: { epochs: 40, repeats: 8, limit: 600, test: 2000 },
  remarks: [
    'weight_decay=0.1 stands in the document on techniques around training, with its convolutional network and a learning rate of about 0.0002, and gave 12.6 %: at that rate the network hardly learns, with a penalty or without. Here a network and a rate were taken that overfit to few images.',
    'Gradient steps move weights about 0, seldom onto it: those below 0.001 are counted.',
  ],
  baseline: { l2: 0, l1: 0 },
  baselineName: NONE,
  variants: {
    [STRONG!]: { setting: { l2: 0.1 }, description: 'weightDecay 0.1, as in the document on techniques around training' },
    [L2!]: { setting: { l2: 0.01 }, description: 'weightDecay 0.01' },
    [L1!]: { setting: { l1: 0.0003 }, description: '0.0003 times the sum of the weights’ magnitudes, in the loss' },
  },
  model: net,
  optimizer: (model, { l2 }) => new SGD(model.parameters(), { lr: 0.1, weightDecay: l2 }),
  fit: ({ l1 }, _context, model) => {
    if (l1 === 0) return {};
    const crossEntropy = new CrossEntropyLoss();
    // What is measured without gradients is the loss alone, so that variants can be compared
    return {
      loss: (output, target) => {
        const loss = crossEntropy.forward(output, target);
        return isGradEnabled() ? loss.add(l1Penalty(model, l1, { filter: 'weights' })) : loss;
      },
    };
  },
  inspect: weightFigures,
  choose: 'last',
  batchSize: 32,
  judge: (verdict, figures) => {
    const claim = claimVerdict(
      judgeAspects(figures, [
        ...overfitsLess(L2!, NONE!),
        ...overfitsLess(L1!, NONE!),
        comparedFigure(
          `${L2} makes weights smaller`,
          [NONE!, L2!],
          (run) => figureOf(run, NORM),
          () => `the ${NORM} is ${shown(figures, NORM, L2!)}, without a penalty ${shown(figures, NORM, NONE!)}`,
        ),
        comparedFigure(
          `${L1} makes more weights (nearly) 0`,
          [L1!, NONE!],
          (run) => figureOf(run, NEAR),
          () => `the ${NEAR} is ${shown(figures, NEAR, L1!)}, without a penalty ${shown(figures, NEAR, NONE!)}`,
        ),
      ]),
    );
    const scores = [L2!, L1!, STRONG!].flatMap((name) => comparisonOf(verdict, name, NONE!)?.words ?? []).map(sentence);
    return { ...claim, words: [claim.words, 'Of test accuracy:', ...scores].join(' ') };
  },
});

function figureOf({ extra }: StudyRun, name: string): number {
  return typeof extra?.[name] === 'number' ? extra[name] : Number.NaN;
}

/** A figure's mean over a variant's runs. */
function shown(figures: StudyFigures, name: string, variant: string): string {
  return meanOver(figures, variant, (run) => figureOf(run, name))?.toPrecision(3) ?? 'unknown';
}
