/** The files that a study's figures are shown in, written as they come, so that a process that ends early leaves what was finished. */
import { join } from 'node:path';
import { writeBytes } from '#files';
import { studyCsv } from '../../report/study/csv.js';
import type { StudyFigures } from '../../report/study/figures.js';
import { studyMarkdown } from '../../report/study/markdown.js';
import { studyPage } from '../../report/study/page/page.js';
import type { StudyVerdict } from '../../report/study/verdict.js';
import type { Judge } from '../../study/define/types.js';
import { studyVerdict } from '../../study/verdict/study-verdict.js';

/** The files beside figures.json. */
export const REPORT = { page: 'report.html', markdown: 'report.md', csv: 'figures.csv' } as const;

/** Writing takes at most this share of the time, so that a study of runs that are over at once is not held up. */
const SHARE = 0.1;

/** Writes the report of a study into its folder. */
export class StudyReport {
  /** When it may be written again. */
  private due = Number.NEGATIVE_INFINITY;
  /** Runs that had ended when the report was written last. */
  private runs = 0;
  /** What is to be written next, and the writing while it goes on. */
  private next: StudyFigures | undefined;
  private writing: Promise<void> | undefined;
  private warned = false;

  constructor(
    private readonly folder: string,
    private readonly judge: Judge | undefined,
    private readonly warn: (line: string) => void,
  ) {}

  /** Writes what there is so far, whenever as many runs have ended as there are variants. The study goes on where that fails. */
  readonly progress = (figures: StudyFigures): void => {
    const runs = figures.variants.reduce((sum, variant) => sum + variant.runs.filter((run) => run.running !== true).length, 0);
    if (runs < this.runs + figures.variants.length || performance.now() < this.due) return;
    this.runs = runs;
    this.next = figures;
    this.writing ??= this.writeNext();
  };

  /** Runs may end faster than pages are drawn: the last one that is asked for is. */
  private async writeNext(): Promise<void> {
    while (this.next !== undefined) {
      const figures = this.next;
      this.next = undefined;
      const since = performance.now();
      try {
        await this.write(figures);
      } catch (error) {
        if (!this.warned) this.warn(`The report so far cannot be written: ${(error as Error).message}`);
        this.warned = true;
      }
      const now = performance.now();
      this.due = now + (now - since) / SHARE;
    }
    this.writing = undefined;
  }

  /** The verdict, as it is reported. */
  verdict(figures: StudyFigures): Promise<StudyVerdict> {
    return studyVerdict(figures, this.judge && { judge: this.judge });
  }

  /** Writes the report, each file whole. @throws {FileError} where a file cannot be written. */
  async write(figures: StudyFigures, verdict?: StudyVerdict): Promise<void> {
    const words = verdict ?? (await this.verdict(figures));
    const page = await studyPage(figures, words);
    const file = (name: string, text: string) => writeBytes(join(this.folder, name), [new TextEncoder().encode(text)], 'study');
    file(REPORT.csv, studyCsv(figures));
    file(REPORT.markdown, studyMarkdown(figures, words));
    file(REPORT.page, page);
  }

  /** Waits until what was asked for is written. */
  async settled(): Promise<void> {
    await this.writing;
  }
}
