/** The files of a run: its figures and its page, written as they come, so that a process that ends early leaves what was finished. */
import { rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeBytes } from '#files';
import { type Comparison, comparisonTable, notes } from '../report/comparison/comparison.js';
import { comparisonPage } from '../report/comparison/page.js';
import { showPath, surroundings } from './commands/run.js';

/** Milliseconds between two writes of figures of short epochs. */
const PAUSE = 1000;

export class RunFiles {
  private writtenAt = Number.NEGATIVE_INFINITY;
  private runs = 0;
  /** The page that is to be written next, and the writing of pages while it goes on. */
  private nextPage: Comparison | undefined;
  private pages: Promise<void> | undefined;
  private warned = false;

  constructor(
    private readonly folder: string,
    private readonly started: Date,
    private readonly warn: (line: string) => void,
    /** The command that began the run, where another one goes on with it. */
    private readonly command?: string,
  ) {}

  /** Writes what there is so far: the figures after each epoch, the page after each run. Training goes on where that fails. */
  readonly progress = (soFar: Comparison): void => {
    const all = soFar.variants.flatMap((variant) => variant.runs);
    const runs = all.filter((run) => !run.running).length;
    const ended = runs > this.runs;
    if (all.every((run) => run.epochs.length === 0) || (!ended && performance.now() - this.writtenAt < PAUSE)) return;
    this.runs = runs;
    const dated = this.dated(soFar);
    try {
      this.writeFigures(dated);
      this.writtenAt = performance.now();
    } catch (error) {
      this.failed(error);
    }
    if (!ended) return;
    this.nextPage = dated;
    this.pages ??= this.writePages();
  };

  /** Writes the last page that is asked for: runs may end faster than pages are drawn. */
  private async writePages(): Promise<void> {
    while (this.nextPage !== undefined) {
      const page = this.nextPage;
      this.nextPage = undefined;
      try {
        await this.writePage(page);
      } catch (error) {
        this.failed(error);
      }
    }
    this.pages = undefined;
  }

  /**
   * Writes the files of a comparison that has ended, and prints its table; of one that was stopped before it measured anything, says so and
   * removes the folder. The table is printed also where the files cannot be written.
   * @returns whether there was anything to report. @throws {FileError} where a file cannot be written.
   */
  async report(comparison: Comparison): Promise<boolean> {
    await this.pages;
    if (comparison.variants.every(({ runs }) => runs.every((run) => run.epochs.length === 0))) {
      const failed = notes(comparison).filter((note) => note !== comparison.stopped);
      process.stderr.write(
        failed.length > 0
          ? `${failed.join('\n')}\nA lower --lr may help.\n`
          : 'Stopped before the first epoch ended: there is nothing to report.\n',
      );
      if (failed.length > 0) process.exitCode ||= 1;
      removeEmpty(this.folder);
      return false;
    }
    const dated = this.dated(comparison);
    const remarks = notes(comparison);
    const table = comparisonTable(comparison, process.stdout.columns || 100);
    process.stdout.write(`\n${table}\n${remarks.length > 0 ? `\n${remarks.join('\n')}\n` : ''}\n`);
    this.writeFigures(dated);
    await this.writePage(dated);
    process.stdout.write(`Report: ${showPath(this.pagePath)}\n`);
    return true;
  }

  private get pagePath(): string {
    return join(this.folder, 'report.html');
  }

  private dated(comparison: Comparison): Comparison {
    const { command } = this;
    return {
      ...comparison,
      settings: { ...comparison.settings, ...surroundings(this.started), ...(command !== undefined && { command }) },
    };
  }

  private writeFigures(comparison: Comparison): void {
    write(join(this.folder, 'figures.json'), `${JSON.stringify(comparison, null, 2)}\n`);
  }

  private async writePage(comparison: Comparison): Promise<void> {
    write(this.pagePath, await comparisonPage(comparison));
  }

  private failed(error: unknown): void {
    if (!this.warned) this.warn(`The figures so far cannot be written: ${(error as Error).message}`);
    this.warned = true;
  }
}

function write(path: string, text: string): void {
  writeBytes(path, [new TextEncoder().encode(text)], 'report');
}

/** Removes a folder that holds nothing; a run that failed may have left pages in it. */
function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // what is in it stays
  }
}
