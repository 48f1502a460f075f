/** `autograd`: gradients, and the means to check them. */
export { backward, grad } from './backward.js';
export type { BackwardOptions, GradOptions } from './backward.js';
export { noGrad, enableGrad, inferenceMode, setGradEnabled, isGradEnabled, isInferenceModeEnabled } from './mode.js';
