/** Attention as one kernel each way, which keeps no matrix of all scores. The attention itself, in operations, stands in attend.ts. */

import { gradientsOf } from '../../autograd/backward.js';
import { noGrad } from '../../autograd/modes/mode.js';
import { record, willRecord } from '../../autograd/node.js';
import { check, kernels } from '../../engine/engine.js';
import { generatorPtr } from '../../tensor/create/random.js';
import { code, emptyStrided, metaPtr, ptrOrNull, rowMajor, writeMeta } from '../../tensor/raw.js';
import { broadcastStrides, isDense, numel, type Shape, sameShape } from '../../tensor/shape.js';
import { emptyTensor, type Tensor } from '../../tensor/tensor.js';
import { applyMask } from '../dropout/dropout.js';
import { addedMask, attend, causalMask } from './attend.js';

/** Tensors that hold queries, keys and values: each its own, or several in one. */
export interface Operands {
  readonly x: Tensor;
  readonly y: Tensor | null;
  readonly z: Tensor | null;
}

/** Queries, keys and values, [..., positions, features]. */
export type Heads = readonly [query: Tensor, key: Tensor, value: Tensor];

export interface FusedAttention {
  /** For messages. */
  readonly op: string;
  /** [..., L, S], broadcasts: bool, true where a query may look; or numbers of the operands' dtype that are added to the scores. */
  readonly mask: Tensor | null;
  readonly isCausal: boolean;
  readonly scale: number;
  /** Below 1. */
  readonly dropoutP: number;
  /** Views of queries, keys and values in the operands, recorded; null where the operands are these. */
  readonly heads: ((operands: Operands) => Heads) | null;
  /** Of the result, that of the last dim being 1; null: row-major. */
  readonly strides: Shape | null;
}

/** Whether {@link fusedAttention} takes these: not for nothing, and not where the mask learns or all weights are dropped. */
export function canFuse(operands: readonly Tensor[], mask: Tensor | null, dropoutP: number): boolean {
  return operands.every((x) => numel(x.shape) > 0) && dropoutP < 1 && !willRecord([mask]);
}

/** Softmax(query keyᵀ * scale + mask) value for all items of `batch`, to which the leading dims broadcast. A query that may look at no key gets 0. */
export function fusedAttention(operands: Operands, batch: Shape, how: FusedAttention): Tensor {
  const { op, mask, isCausal, scale, dropoutP } = how;
  const { dtype } = operands.x;
  const headsOf = how.heads ?? (({ x, y, z }: Operands): Heads => [x, y!, z!]);
  const ready = (of: Operands) => headsOf(of).map((x) => (inRows(x) ? x : rowMajor(x, op))) as unknown as Heads;
  const [query, key, value] = noGrad(() => ready(operands));
  const [L, E] = query.shape.slice(-2) as [number, number];
  const [S, Ev] = value.shape.slice(-2) as [number, number];
  const scores = [...batch, L, S];
  const out = emptyStrided([...batch, L, Ev], how.strides, dtype);
  const lse = willRecord([operands.x, operands.y, operands.z]) ? emptyTensor([...batch, L], dtype) : null;
  const kept = dropoutP > 0 ? drawn(scores, dropoutP, op) : null;
  const sizes = [code(dtype), isCausal ? 1 : 0, scale, L, S, E, Ev] as const;
  const masking = [ptrOrNull(mask), code(mask?.dtype ?? dtype), ptrOrNull(kept), dropoutP, batch.length] as const;
  const whole = (x: Tensor | null) => (x === null ? scores : broadcastStrides(x.shape, x.strides, scores));
  const rows = (x: Tensor) => rowSteps(x, batch);
  writeMeta(scores, rows(query), rows(key), rows(value), whole(mask), whole(kept), rows(out));
  check(kernels.attention(...sizes, out.ptr, ptrOrNull(lse), query.ptr, key.ptr, value.ptr, ...masking, metaPtr()), op);

  return record(op, out, {
    inputs: operands,
    saved: { ...operands, mask, kept, lse, out },
    own: ['kept', 'lse'],
    composed: (dy, { x, y, z, mask, kept }, needs) =>
      gradientsOf(op, { x, y, z }, needs, [dy], (again) => {
        const bias = isCausal ? causalMask(L, S, dtype) : mask && addedMask(mask, dtype);
        const drop = (weights: Tensor) => (kept === null ? weights : applyMask(weights, kept, dropoutP));
        return [attend(...headsOf(again), bias, scale, drop, true)[0]];
      }),
    fused: (dy, saved, needs) => {
      const { mask, kept, lse, out } = saved;
      const [query, key, value] = ready(saved);
      const like = (x: Tensor | null) => x && (how.heads === null ? emptyHeads(x, batch) : emptyTensor(x.shape, dtype));
      const grads = { x: like(saved.x)!, y: like(saved.y), z: like(saved.z) };
      const [dq, dk, dv] = headsOf(grads);
      const given = inRows(dy) ? dy : rowMajor(dy, op);
      const steps = [rows(query), rows(key), rows(value), whole(mask), whole(kept), rows(out), rows(given), rows(dq), rows(dk), rows(dv)];
      const operands = [given.ptr, out.ptr, lse!.ptr, query.ptr, key.ptr, value.ptr] as const;
      writeMeta(scores, ...steps);
      check(kernels.attentionBackward(...sizes, dq.ptr, dk.ptr, dv.ptr, ...operands, ...masking, metaPtr()), op);
      return { x: needs.x ? grads.x : null, y: needs.y ? grads.y : null, z: needs.z ? grads.z : null };
    },
  });
}

/** Whether the kernel can walk it: features side by side, rows apart. */
function inRows({ shape, strides, ndim }: Tensor): boolean {
  const features = shape[ndim - 1]!;
  return (features === 1 || strides[ndim - 1] === 1) && (shape[ndim - 2] === 1 || strides[ndim - 2]! >= features);
}

/** The strides of one operand for all items. */
function rowSteps(x: Tensor, batch: Shape): number[] {
  const steps = broadcastStrides(x.shape, x.strides, [...batch, ...x.shape.slice(-2)]);
  const features = x.shape.at(-1)!;
  steps[steps.length - 1] = 1;
  // A product asks how far rows are apart even of one row.
  if (x.shape.at(-2) === 1) steps[steps.length - 2] = features;
  return steps;
}

/** Room for the gradient of `x`, for each item of the batch; laid out as `x` where that is possible. */
function emptyHeads(x: Tensor, batch: Shape): Tensor {
  const shape = [...batch, ...x.shape.slice(-2)];
  return emptyStrided(shape, sameShape(shape, x.shape) && isDense(x.shape, x.strides) && inRows(x) ? x.strides : null, x.dtype);
}

/** What dropout keeps, drawn as {@link dropout} draws for weights of that shape. */
function drawn(shape: Shape, p: number, op: string): Tensor {
  const kept = emptyTensor(shape, 'uint8');
  check(kernels.randBernoulli(code('uint8'), kept.ptr, numel(shape), generatorPtr(undefined), 1 - p), op);
  return kept;
}
