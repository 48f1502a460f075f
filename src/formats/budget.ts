/** What reading a file may cost, in proportion to its size: small files must not take minutes or gigabytes. */
import type { Fail } from './zip/zip.js';

/** Units that every file has, and further ones for each of its bytes. One is some hundred bytes of memory, or as many nanoseconds. */
const BASE = 2 ** 21;
const PER_BYTE = 4;

export class Budget {
  #left: number;
  readonly #fail: Fail;

  /** @param bytes the size of the file. @param fail throws a FormatError that names the file. */
  constructor(bytes: number, fail: Fail) {
    this.#left = BASE + PER_BYTE * bytes;
    this.#fail = fail;
  }

  /** Notes the cost of what is about to be made or copied; throws through `fail` when the budget is used up. */
  spend(units: number): void {
    this.#left -= units;
    if (this.#left < 0)
      this.#fail(
        'it is small, but describes more values than a file of its size could hold without repeating them. It is damaged or malicious.',
      );
  }
}
