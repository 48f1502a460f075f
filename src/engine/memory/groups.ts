/**
 * Owners of tiny blocks are watched in groups, of as many of a size class as were made one after the other: one weak reference to an object that all
 * of them hold, for to watch an owner costs more than to make it. Blocks come back when the last owner of a group is gone, so that a
 * number kept for long keeps at most 8 KiB; one that is given back by hand is there at once. A group of which none was is lent again as a
 * whole, so that its blocks need not be looked at one by one.
 */
import type { Block, OwnerTracker } from '../host.js';
import type { Ptr } from '../kernel-table.gen.js';

const MEMBERS = 64;
const BYTES = 8 << 10;
/** So many of their blocks count as one owner. */
const PER_OWNER = 8;
/** Not a group. */
const NONE = -1;

export class TinyGroups {
  /** Of each group its class, its slot, how many of its places were taken and how many are on loan. */
  private readonly classes: number[] = [];
  private readonly slots: number[] = [];
  private readonly taken: number[] = [];
  private readonly out: number[] = [];
  /** Of place i of a group, at `group * MEMBERS + i`, the block; 0 where that is not the group's any more, or not yet. */
  private readonly places: Ptr[] = [];
  private readonly unused: number[] = [];
  /** Of each class the group that is being filled and what its members hold, and those groups that came back whole. */
  private readonly open: number[];
  private readonly holders: (object | null)[];
  private readonly whole: number[][];
  private onLoan = 0;

  /**
   * @param count how many classes there are of tiny blocks.
   * @param slotClass of each of the tracker's slots the class, or `-1 - group`, which is set here.
   * @param free of each class the blocks that are free.
   */
  constructor(
    count: number,
    private readonly tracker: OwnerTracker,
    private readonly slotClass: number[],
    private readonly free: Ptr[][],
  ) {
    this.open = Array(count).fill(NONE);
    this.holders = Array(count).fill(null);
    this.whole = Array.from({ length: count }, () => []);
  }

  /** As how many owners they count. */
  get owners(): number {
    return Math.floor(this.onLoan / PER_OWNER);
  }

  /** The place for the next block of a class, until it is lent. */
  place(index: number): number {
    let group = this.open[index]!;
    if (group === NONE) group = this.begin(index);
    return group * MEMBERS + this.taken[group]!;
  }

  /** The free block that a place has; 0 where it has none. */
  blockAt(place: number): Ptr {
    return this.places[place]!;
  }

  /** Lends a block of `size` bytes, which is the place's from now on. */
  lend(place: number, ptr: Ptr, size: number, owner: Block): void {
    const group = Math.floor(place / MEMBERS);
    this.places[place] = ptr;
    this.out[group]!++;
    this.onLoan++;
    owner.ptr = ptr;
    owner.slot = -1 - place;
    owner.group = this.holders[owner.sizeClass]!;
    const taken = ++this.taken[group]!;
    if (taken === MEMBERS || taken * size >= BYTES) this.closeOne(owner.sizeClass);
  }

  /** Notes that a member's block is back; a group of which all are, and that is closed, need not be watched any more. */
  leave(owner: Block): void {
    const place = -1 - owner.slot;
    const group = Math.floor(place / MEMBERS);
    this.places[place] = 0;
    this.onLoan--;
    owner.group = null;
    if (--this.out[group]! === 0 && group !== this.open[owner.sizeClass]) this.drop(group);
  }

  /** Lets nobody else join the groups that are being filled: from now on only their members hold them. */
  close(): void {
    for (let index = 0; index < this.open.length; index++) this.closeOne(index);
  }

  /** Takes back what is left of a group whose members are gone: so many blocks, of that class. */
  takeBack(group: number): { blocks: number; index: number } {
    const blocks = this.out[group]!;
    const index = this.classes[group]!;
    this.onLoan -= blocks;
    if (blocks === this.taken[group]) {
      this.whole[index]!.push(group);
    } else {
      this.freePlaces(group, 0, this.taken[group]!);
      this.unused.push(group);
    }
    return { blocks, index };
  }

  private begin(index: number): number {
    const group = this.whole[index]!.pop() ?? this.make();
    const holder = {};
    const slot = this.tracker.track(holder);
    this.slotClass[slot] = -1 - group;
    this.slots[group] = slot;
    this.classes[group] = index;
    this.taken[group] = this.out[group] = 0;
    this.open[index] = group;
    this.holders[index] = holder;
    return group;
  }

  private make(): number {
    const unused = this.unused.pop();
    if (unused !== undefined) return unused;
    for (let i = 0; i < MEMBERS; i++) this.places.push(0);
    return this.places.length / MEMBERS - 1;
  }

  private closeOne(index: number): void {
    const group = this.open[index]!;
    if (group === NONE) return;
    this.open[index] = NONE;
    this.holders[index] = null;
    this.freePlaces(group, this.taken[group]!, MEMBERS);
    if (this.out[group] === 0) this.drop(group);
  }

  private drop(group: number): void {
    this.tracker.untrack(this.slots[group]!);
    this.unused.push(group);
  }

  /** Takes the blocks of some places out of their group. */
  private freePlaces(group: number, from: number, to: number): void {
    for (let place = group * MEMBERS + from; place < group * MEMBERS + to; place++) {
      const ptr = this.places[place]!;
      if (ptr === 0) continue;
      this.free[this.classes[group]!]!.push(ptr);
      this.places[place] = 0;
    }
  }
}
