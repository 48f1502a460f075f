/** `autograd`: gradients, and the means to check them. */
export { backward, grad } from './backward.js';
export type { BackwardOptions, GradOptions } from './backward.js';
export { noGrad, enableGrad, inferenceMode, setGradEnabled, isGradEnabled, isInferenceModeEnabled } from './mode.js';
export { gradcheck, gradgradcheck } from './gradcheck.js';
export type { Checked, GradcheckOptions, GradgradcheckOptions } from './gradcheck.js';
