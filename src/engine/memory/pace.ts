/**
 * When to collect, and how thoroughly: the pace follows what collections cost. A minor one is due when so many bytes or owners have been handed
 * out that it takes about a hundredth of the time that the program worked meanwhile; so budgets are small, and blocks still in the
 * processor's caches when they are lent again, unless the program is fast. What minor ones leave, because it has grown old, piles up above the floor
 * (what the last full collection left); a full one is due when that is much, and has been paid for by time, too.
 *
 * The best moment is the end of a backward pass: what the tape held is garbage, none of it old yet. A program that has such moments is collected
 * there, and in between only where it takes more than it did before.
 */
import type { Count } from '../host.js';

const MB = 1 << 20;
/** The shares of the time that minor and full collections may take. */
const SHARE = 0.01;
const FULL_SHARE = 0.015;
/** Bytes, and owners, that may be handed out between two collections: at first, at least, and, unless the tracker says otherwise, at most. */
const START_BYTES = 16 * MB;
const MIN_BYTES = 4 * MB;
const START_OWNERS = 16_384;
const MIN_OWNERS = 4096;
const MOST: Count = { bytes: 96 * MB, owners: 24_576 };
/** What may pile up above the floor before a full collection is considered, and before it does not wait until it is paid for. */
const PILE_BYTES = 16 * MB;
const PILE_OWNERS = 16_384;
const HIGH_PILE_BYTES = 256 * MB;
const HIGH_PILE_OWNERS = 131_072;
/** The part of the budget by which less is handed out because of what minor collections left. */
const MADE_UP = 2 / 3;
/** Collections in the midst of something that must find a pile before it is taken for one. */
const PATIENCE = 3;
const WARM_UP = 4;

const clamp = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);

export class CollectionPace {
  /** What may be on loan before lending asks for a collection. */
  bytesDue: number;
  ownersDue: number;
  /** The same at a good moment. */
  bytesWanted: number;
  ownersWanted: number;
  /** Whether there was a good moment since the last collection. */
  goodMoments = false;

  private readonly most: Count;
  private byteBudget: number;
  private ownerBudget: number;
  /** What was on loan after the last full collection, or later if that was less: what the program really keeps. */
  private floor = 0;
  private ownerFloor = 0;
  /** What was on loan after the last collection. */
  private left = 0;
  private ownersLeft = 0;
  /** What was on loan after the last collection at a good moment, and the most that was before such ones of late. */
  private rest = 0;
  private ownersRest = 0;
  private high = 0;
  private ownersHigh = 0;
  private piles = 0;
  /** What was on loan when the collection began that runs beside the program. */
  private begun: Count | undefined;
  private fullCost = 0;
  private lastFull = Number.NEGATIVE_INFINITY;
  private lastEnd = performance.now();
  private warmedUp = 0;

  /** The pile for which no full collection waits to be paid: where memory is scarce, as much as can be made up for by handing out less. */
  private readonly highPile: number;

  /** @param limit bytes that tensors may take in all. @param most what may be handed out between two collections, where memory is scarce. */
  constructor(
    private readonly limit: number,
    most?: Count,
  ) {
    const { bytes, owners } = most ?? MOST;
    this.highPile = most ? MADE_UP * bytes : HIGH_PILE_BYTES;
    this.most = { bytes: Math.min(bytes, limit / 8), owners };
    this.byteBudget = this.bytesDue = this.bytesWanted = START_BYTES;
    this.ownerBudget = this.ownersDue = this.ownersWanted = Math.min(START_OWNERS, owners);
  }

  /** Whether so little is left of what was handed out since the last collection that no more need be done now. */
  suffices({ bytes, owners }: Count, before: Count): boolean {
    return 2 * (bytes - this.left) <= before.bytes - this.left && 2 * (owners - this.ownersLeft) <= before.owners - this.ownersLeft;
  }

  /** Whether a full collection should follow a minor one. */
  wantsFull(after: Count, good: boolean, now: number): boolean {
    this.floor = Math.min(this.floor, after.bytes);
    this.ownerFloor = Math.min(this.ownerFloor, after.owners);
    const bytes = after.bytes - this.floor;
    const owners = after.owners - this.ownerFloor;
    if (bytes <= Math.max(PILE_BYTES, this.floor / 2) && owners <= Math.max(PILE_OWNERS, this.ownerFloor / 2)) {
      this.piles = 0;
      return false;
    }
    this.piles++;
    if (bytes > Math.min(Math.max(this.highPile, this.floor), this.limit / 4)) return true;
    if (owners > Math.max(HIGH_PILE_OWNERS, this.ownerFloor)) return true;
    return now - this.lastFull >= this.fullCost / FULL_SHARE && (good || this.piles >= PATIENCE);
  }

  /** Notes a full collection. */
  full({ bytes, owners }: Count, start: number, end: number): void {
    this.floor = bytes;
    this.ownerFloor = owners;
    this.piles = 0;
    this.fullCost = end - start;
    this.lastFull = end;
  }

  /** Starts afresh after a full collection that the program asked for: what was handed out before says nothing of what comes. */
  restart({ bytes, owners }: Count): void {
    this.left = this.rest = bytes;
    this.ownersLeft = this.ownersRest = owners;
    this.high = this.ownersHigh = 0;
    this.goodMoments = false;
    this.begun = undefined;
    this.bytesDue = this.bytesWanted = bytes + this.byteBudget;
    this.ownersDue = this.ownersWanted = owners + this.ownerBudget;
    this.lastEnd = performance.now();
  }

  /** Asks again when half as much more has been handed out, where a collection takes time, or has to wait for the end of the running job. */
  postpone({ bytes, owners }: Count): void {
    this.bytesDue = this.bytesWanted = bytes + this.byteBudget / 2;
    this.ownersDue = this.ownersWanted = owners + this.ownerBudget / 2;
  }

  /** Notes that a collection has begun which runs beside the program, and asks again when it should have ended. */
  begin(count: Count): void {
    this.begun = count;
    this.postpone(count);
  }

  /** Sets when the next collection is due. `start` is when this one began, `cost` the part of it that comes every time, `full` whether it was a full one. */
  next(after: Count, before: Count, start: number, cost: number, good: boolean, full = false): void {
    const wanted = cost / SHARE / Math.max(start - this.lastEnd, 1e-3);
    const bytes = before.bytes - this.left;
    const owners = before.owners - this.ownersLeft;
    // The first ones run cold, and say little of what comes.
    const growth = this.warmedUp++ < WARM_UP ? 1 : 2;
    this.byteBudget = paced(this.byteBudget, growth, bytes * wanted, MIN_BYTES, this.most.bytes);
    // A sweep looks at all owners, so that a program that holds many is asked less often.
    const mostOwners = Math.max(this.most.owners, Math.min(MOST.owners, after.owners / 2));
    this.ownerBudget = paced(this.ownerBudget, growth, owners * wanted, MIN_OWNERS, mostOwners);
    // A program that keeps what it makes is asked ever more rarely.
    const keptBytes = after.bytes - this.left > 0.75 * bytes ? after.bytes / 2 : 0;
    const keptOwners = after.owners - this.ownersLeft > 0.75 * owners ? after.owners / 2 : 0;
    this.left = after.bytes;
    this.ownersLeft = after.owners;
    // What was made beside the collection it could not find, and the next one will.
    const base = this.left - clamp(before.bytes - (this.begun?.bytes ?? before.bytes), 0, this.left);
    const ownersBase = this.ownersLeft - clamp(before.owners - (this.begun?.owners ?? before.owners), 0, this.ownersLeft);
    this.begun = undefined;
    if (full) {
      this.floor = base;
      this.ownerFloor = ownersBase;
    }
    if (good) {
      this.rest = base;
      this.ownersRest = ownersBase;
      this.high = Math.max(before.bytes, (this.high + before.bytes) / 2);
      this.ownersHigh = Math.max(before.owners, (this.ownersHigh + before.owners) / 2);
    } else if (!this.goodMoments) {
      this.high = 0;
      this.ownersHigh = 0;
    }
    const times = this.goodMoments ? 2 : 1;
    // What minor collections left is made up for by handing out less, so that the most in use is the same before a full one and after.
    const pile = keptBytes > 0 ? 0 : clamp(base - this.floor, 0, MADE_UP * this.byteBudget);
    this.bytesWanted = Math.min(base, this.rest) + this.byteBudget - pile;
    this.ownersWanted = Math.min(ownersBase, this.ownersRest) + this.ownerBudget;
    this.bytesDue = Math.max(base + times * Math.max(this.byteBudget - pile, keptBytes), this.goodMoments ? 1.25 * this.high : 0);
    this.ownersDue = Math.max(ownersBase + times * Math.max(this.ownerBudget, keptOwners), this.goodMoments ? 1.25 * this.ownersHigh : 0);
    this.goodMoments = false;
    this.lastEnd = performance.now();
  }
}

/** The next budget: what was wanted, but at least half the last one, and at most `growth` times as much. */
function paced(budget: number, growth: number, wanted: number, least: number, most: number): number {
  return clamp(clamp(wanted, budget / 2, budget * growth), least, most);
}
