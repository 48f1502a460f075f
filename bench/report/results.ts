/** What a run measured, as its JSON file has it. */
import type { Outcome } from '../measure/interleave.js';
import type { Machine } from '../measure/machine.js';

export interface StepResult {
  kind: 'train' | 'forward';
  name: string;
  threads: number;
  /** Hone's own, which ratios are of. */
  ours: string;
  /** By the names of engines and peers. */
  outcomes: Record<string, Outcome>;
  mark?: number;
}

export interface OperationResult {
  theme: string;
  name: string;
  threads: number;
  ours: string;
  outcomes: Record<string, Outcome>;
  flops: number;
  bytes: number;
  /** Milliseconds that the limit allows, which of them it is, and the share of it that Hone's least time reaches. */
  limit: { ms: number; by: 'flops' | 'bytes' };
  share: number;
  mark: { share?: number; ratio: number };
}

/** Anything else: one number of Hone's, one of a peer's where there is one, and what the mark asks. */
export interface FigureResult {
  part: string;
  name: string;
  unit: 'ms' | 's' | 'us' | 'MB' | '%' | 'times';
  /** By engine or peer; null where it has none. */
  values: Record<string, number | null>;
  /** In words, as `below 40`. */
  mark?: string;
  met?: boolean;
}

export interface Results {
  date: string;
  commit: string;
  processor: string;
  cores: number;
  system: string;
  node: string;
  /** By name: engines and peers, with what they say of themselves. */
  versions: Record<string, string>;
  machines: { engine: string; threads: number; machine: Machine }[];
  steps: StepResult[];
  operations: OperationResult[];
  figures: FigureResult[];
}
