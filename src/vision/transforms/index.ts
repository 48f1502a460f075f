/** The contents of `transforms`: torchvision's names as v1 has them, and as v2 has them under `v2`. */
export * from './v1-index.js';
export * as v2 from './v2-index.js';
