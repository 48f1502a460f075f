/** The options of metrics of scores, which need no threshold. */
import type { Loss } from '../../types.js';
import { CLASS_OPTIONS, type ClassOptions, type Form } from './answers.js';

/** The options by which outputs are read as probabilities. */
export interface ScoreOptions extends Omit<ClassOptions, 'threshold' | 'logits'> {
  /**
   * Whether the model gives logits rather than probabilities. Default: as the loss says; where it tells nothing, logits are outputs that
   * cannot be probabilities, being outside 0 to 1 or not summing to 1 over the classes.
   */
  logits?: boolean;
}

const { threshold: _, ...rest } = CLASS_OPTIONS;

/** @internal {@link ScoreOptions} with their defaults. */
export const SCORE_OPTIONS = rest;

/** @internal The form of {@link ScoreOptions}. */
export const scoreForm = (op: string, read: typeof SCORE_OPTIONS, loss: Loss | undefined): Form => ({ op, ...read, threshold: 0.5, loss });
