/** Matrix products: square ones, those of linear layers, thin ones, batches of them, and attention. */
import { type OperationRow, row } from './operation.js';

interface Product {
  m: number;
  n: number;
  k: number;
  transposes?: 'NN' | 'NT' | 'TN' | 'TT';
  batch?: number;
  dtype?: 'float32' | 'float64';
  share: number;
}

/** a [m, k] times b [k, n]; with a T the factor is the transposed view of a tensor that lies the other way. */
function product({ m, n, k, transposes = 'NN', batch, dtype = 'float32', share }: Product): OperationRow {
  const [a, b] = [transposes[0] === 'T' ? [k, m] : [m, k], transposes[1] === 'T' ? [n, k] : [k, n]] as const;
  const times = batch ?? 1;
  const lead = batch === undefined ? [] : [batch];
  return row('products', {
    op: 'matmul',
    name: `matmul ${transposes}`,
    shapes: [
      [...lead, ...a],
      [...lead, ...b],
    ],
    options: { transposeA: transposes[0] === 'T', transposeB: transposes[1] === 'T' },
    dtype,
    flops: 2 * m * n * k * times,
    elements: times * (m * k + k * n + m * n),
    mark: { share },
  });
}

/** x Wᵀ + b. */
const linear = (m: number, k: number, n: number, share = 0.9): OperationRow =>
  row('products', {
    op: 'linear',
    shapes: [[m, k], [n, k], [n]],
    flops: 2 * m * n * k,
    elements: m * k + k * n + n + m * n,
    mark: { share },
  });

const square = (n: number, transposes: Product['transposes'] = 'NN'): OperationRow =>
  product({ m: n, n, k: n, transposes, share: n < 256 ? 0.6 : 0.9 });

export const PRODUCTS: readonly OperationRow[] = [
  ...[64, 128, 256, 512, 1024, 2048].map((n) => square(n)),
  ...[256, 1024].flatMap((n) => (['NT', 'TN', 'TT'] as const).map((transposes) => square(n, transposes))),
  ...[256, 1024].map((n) => product({ m: n, n, k: n, dtype: 'float64', share: 0.85 })),
  linear(200, 784, 2048),
  linear(200, 2048, 1024),
  linear(200, 512, 256),
  linear(100, 784, 128),
  linear(16, 784, 128, 0.6),
  linear(100, 128, 64, 0.6),
  linear(200, 784, 10, 0.6),
  linear(2048, 128, 512),
  linear(2048, 512, 128),
  linear(512, 384, 1536),
  linear(1, 2048, 2048, 0.6),
  product({ m: 2048, n: 784, k: 200, transposes: 'TN', share: 0.9 }),
  product({ m: 1024, n: 2048, k: 200, transposes: 'TN', share: 0.9 }),
  product({ m: 10, n: 784, k: 200, transposes: 'TN', share: 0.6 }),
  product({ m: 8, n: 512, k: 512, share: 0.6 }),
  product({ m: 1000, n: 1000, k: 16, share: 0.6 }),
  product({ m: 64, n: 64, k: 32, transposes: 'NT', batch: 128, share: 0.6 }),
  product({ m: 64, n: 32, k: 64, batch: 128, share: 0.6 }),
  product({ m: 256, n: 256, k: 64, transposes: 'NT', batch: 48, share: 0.6 }),
];

/** Of queries, keys and values [batch, heads, tokens, size]; `heads` reads them from a packed projection [batch, tokens, 3, heads, size]. */
function attention(batch: number, heads: number, tokens: number, size: number, isCausal: boolean, backward: boolean): OperationRow {
  const flops = 4 * batch * heads * tokens * tokens * size * (isCausal ? 0.5 : 1) * (backward ? 2.5 : 1);
  return row('attention', {
    op: 'attention',
    name: `attention${isCausal ? ', causal' : ''}${backward ? ', gradient' : ''}`,
    shapes: [[batch, tokens, 3, heads, size]],
    options: { isCausal },
    ...(backward ? { gradOf: [0] } : {}),
    flops,
    elements: batch * tokens * heads * size * (backward ? 8 : 4),
    mark: { share: 0.6 },
  });
}

export const ATTENTION: readonly OperationRow[] = [false, true].flatMap((backward) => [
  attention(32, 4, 64, 32, false, backward),
  attention(4, 6, 128, 64, true, backward),
  attention(1, 8, 1024, 64, false, backward),
  attention(1, 8, 1024, 64, true, backward),
]);
