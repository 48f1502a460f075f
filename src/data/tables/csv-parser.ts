/**
 * Comma-separated values into rows of cells, piece by piece.
 *
 * Why not a library: none takes a text in pieces without promises, as readCsv must to return a table. csv-parse/sync wants the whole file,
 * takes 15 times as long and brings 120 KB into pages; papaparse, which is as fast, does it by a class that it exports for its own tests
 * alone, says no line numbers, knows no comments behind data, and one kind of line break in a file.
 */
import { FormatError } from '../../errors.js';

/** What stands between and around cells. */
export interface CsvMarks {
  /** Between cells: one character. */
  readonly sep: string;
  /** Around cells that hold separators or line breaks; doubled within them. Null for none. */
  readonly quotechar: string | null;
  /** Begins the rest of a line that is no data; null for none. */
  readonly comment: string | null;
}

/** Longer cells are a sign of a quote that nobody closed. */
const LONGEST = 2 ** 24;

const LF = 10;
const CR = 13;

/** Where the parser stands: before a cell, in one, in quotes, after the quote that closed them, in a comment. */
type State = 'start' | 'plain' | 'quoted' | 'closed' | 'comment';

/**
 * RFC 4180, with any separator, and line breaks of any system. Empty lines count as nothing.
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
export class CsvParser {
  private state: State = 'start';
  private cell = '';
  private cells: string[] = [];
  private afterCr = false;
  /** The line that is being read, and those on which the row and the open quote began: from 1 on. */
  private line = 1;
  private rowLine = 1;
  private quoteLine = 1;
  private stopped = false;
  private readonly where: string;
  private readonly sep: number;
  private readonly quote: number;
  private readonly comment: number;
  private readonly onRow: (cells: string[], line: number) => boolean;

  /**
   * @param where what messages begin with.
   * @param onRow gets the cells of each row and the line on which it began, and says whether to go on.
   */
  constructor(where: string, marks: CsvMarks, onRow: (cells: string[], line: number) => boolean) {
    this.where = where;
    this.sep = marks.sep.charCodeAt(0);
    this.quote = marks.quotechar?.charCodeAt(0) ?? -1;
    this.comment = marks.comment?.charCodeAt(0) ?? -1;
    this.onRow = onRow;
  }

  /** Takes the next piece of text. @returns whether more is wanted. @throws {FormatError} for quotes that do not close as they should. */
  write(text: string): boolean {
    const { sep, quote, comment } = this;
    let from = 0;
    let i = 0;
    const keep = () => {
      if (i > from) this.cell += text.slice(from, i);
      if (this.cell.length > LONGEST) throw this.endless();
    };
    for (; i < text.length && !this.stopped; i++) {
      let c = text.charCodeAt(i);
      if (this.afterCr) {
        this.afterCr = false;
        if (c === LF) {
          from = i + 1;
          continue;
        }
      }
      // Most of a table is what means nothing to the parser.
      if (this.state === 'plain') while (c !== sep && c !== LF && c !== CR && c !== comment && ++i < text.length) c = text.charCodeAt(i);
      else if (this.state === 'quoted') while (c !== quote && c !== LF && c !== CR && ++i < text.length) c = text.charCodeAt(i);
      if (i === text.length) break;
      if (this.state === 'quoted') {
        if (c === quote) {
          keep();
          this.state = 'closed';
        } else if (c === LF || (c === CR && i + 1 < text.length && text.charCodeAt(i + 1) !== LF)) this.line++;
        continue;
      }
      if (c === sep && this.state !== 'comment') {
        if (this.state !== 'closed') keep();
        this.endCell();
      } else if (c === LF || c === CR) {
        if (this.state === 'start' || this.state === 'plain') keep();
        this.endRow();
        this.afterCr = c === CR;
        this.line++;
        this.rowLine = this.line;
      } else if (this.state === 'comment') continue;
      else if (c === comment) {
        if (this.state === 'start' || this.state === 'plain') keep();
        // What stands before it is a cell; a line of its own is none.
        if (this.cells.length > 0 || this.cell !== '' || this.state === 'closed') this.endCell();
        this.state = 'comment';
        continue;
      } else if (this.state === 'closed') {
        if (c !== quote)
          throw new FormatError(
            `${this.where}: line ${this.line} has ${JSON.stringify(text[i])} after the quote that closes a cell, expected a separator. A quote within a cell is doubled: "".`,
          );
        // Doubled: the second one belongs to the cell.
        from = i;
        this.state = 'quoted';
        continue;
      } else if (this.state === 'start') {
        if (c === quote) {
          this.state = 'quoted';
          this.quoteLine = this.line;
          from = i + 1;
        } else {
          this.state = 'plain';
          from = i;
        }
        continue;
      } else continue;
      from = i + 1;
    }
    if (!this.stopped && (this.state === 'plain' || this.state === 'quoted')) keep();
    return !this.stopped;
  }

  /** Ends the text. @throws {FormatError} within quotes. */
  end(): void {
    if (this.stopped) return;
    if (this.state === 'quoted') throw this.endless();
    this.endRow();
  }

  private endCell(): void {
    this.cells.push(this.cell);
    this.cell = '';
    this.state = 'start';
  }

  private endRow(): void {
    const empty = this.state === 'start' && this.cells.length === 0 && this.cell === '';
    if (this.state !== 'comment' && !empty) this.endCell();
    this.state = 'start';
    const { cells } = this;
    if (cells.length === 0) return;
    this.cells = [];
    if (!this.onRow(cells, this.rowLine)) this.stopped = true;
  }

  private endless(): FormatError {
    return new FormatError(
      this.state === 'quoted'
        ? `${this.where}: the quote that opens on line ${this.quoteLine} is never closed. If quotes mean nothing in this file, pass quotechar: null.`
        : `${this.where}: a cell on line ${this.rowLine} is longer than ${LONGEST} characters. Check the separator, and whether this is a table.`,
    );
  }
}
