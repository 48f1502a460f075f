/** Callbacks that need not be told of every step: what they are told costs time, scores above all. */
import type { Callback } from '../callback.js';

/** Under this key a callback has the milliseconds that lie between two calls of its `onStep`, at least. */
export const PACE: unique symbol = Symbol('pace');

/** A callback whose `onStep` is called now and then. */
export interface PacedCallback extends Callback {
  /** @internal */
  readonly [PACE]: number;
}

/** Of the time of a training that telling may take. */
const SHARE = 0.005;

/** When callbacks are told of steps. */
export class Pacing {
  private readonly always: readonly Callback[];
  private readonly paced: { readonly callback: Callback; readonly pace: number; due: number; cost: number }[];

  constructor(listeners: readonly Callback[]) {
    const paceOf = (callback: Callback) => (callback as Partial<PacedCallback>)[PACE];
    this.always = listeners.filter((callback) => paceOf(callback) === undefined);
    this.paced = listeners.flatMap((callback) => {
      const pace = paceOf(callback);
      return pace === undefined ? [] : [{ callback, pace, due: Number.NEGATIVE_INFINITY, cost: 0 }];
    });
  }

  /** Who is told now. */
  due(): readonly Callback[] {
    if (this.paced.length === 0) return this.always;
    const now = performance.now();
    const some = this.paced.filter(({ due }) => now >= due);
    return some.length === 0 ? this.always : [...this.always, ...some.map(({ callback }) => callback)];
  }

  /** They were told; that began at `since`. What took long twice in turn, not only as code that ran for the first time, is done less often. */
  told(callbacks: readonly Callback[], since: number): void {
    const now = performance.now();
    for (const one of this.paced) {
      if (!callbacks.includes(one.callback)) continue;
      const cost = now - since;
      one.due = now + Math.max(one.pace, Math.min(cost, one.cost) / SHARE);
      one.cost = cost;
    }
  }
}
