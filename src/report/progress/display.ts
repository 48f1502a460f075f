/** The live display of a training: one line that is rewritten in a terminal, plain lines elsewhere. */
import { width } from './cells.js';
import { draw, fitting, type ProgressState } from './line.js';
import { isTerminal, Neighbours, type ProgressTarget } from './terminal.js';

/** Rewriting faster than this only costs time. */
const MIN_INTERVAL_MS = 100;

export class ProgressDisplay {
  /** Whether a line is rewritten in place. */
  readonly live: boolean;
  private drawnAt = Number.NEGATIVE_INFINITY;
  /** The width of the line that is there. */
  private shown = 0;
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
    const now = performance.now();
    if (!this.live || now - this.drawnAt < MIN_INTERVAL_MS) return;
    this.drawnAt = now;
    const columns = this.columns!;
    const { run = 1 } = state;
    const same = this.layout.columns === columns && this.layout.run === run;
    if (this.layout.columns > columns) this.erase(); // a terminal that became narrower has wrapped the line
    this.layout = { index: fitting(state, columns, same ? this.layout.index : 0), columns, run };
    const plain = draw(state, this.layout.index, columns, false);
    const line = this.colors ? draw(state, this.layout.index, columns, true) : plain;
    this.neighbours.watch();
    const begin = this.neighbours.midLine ? '\n' : '\r';
    this.neighbours.midLine = false;
    // The new line over the old one, and what is left of that away: nothing is blank in between.
    this.neighbours.write(`${begin}${line}\x1b[K`);
    this.shown = width(plain);
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

  /** Takes the moving line away, and leaves the terminal to others. */
  clear(): void {
    this.erase();
    this.neighbours.release();
  }

  private erase(): void {
    if (this.shown === 0) return;
    const rows = Math.max(0, Math.ceil(this.shown / (this.target.columns || 80)) - 1);
    this.neighbours.write(`\r${rows > 0 ? `\x1b[${rows}A` : ''}\x1b[J`);
    this.shown = 0;
  }
}
