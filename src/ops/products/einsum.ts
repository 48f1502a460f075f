/** Einstein summation. */
import { ArgumentError, ShapeError, showShape } from '../../errors.js';
import { assertTensorList } from '../../tensor/arguments/checks.js';
import { show } from '../../tensor/arguments/show.js';
import { numel, sameShape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { mul } from '../elementwise/binary.js';
import { sum } from '../reduce/sum.js';
import { to } from '../view/copy.js';
import { expand, permute, reshape, unsqueeze } from '../view/movement.js';
import { diagonal } from '../view/select.js';
import { matmul } from './matmul.js';

/** A tensor whose dims carry labels, each at most once. Labels of the dims of an ellipsis are numbers in text, '0' the last dim. */
interface Labelled {
  readonly x: Tensor;
  readonly labels: readonly string[];
}

/** Splits `ab...c` into labels; the ellipsis into `rank` numbered ones. */
function labelsOf(term: string, rank: number, equation: string): string[] {
  const parts = term.split('...');
  if (parts.length > 2 || parts.some((p) => !/^[a-zA-Z]*$/.test(p))) {
    throw new ArgumentError(`einsum: "${term}" in "${equation}" is not a term: terms are letters, with '...' at most once.`);
  }
  const named = parts.join('').length;
  const rest = rank - named;
  if (rest < 0 || (parts.length === 1 && rest > 0))
    throw new ShapeError(`einsum: "${term}" in "${equation}" has ${named} labels, its operand has ${rank} dims.`);
  return parts.length === 1 ? [...term] : [...parts[0]!, ...Array.from({ length: rest }, (_, i) => String(rest - 1 - i)), ...parts[1]!];
}

/** Takes diagonals until no label comes twice. */
function withoutRepeats({ x, labels }: Labelled, equation: string): Labelled {
  for (let i = 0; i < labels.length; i++) {
    const j = labels.indexOf(labels[i]!, i + 1);
    if (j < 0) continue;
    if (x.shape[i] !== x.shape[j]) {
      throw new ShapeError(
        `einsum: the label "${labels[i]}" of "${equation}" stands for dims of sizes ${x.shape[i]} and ${x.shape[j]} of one operand ${showShape(x.shape)}.`,
      );
    }
    const rest = labels.filter((_, d) => d !== i && d !== j);
    return withoutRepeats({ x: diagonal(x, 0, i, j), labels: [...rest, labels[i]!] }, equation);
  }
  return { x, labels };
}

/** Sums over the labels that are not in `keep`. */
function sumOthers({ x, labels }: Labelled, keep: ReadonlySet<string>, keepDType = false): Labelled {
  const gone = labels.map((_, d) => d).filter((d) => !keep.has(labels[d]!));
  if (gone.length === 0) return { x, labels };
  const total = sum(x, gone);
  return { x: keepDType ? to(total, x.dtype) : total, labels: labels.filter((l) => keep.has(l)) };
}

/** `x` with its dims in the order of `labels`, and a dim of size 1 for each label that it lacks. */
function aligned(a: Labelled, labels: readonly string[]): Tensor {
  const own = labels.filter((l) => a.labels.includes(l));
  let x = permute(
    a.x,
    own.map((l) => a.labels.indexOf(l)),
  );
  labels.forEach((l, d) => {
    if (!a.labels.includes(l)) x = unsqueeze(x, d);
  });
  return x;
}

/** The product of two operands, summed over the labels that both have and `keep` does not. */
function contract(a: Labelled, b: Labelled, keep: ReadonlySet<string>, sizes: ReadonlyMap<string, number>): Labelled {
  const shared = a.labels.filter((l) => b.labels.includes(l));
  const summed = shared.filter((l) => !keep.has(l));
  const batch = shared.filter((l) => keep.has(l));
  const left = a.labels.filter((l) => !shared.includes(l));
  const right = b.labels.filter((l) => !shared.includes(l));
  const labels = [...batch, ...left, ...right];
  if (summed.length === 0) return { x: mul(aligned(a, labels), aligned(b, labels)), labels };
  const size = (group: readonly string[]) => numel(group.map((l) => sizes.get(l)!));
  const matrix = (operand: Labelled, rows: readonly string[], columns: readonly string[]) => {
    const order = [...batch, ...rows, ...columns];
    // A size of 1 that stands for more is repeated: the product has no broadcasting inside its sums.
    const wide = order.map((l) => sizes.get(l)!);
    const x = aligned(operand, order);
    return reshape(sameShape(x.shape, wide) ? x : expand(x, wide), [size(batch), size(rows), size(columns)]);
  };
  const product = matmul(matrix(a, left, summed), matrix(b, summed, right));
  return {
    x: reshape(
      product,
      labels.map((l) => sizes.get(l)!),
    ),
    labels,
  };
}

/**
 * Sums of products over labelled dims: `einsum('ij,jk->ik', a, b)` is a matrix product. Labels that the output lacks are summed over; a
 * label that comes twice in one operand takes its diagonal; `...` stands for dims that broadcast. Without `->`, the output has the
 * ellipsis and then, in alphabetic order, the labels that come once. Operands are joined from left to right.
 * @throws {ArgumentError} for an equation that is none. @throws {ShapeError} for sizes that do not fit the labels.
 * @see https://pytorch.org/docs/stable/generated/torch.einsum.html
 * @example
 * einsum('bqd,bkd->bqk', queries, keys);
 */
export function einsum(equation: string, ...operands: Tensor[] | [readonly Tensor[]]): Tensor {
  const tensors = (Array.isArray(operands[0]) ? operands[0] : operands) as readonly Tensor[];
  if (typeof equation !== 'string')
    throw new ArgumentError(`einsum: the equation is ${show(equation)}, expected a string such as 'ij,jk->ik'.`);
  assertTensorList('einsum', 'operands', tensors);
  const compact = equation.replace(/\s+/g, '');
  const [inputs, output, extra] = compact.split('->');
  const terms = inputs!.split(',');
  if (extra !== undefined) throw new ArgumentError(`einsum: "${equation}" has more than one "->".`);
  if (terms.length !== tensors.length)
    throw new ArgumentError(`einsum: "${equation}" names ${terms.length} operands, got ${tensors.length}.`);
  const labelled = tensors.map((x, i): Labelled => ({ x, labels: labelsOf(terms[i]!, x.ndim, equation) }));
  const sizes = sizesOf(labelled, equation);
  const wanted = outputLabels(labelled, output, compact, equation, sizes);

  let parts = labelled.map((a) => withoutRepeats(a, equation));
  while (parts.length > 1) {
    const [a, b, ...rest] = parts as [Labelled, Labelled, ...Labelled[]];
    const later = new Set([...wanted, ...rest.flatMap((r) => r.labels)]);
    // Sums inside a product keep the dtype, as PyTorch's do.
    const first = sumOthers(a, new Set([...later, ...b.labels]), true);
    const second = sumOthers(b, new Set([...later, ...a.labels]), true);
    parts = [contract(first, second, later, sizes), ...rest];
  }
  // In the order of the output before anything is summed, so that the sums lie in memory as PyTorch's do.
  const labels = [...wanted, ...parts[0]!.labels.filter((l) => !wanted.includes(l))];
  return sumOthers({ x: aligned(parts[0]!, labels), labels }, new Set(wanted)).x;
}

function sizesOf(labelled: readonly Labelled[], equation: string): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { x, labels } of labelled) {
    labels.forEach((label, d) => {
      const known = sizes.get(label) ?? 1;
      const size = x.shape[d]!;
      if (known !== size && known !== 1 && size !== 1) {
        const name = /\d/.test(label) ? 'the ellipsis' : `the label "${label}"`;
        throw new ShapeError(
          `einsum: ${name} of "${equation}" stands for sizes ${known} and ${size} (operands ${labelled.map((l) => showShape(l.x.shape)).join(' and ')}).`,
        );
      }
      if (size !== 1 || !sizes.has(label)) sizes.set(label, size);
    });
  }
  return sizes;
}

function outputLabels(
  labelled: readonly Labelled[],
  output: string | undefined,
  compact: string,
  equation: string,
  sizes: ReadonlyMap<string, number>,
): string[] {
  const ellipsis = [...sizes.keys()].filter((l) => /\d/.test(l)).sort((a, b) => Number(b) - Number(a));
  if (output === undefined) {
    const all = labelled.flatMap((l) => l.labels).filter((l) => /[a-zA-Z]/.test(l));
    return [...(compact.includes('...') ? ellipsis : []), ...all.filter((l) => all.indexOf(l) === all.lastIndexOf(l)).sort()];
  }
  const labels = labelsOf(output, output.replace('...', '').length + (output.includes('...') ? ellipsis.length : 0), equation);
  if (new Set(labels).size !== labels.length) throw new ArgumentError(`einsum: the output of "${equation}" has a label twice.`);
  const unknown = labels.find((l) => !sizes.has(l));
  if (unknown !== undefined) throw new ArgumentError(`einsum: the output label "${unknown}" of "${equation}" comes in no operand.`);
  return labels;
}
