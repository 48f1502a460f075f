/** How a training ends: with its last epoch, by a callback, by a signal, or by an error. */
import type { Callback } from '../callbacks/callback.js';
import { DECIDES, type DecidingCallback } from '../callbacks/watching.js';
import type { Place } from '../checkpoint/training/training-state.js';
import type { History, Stopped } from '../history/history.js';

export class Ending {
  private reason: string | undefined;
  /** Whether who ended the training can decide that anew when it is resumed; undefined where it was none of its callbacks. */
  private again: boolean | undefined;

  constructor(
    private readonly signal: AbortSignal | undefined,
    /** The checkpoint, which hears the system's signals. */
    private readonly checkpoint: { readonly interrupted: string | undefined } | undefined,
  ) {}

  /** Whether the training is to end after the running step. */
  get due(): boolean {
    return this.reason !== undefined || this.signal?.aborted === true || this.checkpoint?.interrupted !== undefined;
  }

  /** Ends it for a reason; the first one counts. @param by the callback that is running. */
  stop(reason: string, by: Callback | undefined): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    this.again = by && (by as Partial<DecidingCallback>)[DECIDES] === true;
  }

  /** Ends a training that goes on from where a callback ended it for good, unless it is to have more epochs than then. */
  stopAsBefore({ ended, epochs: before }: Place, epochs: number): void {
    if (ended && !ended.again && epochs <= before) [this.reason, this.again] = [ended.message, false];
  }

  /** What a checkpoint keeps of it. */
  get ended(): Place['ended'] {
    const { reason: message, again } = this;
    return message === undefined || again === undefined ? undefined : { message, again };
  }

  /** Why it ended, without an error. @param epochs those that it was to have. */
  stopped({ lastEpoch }: History, epochs: number, { epoch, step }: Pick<Stopped, 'epoch' | 'step'>): Stopped {
    const { reason: message } = this;
    if (message !== undefined) return { reason: 'stopped', message, epoch, step };
    const interrupted = this.checkpoint?.interrupted;
    const whole = lastEpoch >= epochs;
    if (interrupted !== undefined && !whole)
      return { reason: 'interrupted', message: `${interrupted} came in epoch ${epoch} after step ${step}`, epoch, step };
    if (this.signal?.aborted && !whole) return { reason: 'aborted', message: `aborted in epoch ${epoch} after step ${step}`, epoch, step };
    return { reason: 'finished', message: `all ${epochs} epochs are done`, epoch, step };
  }
}

/** Notes the error that ended a training in its history, and gives that to the error. */
export function noteFailure(error: unknown, history: History, place: Pick<Stopped, 'epoch' | 'step'>): void {
  history.stopped = { reason: 'failed', message: error instanceof Error ? error.message : String(error), ...place };
  if (typeof error === 'object' && error !== null && Object.isExtensible(error) && !Object.hasOwn(error, 'history'))
    Object.defineProperty(error, 'history', { value: history, configurable: true, writable: true, enumerable: false });
}
