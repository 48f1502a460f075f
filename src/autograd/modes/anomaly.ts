/** Where a gradient first becomes NaN: the mode that remembers where each operation was called, and looks at every gradient. */
import { endAfter } from '../../engine/tasks/end-after.js';
import { GradError, showShape } from '../../errors.js';
import { assertBoolean, assertFunction } from '../../tensor/arguments/checks.js';
import type { Tensor } from '../../tensor/tensor.js';

/** What looks at operations in the place of the mode's own search. */
export interface OperationObserver {
  /** An operation was recorded, and gave `outputs`. */
  made(node: object, outputs: readonly Tensor[]): void;
  /** Backward through it gave the gradients of its inputs. */
  gave(node: object, gradients: readonly (Tensor | null)[]): void;
}

/** Whether the mode is on: asked at every operation that is recorded. */
export const anomaly: { on: boolean; observer: OperationObserver | null } = { on: false, observer: null };

/** @internal Runs `body`, synchronously, with an observer of every operation that is recorded in it, and of backward. */
export function observeOperations<T>(observer: OperationObserver, body: () => T): T {
  const { on, observer: outer } = anomaly;
  Object.assign(anomaly, { on: true, observer });
  try {
    return body();
  } finally {
    Object.assign(anomaly, { on, observer: outer });
  }
}

/** Where operations were called, while the mode was on. */
const traces = new WeakMap<object, string>();

/** Whether {@link detectAnomaly} is on. */
export function isAnomalyEnabled(): boolean {
  return anomaly.on;
}

/**
 * Switches the search for NaN gradients on or off, until it is switched again: see {@link detectAnomaly}.
 * @see https://pytorch.org/docs/stable/autograd.html#torch.autograd.set_detect_anomaly
 */
export function setDetectAnomaly(enabled: boolean): void {
  assertBoolean('setDetectAnomaly', 'enabled', enabled);
  anomaly.on = enabled;
}

/**
 * Runs `body`, the forward pass and `backward()`, and ends it with an error as soon as an operation's gradient is NaN; the error says
 * which operation it was, and where it was called. Slow, so for the search only. An async body has the mode until its promise settles.
 * @throws {GradError} at the first NaN.
 * @see https://pytorch.org/docs/stable/autograd.html#torch.autograd.detect_anomaly
 * @example
 * const w = tensor([4], { requiresGrad: true });
 * autograd.detectAnomaly(() => w.sqrt().sum().backward());
 * w.grad; // [0.25]
 */
export function detectAnomaly<T>(body: () => T): T {
  assertFunction('detectAnomaly', 'body', body);
  const before = anomaly.on;
  anomaly.on = true;
  return endAfter(body, () => {
    anomaly.on = before;
  });
}

/** @internal Remembers where the operation behind `node` is being called. */
export function noteCall(node: object): void {
  if (anomaly.observer !== null) return; // which looks at the call stack itself
  const lines = (new Error().stack ?? '').split('\n').slice(1);
  // The tape's own calls say nothing.
  traces.set(
    node,
    lines
      .filter((line) => !/[\\/]autograd[\\/](modes[\\/]anomaly|node)\.[jt]s/.test(line))
      .slice(0, 8)
      .join('\n'),
  );
}

/** @internal @throws {GradError} where one of the gradients that `node` gave is NaN somewhere. */
export function assertNoNaN(
  node: { readonly name: string; inputName(i: number): string },
  gradients: readonly (Tensor | null)[],
  hasNaN: (gradient: Tensor) => boolean,
): void {
  if (anomaly.observer !== null) {
    anomaly.observer.gave(node, gradients);
    return;
  }
  for (const [input, gradient] of gradients.entries()) {
    if (gradient === null || !hasNaN(gradient)) continue;
    const trace = traces.get(node);
    throw new GradError(
      `backward: ${node.name} gave NaN in the gradient of its ${node.inputName(input)}, of shape ${showShape(gradient.shape)}. ${
        trace === undefined
          ? 'Where it was called is unknown: let the forward pass run inside detectAnomaly, too.'
          : `It was called here:\n${trace}`
      }`,
    );
  }
}
