/** progress: shows a training while it runs. */
import { ProgressDisplay } from '../../../report/progress/display.js';
import { epochText, type ProgressState, progressText } from '../../../report/progress/line.js';
import { isTerminal, standardTarget } from '../../../report/progress/terminal.js';
import type { Scores } from '../../history/epoch-record.js';
import type { StepEvent, TrainingRun } from '../callback.js';
import { type ProgressOptions, readProgressOptions } from './options.js';
import { PACE, type PacedCallback } from './paced.js';

/** Milliseconds between two looks at a training. */
const PACE_MS = 100;
/** Of the lines within an epoch, in a log: milliseconds at least, and at most, and the share of the epoch in between. */
const [SOONEST, LATEST, SHARE] = [30_000, 600_000, 0.1];

/**
 * Shows a training while it runs: in a terminal a line with a bar, the scores, the speed and the time that is left, which is rewritten ten times a
 * second, and a line that stays for each epoch, with the scores of validation; in a log a line for each epoch, and in long ones a line now and
 * then. It takes less than a hundredth of the time of training. What the program prints meanwhile stands above the moving line.
 *
 * `fit` does so by itself in a terminal, where no `log` is given; `progress: false` leaves it out.
 * @throws {ArgumentError} for an unknown option.
 * @example
 * await fit(model, { train, loss: new nn.CrossEntropyLoss(), optimizer, epochs: 2, callbacks: [progress({ label: 'digits', live: false })] });
 */
export function progress(options: ProgressOptions = {}): PacedCallback {
  const { target = standardTarget(), live, ...names } = readProgressOptions('progress', options);
  return showProgress(new ProgressDisplay(target, live), names);
}

/** Whether fit shows its progress where nobody says: in a terminal. */
export const showsByItself = (): boolean => isTerminal(standardTarget());

/** @internal {@link progress} on a display that others write to as well. */
export function showProgress(display: ProgressDisplay, { label, unit }: Pick<ProgressOptions, 'label' | 'unit'> = {}): PacedCallback {
  /** When the last line was written, and how far the epoch was then. */
  let [saidAt, saidAfter] = [0, 0];
  /** The scores of the last evaluation within an epoch, or of the epochs after it. */
  let measured: Scores | undefined;
  const say = (text: string, after = 0) => {
    display.line(text);
    [saidAt, saidAfter] = [performance.now(), after];
  };
  return {
    name: 'progress',
    [PACE]: PACE_MS,
    onTrainStart(run) {
      [saidAt, saidAfter] = [performance.now(), 0];
      measured = run.history.evaluations.at(-1)?.validation;
      const place = placeText(run);
      if (place) say(`${label === undefined ? '' : `${label}: `}goes on ${place}`);
    },
    onStep(event) {
      const state = { ...stateOf(event, label, unit), validation: event.phase === 'train' ? measured : undefined };
      if (display.live) {
        display.update(state);
        return;
      }
      const since = performance.now() - saidAt;
      const after = event.steps ? event.step / event.steps : 1;
      if (since >= SOONEST && (since >= LATEST || Math.abs(after - saidAfter) >= SHARE)) say(progressText(state), after);
    },
    onEvaluation(record) {
      measured = record.validation;
    },
    onEpochEnd(record, { epochs }) {
      if (measured) measured = record.validation;
      say(epochText(record, { epochs, label, unit }, display.columns, display.colors));
    },
    onTrainEnd({ history }) {
      const { reason, message } = history.stopped ?? {};
      if (reason !== 'finished' && message !== undefined) say(message.startsWith(reason!) ? message : `${reason}: ${message}`);
      display.clear();
    },
    onError() {
      display.clear();
    },
  };
}

/** Where a training goes on that is not new; undefined for one that is. */
function placeText({ history, epoch, epochs, step }: TrainingRun): string | undefined {
  if (step > 0) return `in epoch ${epoch} of ${epochs}, after step ${step}`;
  return history.lastEpoch > 0 ? `after epoch ${history.lastEpoch} of ${epochs}` : undefined;
}

function stateOf(event: StepEvent, label: string | undefined, unit: string | undefined): ProgressState {
  const { epoch, epochs, phase, step, steps, scores, samplesPerSecond, secondsLeft } = event;
  return { label, unit, epoch, epochs, phase, step, steps, scores, samplesPerSecond, secondsLeft };
}
