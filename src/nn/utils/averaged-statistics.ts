/** Batch norm layers whose statistics are the mean over batches. */
import type { Module } from '../module/module.js';
import { BatchNorm1d, BatchNorm2d, BatchNorm3d } from '../norm/batch.js';

/** Lets the batch norm layers average all batches alike, from none; the function returned makes them as they were. Null without any. */
export function startAveraging(model: Module): (() => void) | null {
  const norms = model.modules().filter((m) => m instanceof BatchNorm1d || m instanceof BatchNorm2d || m instanceof BatchNorm3d);
  if (norms.length === 0) return null;
  const before = norms.map(({ momentum }) => momentum);
  const modes = model.modules().map((module) => [module, module.training] as const);
  const setMomenta = (momentum: (i: number) => number | null) => {
    norms.forEach((layer, i) => {
      (layer as { momentum: number | null }).momentum = momentum(i);
    });
  };
  for (const layer of norms) layer.resetRunningStats();
  model.train();
  setMomenta(() => null);
  return () => {
    setMomenta((i) => before[i]!);
    for (const [module, mode] of modes) module.training = mode;
  };
}
