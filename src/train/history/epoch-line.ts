/** One line about one epoch. */
import type { EpochRecord, Scores } from './epoch-record.js';

/** `epoch 3/10  train loss 0.31245 accuracy 0.91210  validation loss …  lr 0.001  3.2 s`. */
export function epochLine(record: EpochRecord, epochs: number): string {
  const side = (name: string, scores: Scores) =>
    `${name} ${Object.entries(scores)
      .map(([key, value]) => `${key} ${value.toFixed(5)}`)
      .join(' ')}`;
  const parts = [`epoch ${record.epoch}/${epochs}`, side('train', record.train)];
  if (record.validation) parts.push(side('validation', record.validation));
  parts.push(`lr ${record.lr.map((lr) => Number(lr.toPrecision(6))).join(', ')}`, `${record.seconds.toFixed(1)} s`);
  return parts.join('  ');
}
