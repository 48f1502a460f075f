/** What is seen of a study while it runs: a line for each run that is running, one for all, and one that stays of each that ends. */

import { cut, oneLine, width } from '../../report/progress/cells.js';
import type { ProgressDisplay } from '../../report/progress/display.js';
import { bar, draw, fitting, type ProgressState } from '../../report/progress/line.js';
import type { StudyFigures, StudyRun } from '../../report/study/figures.js';
import { plural, showDuration } from '../../report/text.js';
import type { StudyEvents, StudyRunPlace } from '../../study/schedule/options.js';
import { shownScore } from './words.js';

/** Seconds between two lines of progress in a log. */
const LOGGED = 30;

/** Shows a study's events. */
export function studyDisplay(
  display: ProgressDisplay,
  names: readonly string[],
  metric: string,
): Required<Omit<StudyEvents, 'progress' | 'line'>> & { figures(figures: StudyFigures): void } {
  const label = Math.max(...names.map((name) => width(oneLine(name))));
  const running = new Map<number, ProgressState>();
  let [ended, runs, layout, room] = [0, 0, 0, 0];
  let left: number | undefined;
  let logged = performance.now();
  let planned = false;
  const waiting: string[] = [];
  const dropped = new Set<string>();

  const whole = (columns: number) => {
    const share = runs === 0 ? 0 : [...running.values()].reduce((sum, state) => sum + doneOf(state), ended) / runs;
    const time = left === undefined ? '' : `  ${showDuration(left)} left`;
    const text = `${ended}/${plural(runs, 'run')}  `;
    const cells = Math.min(30, columns - text.length - time.length - 2);
    return cut(`${text}${cells < 6 ? '' : bar(share, cells)}${time}`, columns);
  };

  const lines = (columns: number, colors: boolean) => {
    const states = [...running].sort(([a], [b]) => a - b).map(([, state]) => state);
    if (columns !== room) layout = 0;
    room = columns;
    const shown = states.slice(0, Math.max(1, (process.stderr.rows || 24) - 3));
    layout = Math.max(layout, ...shown.map((state) => fitting(state, columns, layout)));
    return [...shown.map((state) => draw(state, layout, columns, colors)), whole(columns)];
  };

  const see = (place: StudyRunPlace) => {
    // Successive halving takes up a run several times, which makes no more of them.
    runs = Math.min(place.runs, names.length * place.repeats);
  };

  return {
    runStart: see,
    step(event, place) {
      see(place);
      left = event.studySecondsLeft;
      running.set(place.run, {
        label: place.variant,
        run: place.repeat + 1,
        runs: place.repeats,
        epoch: event.epoch,
        epochs: event.epochs,
        phase: event.phase,
        step: event.step,
        steps: event.steps,
        scores: event.scores,
        samplesPerSecond: event.samplesPerSecond,
        secondsLeft: event.secondsLeft,
      });
      display.show(lines);
    },
    epoch(epoch, place) {
      see(place);
      if (performance.now() - logged < LOGGED * 1000) return;
      logged = performance.now();
      const time = left === undefined ? '' : `, ${showDuration(left)} left`;
      display.logLine(
        `${ended} of ${plural(runs, 'run')} ended${time}; ${oneLine(place.variant)}, repeat ${place.repeat}: epoch ${epoch.epoch}, validation ${oneLine(metric)} ${shownScore(epoch.validation[metric])}`,
      );
    },
    runEnd(run, place) {
      see(place);
      running.delete(place.run);
      if (run.running === true) return;
      ended++;
      logged = performance.now();
      const line = runLine(run, { ...place, runs }, ended, label, metric);
      if (planned) display.line(line);
      else waiting.push(line); // the figures come next, and say first what it was trained on
    },
    figures({ data, variants }) {
      ended = variants.reduce((sum, variant) => sum + variant.runs.filter((run) => run.running !== true).length, 0);
      if (!planned) {
        planned = true;
        display.line(
          `data: ${data.train.toLocaleString('en-US')} to train on, ${data.validation.toLocaleString('en-US')} to choose the epoch by, ${data.test.toLocaleString('en-US')} to test on`,
        );
        for (const line of waiting.splice(0)) display.line(line);
      }
      for (const { name, droppedAfter } of variants) {
        if (droppedAfter === undefined || dropped.has(name)) continue;
        dropped.add(name);
        display.line(`dropped after ${plural(droppedAfter, 'epoch')}, by its score on validation data: ${oneLine(name)}`);
      }
    },
  };
}

/** How much of a run is done. */
function doneOf({ epoch, epochs, step, steps }: ProgressState): number {
  return (epoch - 1 + (steps ? step / steps : 0.5)) / epochs;
}

/** `2/8  batchnorm  repeat 0  test accuracy 0.9523  epoch 5 of 6  3.2 s`. */
function runLine(run: StudyRun, { variant, runs }: StudyRunPlace, ended: number, label: number, metric: string): string {
  const name = oneLine(variant);
  const head = `${`${ended}/${runs}`.padStart(2 * String(runs).length + 1)}  ${name}${' '.repeat(label - width(name))}  repeat ${run.repeat}`;
  const score = run.scores && `test ${oneLine(metric)} ${shownScore(run.scores.test[metric])}`;
  const place = run.epochs.length > 0 && `epoch ${run.chosen} of ${run.epochs.length}`;
  const why = run.failed === undefined ? run.stoppedEarly && 'stopped early' : `failed: ${oneLine(run.failed)}`;
  return [head, score, place, showDuration(run.seconds), why].filter((part) => typeof part === 'string').join('  ');
}
