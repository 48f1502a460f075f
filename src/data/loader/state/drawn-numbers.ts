/** What the iterators of samplers are: numbers drawn in blocks, which know where they stand. */
import { packNumbers, readCount, readPart, type Stateful, unpackNumbers } from './stateful.js';

/** Where an epoch's numbers come from. */
export interface Draws {
  /** Draws block `block`, from 0 on, when the first of its numbers is asked for; undefined after the last. */
  draw(block: number): readonly number[] | undefined;
  /** Called when the epoch has ended, however it did. */
  close?(): void;
  /** What `draw` needs beside the number of the block. */
  stateDict?(): Record<string, unknown>;
  /** Takes that back. */
  loadStateDict?(state: Record<string, unknown>): void;
}

/** One epoch of a sampler. */
export class DrawnNumbers implements IterableIterator<number>, Stateful {
  private block: readonly number[] = [];
  /** How many numbers of the block were taken. */
  private at = 0;
  private blocks = 0;
  private ended = false;

  constructor(private readonly draws: Draws) {}

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<number, undefined> {
    while (this.at === this.block.length) {
      const block = this.ended ? undefined : this.draws.draw(this.blocks);
      if (!block) return this.return();
      this.blocks++;
      this.block = block;
      this.at = 0;
    }
    return { done: false, value: this.block[this.at++]! };
  }

  return(): IteratorResult<number, undefined> {
    if (!this.ended) this.draws.close?.();
    this.ended = true;
    this.at = this.block.length;
    return { done: true, value: undefined };
  }

  stateDict(): unknown {
    const { blocks, block, at, ended, draws } = this;
    return { blocks, rest: packNumbers(block.slice(at)), ended, draws: draws.stateDict?.() ?? {} };
  }

  loadStateDict(state: unknown): void {
    const { blocks, rest, ended, draws } = readPart('the state of a sampler', state);
    const numbers = unpackNumbers('the rest of the order', rest);
    const count = readCount('the count of blocks', blocks);
    this.draws.loadStateDict?.(readPart('the random numbers of a sampler', draws));
    this.block = numbers;
    this.at = 0;
    this.blocks = count;
    this.ended = ended === true;
  }
}
