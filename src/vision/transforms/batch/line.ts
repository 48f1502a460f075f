/** Rows and columns of an image as crops, margins and mirrors choose them. */
import { mirrored, type PaddingMode } from '../geometry/pad.js';

/** Where a row or column lies that is outside, in the margin that is filled with fill `k` of a pipeline. */
export const outside = (k: number): number => -1 - k;

/**
 * Some rows, or columns, of an image in memory, in order: the number of each, or {@link outside}. Whatever takes whole rows and columns gives
 * another line, so that a pipeline of them is one look-up in the end.
 */
export class Line {
  private constructor(
    private readonly places: Int32Array,
    private readonly start: number,
    private readonly step: 1 | -1,
    /** How many there are. */
    readonly length: number,
  ) {}

  /** All `n` of an image. */
  static whole(n: number): Line {
    const places = new Int32Array(n);
    for (let i = 0; i < n; i++) places[i] = i;
    return new Line(places, 0, 1, n);
  }

  private at(i: number): number {
    return this.places[this.start + this.step * i]!;
  }

  /** `length` of them from `from` on; those that do not exist lie in fill `k`. */
  part(from: number, length: number, k: number): Line {
    if (from >= 0 && from + length <= this.length) return new Line(this.places, this.start + this.step * from, this.step, length);
    const places = new Int32Array(length);
    for (let i = 0; i < length; i++) places[i] = from + i >= 0 && from + i < this.length ? this.at(from + i) : outside(k);
    return new Line(places, 0, 1, length);
  }

  /** From the last to the first. */
  mirrored(): Line {
    return new Line(this.places, this.start + this.step * (this.length - 1), this.step === 1 ? -1 : 1, this.length);
  }

  /**
   * With margins before and after them. @param once whether a mirror image may not be wider than what is mirrored, as of tensors.
   * @throws {ShapeError} where the margins cannot be.
   */
  padded(op: string, before: number, after: number, mode: PaddingMode, once: boolean, k: number): Line {
    if (mode === 'constant') return this.part(-before, this.length + before + after, k);
    const places = Int32Array.from(mirrored(op, this.length, before, after, mode, once), (i) => this.at(i));
    return new Line(places, 0, 1, places.length);
  }

  /** Writes the places to a list, from `at` on. */
  write(list: Int32Array, at: number): void {
    for (let i = 0, from = this.start; i < this.length; i++, from += this.step) list[at + i] = this.places[from]!;
  }
}
