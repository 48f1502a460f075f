/** The callbacks that options of fit stand for. */
import type { Callback } from './callback.js';
import type { EarlyStoppingOptions } from './early-stopping.js';
import { earlyStopping } from './early-stopping.js';
import type { KeepBestOptions } from './keep-best.js';
import { keepBest } from './keep-best.js';
import type { ProgressOptions } from './progress/options.js';
import { PACE } from './progress/paced.js';
import { WATCHES, type WatchingCallback } from './watching.js';

/** The options of fit that callbacks stand for. */
export interface CallbackShorthands {
  readonly saveBest: boolean | string | Omit<KeepBestOptions, 'restore'>;
  readonly restoreBest: boolean;
  readonly earlyStopping: EarlyStoppingOptions | boolean;
  readonly progress: ProgressOptions | boolean | undefined;
  readonly callbacks: readonly Callback[];
  readonly log: unknown;
}

/** The callbacks that options stand for; one of them keeps the best epoch, whoever asks for it. */
export function ownCallbacks({ saveBest, restoreBest, earlyStopping: stopping }: CallbackShorthands): Callback[] {
  const { restoreBest: stoppingRestores = false, ...stop } = typeof stopping === 'object' ? stopping : {};
  const restore = restoreBest || stoppingRestores;
  const out: Callback[] = [];
  if (saveBest !== false || restore) {
    const kept = typeof saveBest === 'string' ? { path: saveBest } : typeof saveBest === 'object' ? saveBest : {};
    out.push(keepBest({ ...kept, restore }));
  }
  if (stopping !== false) {
    const ending = earlyStopping(stop) as WatchingCallback;
    // What it restores is kept by the one above, which must mean the same epoch.
    out.push({ ...ending, [WATCHES]: { ...ending[WATCHES], keeps: stoppingRestores } } as WatchingCallback);
  }
  return out;
}

/**
 * What shows the training: where that was asked for, and in a terminal where nothing else was. It comes last, so that others speak first. The
 * display is loaded where there is something to show.
 */
export async function displayOf({ progress: wanted, callbacks, log }: CallbackShorthands): Promise<Callback[]> {
  if (wanted === false) return [];
  if (wanted === undefined) {
    const { process } = globalThis as { process?: { stderr?: { isTTY?: boolean } } };
    if (process?.stderr?.isTTY !== true || log !== undefined || callbacks.some((callback) => PACE in callback)) return [];
  }
  const { progress, showsByItself } = await import('./progress/progress.js');
  if (wanted === undefined && !showsByItself()) return [];
  return [progress(typeof wanted === 'object' ? wanted : {})];
}
