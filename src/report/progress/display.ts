/** The live display of a training: a line, or some, that are rewritten in a terminal, plain lines elsewhere. */
import { width } from './cells.js';
import { draw, fitting, type ProgressState } from './line.js';
import { isTerminal, Neighbours, type ProgressTarget } from './terminal.js';

/** Rewriting faster than this only costs time. */
const MIN_INTERVAL_MS = 100;

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
const plain = (line: string) => line.replace(/\x1b\[\d+m/g, '');

export class ProgressDisplay {
  /** Whether a line is rewritten in place. */
  readonly live: boolean;
  private drawnAt = Number.NEGATIVE_INFINITY;
  /** The widths of the lines that are there. */
  private shown: readonly number[] = [];
  /** The columns that they were made for. */
  private drawnIn = 0;
  /** The layout of this run's lines, which only becomes tighter, so that they do not jump. */
  private layout = { index: 0, columns: 0, run: 0 };
  private readonly neighbours: Neighbours;

  /** @param live default: whether the target is a terminal. */
  constructor(
    private readonly target: ProgressTarget,
    live = isTerminal(target),
  ) {
    this.live = live;
    this.neighbours = new Neighbours(target, () => this.erase());
  }

  /** Cells in a line; undefined where lines may have any length. */
  get columns(): number | undefined {
    return this.live ? (this.target.columns || 80) - 3 : undefined; // Ctrl-C shows as ^C behind the line, which must not wrap for it
  }

  /** Whether lines have colours. */
  get colors(): boolean {
    return this.live && (this.target.hasColors?.() ?? false);
  }

  /** Shows a moment; in a terminal ten times a second at most, elsewhere not at all. */
  update(state: ProgressState): void {
    this.show((columns, colors) => {
      const { run = 1 } = state;
      const same = this.layout.columns === columns && this.layout.run === run;
      this.layout = { index: fitting(state, columns, same ? this.layout.index : 0), columns, run };
      return [draw(state, this.layout.index, columns, colors)];
    });
  }

  /**
   * Shows lines in place of those that are there; in a terminal ten times a second at most, elsewhere not at all.
   * @param lines makes them, none wider than so many cells; with colours, or without.
   */
  show(lines: (columns: number, colors: boolean) => readonly string[]): void {
    const now = performance.now();
    if (!this.live || now - this.drawnAt < MIN_INTERVAL_MS) return;
    this.drawnAt = now;
    const columns = this.columns!;
    if (this.drawnIn > columns) this.erase(); // a terminal that became narrower has wrapped the lines
    this.drawnIn = columns;
    const made = lines(columns, this.colors);
    this.neighbours.watch();
    const up = this.shown.length > 1 ? `\x1b[${this.shown.length - 1}A` : '';
    const begin = this.neighbours.midLine ? '\n' : `\r${up}`;
    this.neighbours.midLine = false;
    // The new lines over the old ones, and what is left of those away: nothing is blank in between.
    this.neighbours.write(`${begin}${made.join('\x1b[K\n')}\x1b[K${this.shown.length > made.length ? '\x1b[J' : ''}`);
    this.shown = made.map((line) => width(plain(line)));
  }

  /** Writes a line that stays. */
  line(text: string): void {
    this.erase();
    this.neighbours.write(`${text}\n`);
  }

  /** A line for displays that do not rewrite theirs, so that a log shows progress too. */
  logLine(text: string): void {
    if (!this.live) this.line(text);
  }

  /** Takes the moving lines away, and leaves the terminal to others. */
  clear(): void {
    this.erase();
    this.neighbours.release();
  }

  private erase(): void {
    if (this.shown.length === 0) return;
    const columns = this.target.columns || 80;
    const rows = this.shown.reduce((sum, cells) => sum + Math.max(1, Math.ceil(cells / columns)), -1);
    this.neighbours.write(`\r${rows > 0 ? `\x1b[${rows}A` : ''}\x1b[J`);
    this.shown = [];
  }
}
