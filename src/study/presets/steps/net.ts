/** The network of the first document's section on schedulers, of which other documents say nothing else. */
import { ReLU } from '../../../nn/activation/rectified.js';
import { Sequential } from '../../../nn/containers/sequential.js';
import { Linear } from '../../../nn/linear/linear.js';
import { Flatten } from '../../../nn/resize/flatten.js';

/** 784-256-128-10 with ReLU. */
export function net(): Sequential {
  return new Sequential(new Flatten(), new Linear(784, 256), new ReLU(), new Linear(256, 128), new ReLU(), new Linear(128, 10));
}
