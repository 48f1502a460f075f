/** Every operation that is timed. */
import { CONVOLUTIONS } from './convolutions.js';
import { ELEMENTWISE, OTHERS, REDUCTIONS } from './elementwise.js';
import { LAYERS, LOSSES } from './layers.js';
import type { OperationRow } from './operation.js';
import { ATTENTION, PRODUCTS } from './products.js';

export const OPERATION_ROWS: readonly OperationRow[] = [
  ...PRODUCTS,
  ...ATTENTION,
  ...CONVOLUTIONS,
  ...LAYERS,
  ...LOSSES,
  ...ELEMENTWISE,
  ...REDUCTIONS,
  ...OTHERS,
];
