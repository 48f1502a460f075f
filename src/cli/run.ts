/** What `study` and `train` share: the folder of a run, the display, Ctrl-C, the report. */
import { existsSync, mkdirSync, rmdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { writeBytes } from '#files';
import { engineInfo } from '../engine/select.js';
import { FileError } from '../errors.js';
import { type Comparison, comparisonTable, notes } from '../report/comparison.js';
import { comparisonPage } from '../report/comparison-page.js';
import { ProgressDisplay } from '../report/progress.js';
import { plural, showCount, showDuration } from '../report/text.js';
import type { CompareEvents } from '../study/compare.js';
import { version } from './version.js';

/** The display on stderr, so that stdout holds results only. */
export function openDisplay(): ProgressDisplay {
  return new ProgressDisplay(process.stderr, process.stderr.isTTY === true && process.env['TERM'] !== 'dumb');
}

/** A new folder `base/name`, or `base/name-2` and so on where that exists: earlier results are kept. */
export function newRunFolder(base: string, name: string): string {
  for (let n = 1; ; n++) {
    const folder = join(base, n === 1 ? name : `${name}-${n}`);
    if (existsSync(folder)) continue;
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      throw new FileError(`cannot make the folder ${folder}: ${(error as Error).message}. Name another place with --out.`, {
        cause: error,
      });
    }
    return folder;
  }
}

/** One line about what runs the arithmetic, with the reason where it is not the native engine. */
export function engineLine(): string {
  const { name, isa, threads, reason } = engineInfo();
  const engine = `engine: ${name === 'native' ? 'native' : 'WebAssembly'} (${isa}, ${plural(threads, 'thread')})`;
  return name === 'native' || reason === undefined ? engine : `${engine}: ${reason}`;
}

/** Where, with what and when a run ran, for the report's settings. */
export function surroundings(started: Date): Record<string, string> {
  const { name, isa, threads } = engineInfo();
  const two = (n: number) => String(n).padStart(2, '0');
  const offset = -started.getTimezoneOffset();
  const zone = `UTC${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  const date = `${started.getFullYear()}-${two(started.getMonth() + 1)}-${two(started.getDate())}`;
  return {
    command: ['hone', ...process.argv.slice(2).map(quote)].join(' '),
    started: `${date} ${two(started.getHours())}:${two(started.getMinutes())} ${offset === 0 ? 'UTC' : zone}`,
    duration: showDuration((Date.now() - started.getTime()) / 1000),
    engine: name === 'native' ? 'native' : 'WebAssembly',
    'instruction set': isa,
    threads: String(threads),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    versions: `hone ${version}, Node ${process.versions.node} on ${process.platform} ${process.arch}`,
  };
}

/** A word as a shell takes it. */
function quote(word: string): string {
  return /^[\w./:,=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A path as the user can open it from here: relative to this folder where it lies in it. */
export function showPath(path: string): string {
  const near = relative('.', path);
  return near.startsWith('..') || isAbsolute(near) ? resolve(path) : near;
}

/** An AbortSignal that Ctrl-C fires; a second Ctrl-C ends the process at once. The exit code will be 130, as shells have it. */
export function interruptible(display: ProgressDisplay): { signal: AbortSignal; done(): void } {
  const controller = new AbortController();
  const onInterrupt = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    process.exitCode = 130;
    display.line('Stopping after this step; what is finished is reported. Ctrl-C again quits.');
  };
  process.on('SIGINT', onInterrupt);
  return { signal: controller.signal, done: () => process.off('SIGINT', onInterrupt) };
}

/** The events of a comparison of variants of these names, shown on `display`. */
export function showEvents(display: ProgressDisplay, names: readonly string[]): CompareEvents {
  const width = Math.max(...names.map((name) => name.length));
  let allLeft: number | undefined;
  return {
    step(event, place) {
      allLeft = event.studySecondsLeft;
      display.update({
        label: place.variant,
        run: place.run + 1,
        runs: place.runs,
        epoch: event.epoch,
        epochs: event.epochs,
        phase: event.phase,
        step: event.step,
        steps: event.steps,
        loss: event.scores.loss,
        accuracy: event.scores['accuracy'],
        samplesPerSecond: event.samplesPerSecond,
        secondsLeft: event.secondsLeft,
        allSecondsLeft: allLeft,
      });
    },
    epoch(record, place, epochs) {
      const figures = (scores: typeof record.train) => `loss ${scores.loss.toFixed(5)} accuracy ${scores['accuracy']!.toFixed(5)}`;
      const all = place.runs > 1 && allLeft !== undefined ? `, all runs ${showDuration(allLeft)}` : '';
      display.logLine(
        `${place.variant}${place.runs > 1 ? ` (run ${place.run + 1}/${place.runs})` : ''} epoch ${record.epoch}/${epochs}: train ${figures(record.train)} | test ${figures(record.validation!)} | ` +
          `${showCount(record.samplesPerSecond)} images/s, ${showDuration(record.seconds)}, ${showDuration(record.seconds * (epochs - record.epoch))} left${all}`,
      );
    },
    runEnd(run, { variant, run: index, runs, seed }) {
      const last = run.epochs.at(-1);
      const head =
        runs === 1 ? variant : `${`${index + 1}/${runs}`.padStart(2 * String(runs).length + 1)}  ${variant.padEnd(width)}  seed ${seed}`;
      if (run.failed !== undefined) display.line(`${head}  failed: ${run.failed}`);
      else if (last) {
        const seconds = run.epochs.reduce((sum, e) => sum + e.seconds, 0);
        display.line(
          `${head}  accuracy ${last.validationAccuracy.toFixed(4)}  loss ${last.validationLoss.toFixed(4)}  best epoch ${run.bestEpoch} of ${run.epochs.length}  ${showDuration(seconds)}`,
        );
      }
    },
  };
}

/**
 * Writes report.html and figures.json into `folder`, and the table and the page's place to stdout.
 * @returns whether there was anything to report; where not, the folder is gone again.
 */
export async function report(comparison: Comparison, folder: string): Promise<boolean> {
  if (comparison.variants.every(({ runs }) => runs.every((run) => run.epochs.length === 0))) {
    const failed = notes(comparison).filter((note) => note !== comparison.stopped);
    process.stderr.write(
      failed.length > 0
        ? `${failed.join('\n')}\nA lower --lr may help.\n`
        : 'Stopped before the first epoch ended: there is nothing to report.\n',
    );
    if (failed.length > 0) process.exitCode ||= 1;
    rmdirSync(folder);
    return false;
  }
  const page = join(folder, 'report.html');
  const write = (path: string, text: string) => writeBytes(path, [new TextEncoder().encode(text)], 'report');
  write(join(folder, 'figures.json'), `${JSON.stringify(comparison, null, 2)}\n`);
  write(page, await comparisonPage(comparison));
  const remarks = notes(comparison);
  const table = comparisonTable(comparison, process.stdout.columns || 100);
  process.stdout.write(`\n${table}\n${remarks.length > 0 ? `\n${remarks.join('\n')}\n` : ''}\nReport: ${showPath(page)}\n`);
  return true;
}
