/** What `study` and `train` share: the folder of a run, the display, Ctrl-C, the report. */
import { existsSync, mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { engineInfo } from '../engine/select.js';
import { FileError } from '../errors.js';
import { writeBytes } from '#files';
import { type Comparison, comparisonPage, comparisonTable } from '../report/comparison.js';
import { ProgressDisplay } from '../report/progress.js';
import { showCount, showDuration } from '../report/text.js';
import type { CompareEvents } from '../study/compare.js';

/** A new folder `base/name`, or `base/name-2` and so on where that exists: earlier results are kept. */
export function newRunFolder(base: string, name: string): string {
  for (let n = 1; ; n++) {
    const folder = join(base, n === 1 ? name : `${name}-${n}`);
    if (existsSync(folder)) continue;
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      throw new FileError(`cannot make the folder ${folder}: ${(error as Error).message}. Name another with --out.`, { cause: error });
    }
    return folder;
  }
}

/** One line about what runs the arithmetic, with the reason where it is not the native engine. */
export function engineLine(): string {
  const { name, isa, threads, reason } = engineInfo();
  if (name === 'native') return `engine: native (${isa}, ${threads} ${threads === 1 ? 'thread' : 'threads'})`;
  return `engine: WebAssembly (${isa}, 1 thread)${reason === undefined ? '' : `: ${reason}`}`;
}

/** An AbortSignal that Ctrl-C fires; a second Ctrl-C ends the process at once. */
export function interruptible(display: ProgressDisplay): { signal: AbortSignal; done(): void } {
  const controller = new AbortController();
  const onInterrupt = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    display.line('stopping after this step; what is finished will be reported (Ctrl-C again quits at once)');
  };
  process.on('SIGINT', onInterrupt);
  return { signal: controller.signal, done: () => process.off('SIGINT', onInterrupt) };
}

/** The events of a comparison, shown on `display`. */
export function showEvents(display: ProgressDisplay): CompareEvents {
  return {
    step(event, place) {
      display.update({
        label: place.runs === 1 ? place.variant : `${place.variant} (${place.run + 1}/${place.runs})`,
        epoch: event.epoch,
        epochs: event.epochs,
        phase: event.phase,
        step: event.step,
        steps: event.steps,
        loss: event.scores.loss,
        accuracy: event.scores['accuracy'],
        samplesPerSecond: event.samplesPerSecond,
        secondsLeft: event.secondsLeft,
      });
    },
    epoch(record, place, epochs) {
      const figures = (scores: typeof record.train) => `loss ${scores.loss.toFixed(5)} accuracy ${scores['accuracy']!.toFixed(5)}`;
      const left = showDuration(record.seconds * (epochs - record.epoch));
      display.logLine(
        `${place.variant} (run ${place.run + 1}/${place.runs}) epoch ${record.epoch}/${epochs}: train ${figures(record.train)} | test ${figures(record.validation!)} | ` +
          `${showCount(record.samplesPerSecond)} images/s, ${showDuration(record.seconds)}, ${left} left`,
      );
    },
    runEnd(run, place) {
      const last = run.epochs.at(-1);
      if (!last) return;
      const seconds = run.epochs.reduce((sum, e) => sum + e.seconds, 0);
      display.line(
        `${place.variant}, seed ${run.seed}: test accuracy ${last.validationAccuracy.toFixed(4)}, test loss ${last.validationLoss.toFixed(4)}, best epoch ${run.bestEpoch} of ${run.epochs.length}, ${showDuration(seconds)}`,
      );
    },
  };
}

/** Writes report.html and study.json into `folder`, and the table and the page's place to stdout. */
export async function report(comparison: Comparison, folder: string): Promise<void> {
  if (comparison.variants.length === 0) {
    process.stdout.write('Stopped before the first epoch ended: there is nothing to report.\n');
    return;
  }
  const page = join(folder, 'report.html');
  const write = (path: string, text: string) => writeBytes(path, [new TextEncoder().encode(text)], 'report');
  write(join(folder, 'study.json'), `${JSON.stringify(comparison, null, 2)}\n`);
  write(page, await comparisonPage(comparison));
  process.stdout.write(`\n${comparisonTable(comparison)}\n\nReport: ${relative('.', page) || page}\n`);
}
