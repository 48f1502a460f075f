/** Telling a training's callbacks what happens, in turn, and naming the one that fails. */
import { HoneError } from '../../errors.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { show } from '../../tensor/arguments/show.js';
import { warnOnce } from '../../tensor/arguments/warn-once.js';
import type { Callback, StepEvent, TrainingRun } from '../callbacks/callback.js';
import { Pacing } from '../callbacks/progress/paced.js';
import {
  PREPARES,
  type PreparingCallback,
  SCHEDULES,
  type SchedulingCallback,
  SWAPS,
  type SwappingCallback,
} from '../callbacks/watching.js';
import type { Hold } from '../guards/busy.js';
import type { History } from '../history/history.js';

/** The hooks of callbacks that are awaited, between steps. */
const BETWEEN = [
  'onTrainStart',
  'onEpochStart',
  'onStep',
  'onEvaluationStart',
  'onEvaluation',
  'onEpochEnd',
  'onEvaluationEnd',
  'onTrainEnd',
] as const;
/** Those within a step, which are plain functions. */
const WITHIN = ['onBatchStart', 'onAfterBackward', 'onBeforeOptimizerStep', 'onAfterOptimizerStep'] as const;

/** Every hook of a callback. */
export const HOOKS = [...BETWEEN, ...WITHIN, 'onError'] as const;

type Hook = (typeof HOOKS)[number];
type HookBetween = (typeof BETWEEN)[number];
type HookWithin = Exclude<(typeof WITHIN)[number], 'onBatchStart'>;
type ArgumentsOf<H extends HookBetween> = H extends 'onStep' | 'onEpochEnd' | 'onEvaluation'
  ? Parameters<NonNullable<Callback[H]>>
  : [run: TrainingRun];

/** What a callback of the user's threw; that itself is the `cause`. For an error of Hone's there is one of its class instead. */
export class CallbackError extends HoneError {
  override readonly code = 'CALLBACK';
  override get name(): string {
    return 'CallbackError';
  }
  /** What the training did until then. */
  declare history?: History;
}

/** The callbacks of one training. What nobody listens to costs nothing. */
export class CallbackList {
  /** The callback that is being called. */
  running: Callback | undefined;
  private readonly listening = new Map<Hook, readonly Callback[]>();
  private readonly pacing: Pacing;
  private readonly scheduling: readonly SchedulingCallback[];

  constructor(
    readonly all: readonly Callback[],
    private readonly run: TrainingRun & Hold,
    /** Those that stand for options, which come first. */
    private readonly own = 0,
  ) {
    this.scheduling = all.filter((callback): callback is SchedulingCallback => SCHEDULES in callback);
    for (const hook of HOOKS) {
      const listeners = all.filter((callback) => callback[hook] !== undefined);
      if (listeners.length > 0) this.listening.set(hook, listeners);
    }
    this.pacing = new Pacing(this.listening.get('onStep') ?? []);
  }

  /** Tells of a step, where somebody is to be told now. @param event makes what they are told. */
  async tellStep(event: () => StepEvent): Promise<void> {
    const { pacing } = this;
    const due = pacing.due();
    if (due.length === 0) return;
    const since = performance.now();
    await this.each('onStep', due, [event(), this.run]);
    pacing.told(due, since);
  }

  /** Whether a callback has the hook. */
  hear(hook: Hook): boolean {
    return this.listening.has(hook);
  }

  /** Calls the callbacks in turn and awaits each; meanwhile they may evaluate the model, or predict with it. */
  notify<H extends HookBetween>(hook: H, ...args: ArgumentsOf<H>): Promise<void> {
    return this.each(hook, this.listening.get(hook) ?? [], args);
  }

  /** {@link notify} those that have no state: what a hook does to one that has is in the state that it was given. */
  notifyStateless<H extends HookBetween>(hook: H, ...args: ArgumentsOf<H>): Promise<void> {
    return this.each(
      hook,
      (this.listening.get(hook) ?? []).filter(({ stateDict }) => stateDict === undefined),
      args,
    );
  }

  private async each<H extends HookBetween>(hook: H, callbacks: readonly Callback[], args: ArgumentsOf<H>): Promise<void> {
    for (const callback of callbacks) {
      this.run.waiting = true;
      this.running = callback;
      try {
        const pending = (callback[hook] as (...args: unknown[]) => unknown).apply(callback, args);
        if (pending !== undefined) await pending;
      } catch (error) {
        throw this.named(error, callback, hook);
      } finally {
        this.run.waiting = false;
        this.running = undefined;
      }
    }
  }

  /** Calls the callbacks within a step. */
  within(hook: HookWithin): void {
    for (const callback of this.listening.get(hook) ?? []) this.plainly(callback, hook, () => callback[hook]!(this.run));
  }

  /** The batch that the callbacks make of one. */
  batch<B>(batch: B): B {
    let taken: unknown = batch;
    for (const callback of this.listening.get('onBatchStart') ?? [])
      taken = this.plainly(callback, 'onBatchStart', () => callback.onBatchStart!(taken, this.run)) ?? taken;
    return taken as B;
  }

  /** Runs what ends an epoch between `onEvaluationStart` and `onEvaluationEnd`, which comes whatever happens. */
  async aroundEvaluation(body: () => Promise<void>): Promise<void> {
    try {
      await this.notify('onEvaluationStart', this.run);
      await body();
    } catch (error) {
      await this.despite('onEvaluationEnd', (callback) => callback.onEvaluationEnd!(this.run));
      throw error;
    }
    await this.notify('onEvaluationEnd', this.run);
  }

  /** Runs an evaluation within an epoch, with the weights that callbacks have for it. */
  async aroundEvaluationWithin(body: () => Promise<void>): Promise<void> {
    const swapping = this.all.filter((callback): callback is SwappingCallback => SWAPS in callback);
    for (const callback of swapping) callback[SWAPS].enter(this.run);
    try {
      await body();
    } finally {
      for (const callback of swapping) callback[SWAPS].leave(this.run);
    }
  }

  /** Steps the schedule, within what callbacks put around that. */
  aroundSchedule(step: () => void): void {
    this.scheduling.reduceRight<() => void>((inner, callback) => () => callback[SCHEDULES](this.run, inner), step)();
  }

  /** Lets callbacks change the parts of the training before anything begins. */
  prepare(): void {
    for (const callback of this.all) {
      try {
        (callback as Partial<PreparingCallback>)[PREPARES]?.(this.run);
      } catch (error) {
        throw this.named(error, callback, 'onTrainStart');
      }
    }
  }

  /** Tells every callback of the error that ends the training, whatever the others do. */
  tell(error: unknown): Promise<void> {
    return this.despite('onError', (callback) => callback.onError!(error, this.run));
  }

  /** Calls each listener of a hook after an error; a second one does not hide it. */
  private async despite(hook: HookBetween | 'onError', call: (callback: Callback) => unknown): Promise<void> {
    for (const callback of this.listening.get(hook) ?? []) {
      this.run.waiting = true;
      try {
        await call(callback);
      } catch (second) {
        warnOnce(
          `${this.placeOf(callback, hook)} threw as well, which is not what ended the training: ${second instanceof Error ? second.message : String(second)}`,
        );
      } finally {
        this.run.waiting = false;
      }
    }
  }

  private plainly(callback: Callback, hook: Hook, call: () => unknown): unknown {
    let answer: unknown;
    this.running = callback;
    try {
      answer = call();
    } catch (error) {
      throw this.named(error, callback, hook);
    } finally {
      this.running = undefined;
    }
    if (!(answer instanceof Promise)) return answer;
    answer.catch(() => {}); // it is told of here
    throw new CallbackError(
      `${this.placeOf(callback, hook)} gives a promise, but it is called within a step, which does not wait. Make it a plain function, without async.`,
    );
  }

  /** `fit: the callback csvLogger in onEpochEnd, epoch 3`. */
  private placeOf(callback: Callback, hook: Hook): string {
    const { epoch, step } = this.run;
    const inStep = hook === 'onStep' || (WITHIN as readonly string[]).includes(hook);
    const place = hook === 'onTrainStart' || hook === 'onTrainEnd' ? '' : `, epoch ${epoch}${inStep ? `, step ${step}` : ''}`;
    return `fit: ${this.nameOf(callback)} in ${hook}${place}`;
  }

  /** What texts call a callback: its name, that of its class, or its place in the list. */
  private nameOf(callback: Callback): string {
    if (typeof callback.name === 'string' && callback.name !== '') return `the callback ${callback.name}`;
    const className = classNameOf(callback);
    return className === 'Object' || className === '' ? `callbacks[${this.all.indexOf(callback) - this.own}]` : `the callback ${className}`;
  }

  private named(error: unknown, callback: Callback, hook: Hook): unknown {
    const prefix = this.placeOf(callback, hook).replace(' in on', ' failed in on');
    if (!(error instanceof HoneError)) {
      const message = error instanceof Error ? error.message : show(error);
      return new CallbackError(`${prefix}: ${message}`, { cause: error });
    }
    return inPlace(error, `${prefix}: ${error.message}`);
  }
}

/** An error of Hone's with another message, of the same class and with all that it carries, so that code that asks for these goes on finding them. */
function inPlace(error: HoneError, message: string): unknown {
  const made = Object.setPrototypeOf(new Error(message, { cause: error }), Object.getPrototypeOf(error) as object) as Error;
  const { message: _, cause: __, stack: ___, ...carried } = Object.getOwnPropertyDescriptors(error);
  Object.defineProperties(made, carried);
  if (typeof error.stack === 'string') made.stack = error.stack.replace(error.message, () => message);
  return made;
}
