/** Gradient modes: whether operations are recorded. They belong to the code that set them and to what it awaits, not to the process. */
import { frame, inFrame } from '../../engine/tasks/async-context.js';
import { tooMany } from '../../tensor/arguments/arguments.js';
import { assertBoolean } from '../../tensor/arguments/checks.js';

/** Whether operations on tensors that require gradients are recorded now. */
export function isGradEnabled(): boolean {
  return frame().recording;
}

/** Whether {@link inferenceMode} is on. */
export function isInferenceModeEnabled(): boolean {
  return frame().inference;
}

/** Switches recording on or off until it is switched again. Prefer {@link noGrad}, which switches back. */
export function setGradEnabled(enabled: boolean): void {
  assertBoolean('setGradEnabled', 'enabled', enabled);
  frame().recording = enabled;
}

/**
 * Runs `body` without recording operations: for evaluation, and for changing parameters by hand. In an async body the mode holds until
 * its promise settles, and for what it awaits alone: others that run meanwhile go on recording.
 * @throws {ArgumentError} for an async body where the host has no AsyncLocalStorage, as browsers do not.
 * @see https://pytorch.org/docs/stable/generated/torch.no_grad.html
 * @example
 * const y = noGrad(() => model.forward(x));
 */
export function noGrad<T>(body: () => T): T {
  if (arguments.length > 1) tooMany('noGrad', 1, arguments);
  return inFrame('noGrad', { recording: false }, body);
}

/** Runs `body` with recording on, inside a {@link noGrad}. */
export function enableGrad<T>(body: () => T): T {
  if (arguments.length > 1) tooMany('enableGrad', 1, arguments);
  return inFrame('enableGrad', { recording: true, inference: false }, body);
}

/**
 * Like {@link noGrad}, and marks what is made: such tensors cannot be saved for a later backward.
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.grad_mode.inference_mode.html
 */
export function inferenceMode<T>(body: () => T): T {
  if (arguments.length > 1) tooMany('inferenceMode', 1, arguments);
  return inFrame('inferenceMode', { recording: false, inference: true }, body);
}
