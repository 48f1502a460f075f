/** What an operation costs on tensors so small that nothing is computed: a chain of them, with gradients recorded. */
export interface OverheadTask {
  kind: 'overhead';
  op: 'add' | 'mul' | 'relu' | 'linear';
  /** The gradients of all of them, too. */
  backward: boolean;
  /** How many operations a call does. */
  length: number;
}

export const OVERHEADS: readonly OverheadTask[] = (['add', 'mul', 'relu', 'linear'] as const).flatMap((op) =>
  [false, true].map((backward) => ({ kind: 'overhead' as const, op, backward, length: 100 })),
);
