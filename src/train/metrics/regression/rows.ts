/** Outputs and targets of measured values, in rows of one sample each. */
import { ArgumentError, ShapeError, showShape } from '../../../errors.js';
import { sub } from '../../../ops/elementwise/binary.js';
import { to } from '../../../ops/view/copy.js';
import { reshape } from '../../../ops/view/movement.js';
import { assertTensors } from '../../../tensor/arguments/checks.js';
import { numel } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { sameButColumn } from '../forms/answers.js';

/** What came out and what is true, in double precision: [rows, columns]. */
export interface Rows {
  readonly rows: number;
  readonly columns: number;
  readonly target: Tensor;
  /** Outputs less targets. */
  readonly off: Tensor;
}

/**
 * Reads a batch; [N, 1] against [N] is clear enough.
 * @throws {ShapeError} where outputs and targets do not fit, rather than broadcasting.
 */
export function readRows(op: string, output: Tensor, target: Tensor): Rows {
  assertTensors(op, { output, target });
  if (!sameButColumn(output.shape, target.shape))
    throw new ShapeError(`${op}: outputs have shape ${showShape(output.shape)}, targets ${showShape(target.shape)}; they must agree.`);
  const rows = output.shape[0] ?? 1;
  const columns = numel(output.shape.slice(1));
  const flat = (x: Tensor) => to(reshape(x, [rows, columns]), 'float64');
  const truth = flat(target);
  return { rows, columns, target: truth, off: sub(flat(output), truth) };
}

/** @throws {ArgumentError} where a batch has another number of columns than those before. */
export function checkColumns(op: string, before: number, now: number): void {
  if (before !== 0 && before !== now)
    throw new ArgumentError(`${op}: the batches have ${before} values a sample, but one has ${now}. Start a new count for other outputs.`);
}
