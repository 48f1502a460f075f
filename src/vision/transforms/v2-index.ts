/** What `transforms.v2` holds: the names of `transforms`, of which those below draw, compute or print otherwise. */
export * from './index.js';
export type { InputClass } from './v2/containers.js';
export { Compose, Lambda, RandomApply, RandomChoice, RandomOrder } from './v2/containers.js';
export { ConvertImageDtype, Normalize } from './v2/convert.js';
export { Pad, RandomCrop } from './v2/geometry.js';
