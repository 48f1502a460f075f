/** Gradient modes: whether operations are recorded. */

let recording = true;
let inference = false;

/** Whether operations on tensors that require gradients are recorded now. */
export function isGradEnabled(): boolean {
  return recording;
}

export function isInferenceModeEnabled(): boolean {
  return inference;
}

/** Switches recording on or off until it is switched again. Prefer {@link noGrad}, which switches back. */
export function setGradEnabled(enabled: boolean): void {
  recording = enabled;
}

function within<T>(nextRecording: boolean, nextInference: boolean, body: () => T): T {
  const before = [recording, inference] as const;
  const restore = () => {
    [recording, inference] = before;
  };
  recording = nextRecording;
  inference = nextInference;
  let result: T;
  try {
    result = body();
  } catch (error) {
    restore();
    throw error;
  }
  if (result instanceof Promise) return result.finally(restore) as T;
  restore();
  return result;
}

/**
 * Runs `body` without recording operations: for evaluation, and for changing parameters by hand. An async body keeps the mode until its
 * promise settles; await it before anything else that trains.
 * @see https://pytorch.org/docs/stable/generated/torch.no_grad.html
 * @example
 * const y = noGrad(() => model.forward(x));
 */
export function noGrad<T>(body: () => T): T {
  return within(false, inference, body);
}

/** Runs `body` with recording on, inside a {@link noGrad}. */
export function enableGrad<T>(body: () => T): T {
  return within(true, false, body);
}

/**
 * Like {@link noGrad}, and marks what is made: such tensors cannot be saved for a later backward.
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.grad_mode.inference_mode.html
 */
export function inferenceMode<T>(body: () => T): T {
  return within(false, true, body);
}
