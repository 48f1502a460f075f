/** `autograd`: gradients, and the means to check them. */

export type {
  AllBackwardOptions,
  BackwardArguments,
  BackwardOptions,
  GradArguments,
  GradOptions,
  TensorBackwardOptions,
} from './backward.js';
export { backward, grad } from './backward.js';
export type { Checked, GradcheckOptions, GradgradcheckOptions } from './gradcheck.js';
export { gradcheck, gradgradcheck } from './gradcheck.js';
export { detectAnomaly, isAnomalyEnabled, setDetectAnomaly } from './modes/anomaly.js';
export { enableGrad, inferenceMode, isGradEnabled, isInferenceModeEnabled, noGrad, setGradEnabled } from './modes/mode.js';
