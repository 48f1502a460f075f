/** What a training did, epoch by epoch. */
import type { Tensor } from '../../tensor/tensor.js';
import { type EpochRecord, type Monitor, readMonitor } from './epoch-record.js';

/** Why a training ended. */
export interface Stopped {
  /** `finished`: all epochs are done. `stopped`: a callback asked for it. `aborted`: the AbortSignal did. `interrupted`: the system's signal did. `failed`: an error ended it. */
  readonly reason: 'finished' | 'stopped' | 'aborted' | 'interrupted' | 'failed';
  /** In words. */
  readonly message: string;
  /** The epoch that ran last, from 1; it has no record where it was cut short. */
  readonly epoch: number;
  /** Steps done in that epoch; of one that failed, the running one included. */
  readonly step: number;
}

/** The best epoch so far. */
export interface Best {
  /** The best epoch, from 1. */
  readonly epoch: number;
  /** Steps of that epoch, where it was measured within: see `validateEvery`. */
  readonly step?: number;
  /** What was watched. */
  readonly monitor: Monitor;
  /** Its value in that epoch. */
  readonly value: number;
  /** The model's state after that epoch: `model.loadStateDict(history.best.stateDict)`. */
  readonly stateDict: Record<string, Tensor>;
  /** Where it was saved, if it was. */
  readonly path?: string;
}

/** An epoch, or an evaluation within one. */
export interface HistoryMoment {
  readonly record: EpochRecord;
  readonly within: boolean;
  /** Steps in all until then. */
  readonly step: number;
}

/** What happened in a training: an entry for each epoch, the best one, and how it ended. */
export class History {
  /** The name that texts and errors show: minifiers rename classes, but leave this. */
  static readonly className: string = 'History';
  /** What each epoch gave. */
  readonly epochs: EpochRecord[] = [];
  /** What evaluations within epochs gave: see `validateEvery`. */
  readonly evaluations: EpochRecord[] = [];
  /** Training steps in all. */
  steps = 0;
  /** Updates of the parameters in all: as many as steps, fewer where gradients are accumulated. */
  optimizerSteps = 0;
  /** How long the training took. */
  seconds = 0;
  /** Set when training has ended. */
  stopped: Stopped | undefined;
  /** Where `saveBest`, `restoreBest` or an early stopping that restores keeps it. */
  best: Best | undefined;

  /** One score as a curve, or what callbacks noted: `history.values('validation.loss')`, `history.values('logged.lr')`. @throws {ArgumentError} for a score that was not measured. */
  values(monitor: Monitor | `logged.${string}`): number[] {
    return this.epochs.map((record) => readMonitor(record, monitor, 'values'));
  }

  /** @internal The number of the last whole epoch; 0 before the first. */
  get lastEpoch(): number {
    return this.epochs.at(-1)?.epoch ?? 0;
  }

  /** @internal Epochs and evaluations within them, in the order in which they came, with the steps in all until then. */
  get moments(): HistoryMoment[] {
    const out: HistoryMoment[] = [];
    let before = 0;
    const within = [...this.evaluations];
    const take = (epoch: number) => {
      while (within.length > 0 && within[0]!.epoch <= epoch) {
        const record = within.shift()!;
        out.push({ record, within: true, step: before + record.steps });
      }
    };
    for (const record of this.epochs) {
      take(record.epoch);
      before += record.steps;
      out.push({ record, within: false, step: before });
    }
    take(Number.POSITIVE_INFINITY); // of an epoch that was cut short
    return out;
  }

  /** Without tensors: for JSON.stringify. */
  toJSON(): unknown {
    const { epochs, evaluations, steps, optimizerSteps, seconds, stopped, best } = this;
    return {
      epochs,
      ...(evaluations.length > 0 && { evaluations }),
      steps,
      optimizerSteps,
      seconds,
      stopped,
      ...(best && {
        best: {
          epoch: best.epoch,
          ...(best.step !== undefined && { step: best.step }),
          monitor: best.monitor,
          value: best.value,
          path: best.path,
        },
      }),
    };
  }

  /** One line per epoch, one column per score. */
  toCsv(): string {
    const columns = ['epoch', 'seconds', 'lr'];
    // A resumed training may measure more than it did at first.
    const scores = (['train', 'validation'] as const).flatMap((side) =>
      [...new Set(this.epochs.flatMap((record) => Object.keys(record[side] ?? {})))].map((name) => [side, name] as const),
    );
    const logged = [...new Set(this.epochs.flatMap((record) => Object.keys(record.logged ?? {})))];
    const quote = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const head = [...columns, ...scores.map(([side, name]) => quote(`${side}.${name}`)), ...logged.map(quote)].join(',');
    const lines = this.epochs.map((record) =>
      [
        ...[record.epoch, record.seconds, record.lr[0]],
        ...scores.map(([side, name]) => record[side]?.[name] ?? ''),
        ...logged.map((name) => record.logged?.[name] ?? ''),
      ].join(','),
    );
    return `${[head, ...lines].join('\n')}\n`;
  }
}
