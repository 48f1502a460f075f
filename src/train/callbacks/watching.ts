/** How fit knows which scores its callbacks watch. */
import { required } from '../../tensor/arguments/arguments.js';
import type { MonitorOptions } from '../history/monitor.js';
import type { Callback } from './callback.js';

/** @internal What a callback that chooses a best epoch watches; fit sees to it that all watch the same. */
export const WATCHES = Symbol('watches');

/** @internal The score that a callback reads for itself, which fit must measure. */
export const READS = Symbol('reads');

/** @internal A callback that reads a score. */
export interface ReadingCallback extends Callback {
  readonly [READS]: MonitorOptions['monitor'] | undefined;
}

/** @internal A callback that chooses a best epoch. */
export interface WatchingCallback extends Callback {
  readonly [WATCHES]: readonly [who: string, options: MonitorOptions];
}

/** What is read of {@link MonitorOptions}, none of which has a default. */
export const MONITOR: Required<MonitorOptions> = { monitor: required, mode: required, minDelta: required };
