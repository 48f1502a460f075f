/** What both pages of the demo do with their elements. */
import type { Callback } from 'hone/train';

export const find = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;
export const show = (id: string, text: string) => find(id).replaceChildren(text);

/** Shows each step of training: the epoch, the loss, the speed, and the chart of `losses`, which grows by one. */
export function showSteps(losses: number[], epochs: number, redraw: () => void): NonNullable<Callback['onStep']> {
  return ({ phase, epoch, loss, scores, samplesPerSecond }) => {
    if (phase !== 'train') return;
    losses.push(loss);
    show('epoch', `${epoch} / ${epochs}`);
    show('loss', scores['loss']!.toFixed(3));
    show('speed', Math.round(samplesPerSecond).toLocaleString('en'));
    redraw();
  };
}
