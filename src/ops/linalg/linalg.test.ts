/** What fixtures cannot say of linear algebra: identities whatever the signs, gradients, singular and broken matrices. */
import { autograd, eye, LinAlgError, linalg, luSolve, luUnpack, matrixExp, ones, randn, type Tensor, tensor, zeros } from 'hone';
import { describe, expect, it, test } from 'vitest';

const far = (a: Tensor, b: Tensor): number => (a.numel() === 0 ? 0 : a.sub(b).abs().max().item());
const mT = (x: Tensor) => x.transpose(-2, -1);
const float64 = { dtype: 'float64' } as const;
/** Whether the columns are orthonormal. */
const orthonormal = (x: Tensor): number => far(mT(x).matmul(x), eye(x.shape.at(-1)!, { dtype: x.dtype }));

describe.each(['float64', 'float32'] as const)('decompositions of %s', (dtype) => {
  const close = dtype === 'float64' ? 1e-12 : 2e-4;
  test.each([[[1, 1]], [[4, 4]], [[3, 5, 3]], [[2, 2, 3, 5]], [[70, 70]], [[100, 40]], [[40, 100]], [[2, 0, 0]], [[0, 3, 3]], [[5, 0]]])(
    'multiply to the matrix: %j',
    (shape) => {
      const a = randn(shape, { dtype });
      const k = Math.min(...shape.slice(-2));
      for (const mode of ['reduced', 'complete'] as const) {
        const [q, r] = linalg.qr(a, { mode });
        expect([far(q.matmul(r), a) < close, orthonormal(q) < close]).toEqual([true, true]);
        expect(far(r, r.triu())).toBe(0);
      }
      const [u, s, vh] = linalg.svd(a);
      const product = u
        .narrow(-1, 0, k)
        .mul(s.unsqueeze(-2))
        .matmul(vh.narrow(-2, 0, k));
      expect([far(product, a) < close, orthonormal(u) < close, orthonormal(mT(vh)) < close]).toEqual([true, true, true]);
      if (k > 0 && s.numel() > 0) expect([s.min().item() >= 0, far(s, s.sort(-1, true)[0])]).toEqual([true, 0]);
      const [p, l, upper] = linalg.lu(a);
      expect(far(p.matmul(l).matmul(upper), a)).toBeLessThan(close);
      const unpacked = luUnpack(...linalg.luFactor(a));
      for (const [i, part] of [p, l, upper].entries()) expect(far(part, unpacked[i]!)).toBe(0);
    },
  );

  test.each([[[1, 1]], [[2, 4, 4]], [[70, 70]], [[0, 0]]])('of symmetric matrices: %j', (shape) => {
    const a = randn(shape, { dtype });
    const symmetric = a.add(mT(a));
    const [w, v] = linalg.eigh(symmetric);
    expect([far(v.mul(w.unsqueeze(-2)).matmul(mT(v)), symmetric) < close, orthonormal(v) < close]).toEqual([true, true]);
    const positive = a.matmul(mT(a)).add(eye(shape.at(-1)!, { dtype }));
    const l = linalg.cholesky(positive);
    expect([far(l.matmul(mT(l)), positive) < close * 10, far(linalg.cholesky(positive, { upper: true }), mT(l)) < close]).toEqual([
      true,
      true,
    ]);
    const b = randn([...shape.slice(0, -1), 3], { dtype });
    const [lu, pivots] = linalg.luFactor(positive);
    expect(far(positive.matmul(luSolve(lu, pivots, b)), b)).toBeLessThan(close * 10);
    expect(far(mT(positive).matmul(luSolve(lu, pivots, b, { adjoint: true })), b)).toBeLessThan(close * 10);
    expect(far(luSolve(lu, pivots, mT(b), { left: false }).matmul(positive), mT(b))).toBeLessThan(close * 10);
  });
});

describe('gradients', () => {
  const a = randn([2, 4, 4], float64);
  const check = (f: (x: Tensor) => Tensor | readonly Tensor[], x: Tensor) => {
    const leaf = x.detach().clone().requiresGrad_();
    expect(autograd.gradcheck(f as never, [leaf])).toBe(true);
    expect(autograd.gradgradcheck(f as never, [leaf])).toBe(true);
  };
  it('are those of finite differences, twice', () => {
    const symmetric = (x: Tensor) => x.add(mT(x));
    check((x) => linalg.eigvalsh(symmetric(x)), a);
    check((x) => {
      const [w, v] = linalg.eigh(symmetric(x));
      return [w, v.abs()];
    }, a);
    check((x) => linalg.cholesky(x.matmul(mT(x)).add(eye(4, float64))), a);
    for (const x of [randn([4, 3], float64), randn([3, 4], float64)]) check((y) => linalg.svd(y, { fullMatrices: false })[1], x);
    check((x) => matrixExp(x), a);
    const [lu, pivots] = linalg.luFactor(a);
    check((x) => luSolve(x, pivots, ones([4, 1], float64)), lu);
  });

  it('of the determinant of a singular matrix are its cofactors', () => {
    const x = tensor([[1, 2], [2, 4]], { ...float64, requiresGrad: true }); // biome-ignore format: a matrix
    linalg.det(x).backward();
    expect(far(x.grad!, tensor([[4, -2], [-2, 1]], float64))).toBeLessThan(1e-12); // biome-ignore format: a matrix
  });
});

describe('matrices that have no such decomposition', () => {
  it('are named errors', () => {
    const message = (f: () => unknown) => {
      expect(f).toThrow(LinAlgError);
      return expect(f);
    };
    message(() => linalg.inv(zeros([2, 2]))).toThrow('inv: the matrix is singular: its pivot 1 is zero');
    message(() => linalg.solve(ones([3, 2, 2]), ones([2, 1]))).toThrow(
      'its pivot 2 is zero, so that it has no inverse. linalg.lstsq or linalg.pinv give what comes nearest (batch element 0)',
    );
    message(() => linalg.cholesky(tensor([[1, 2], [2, 1]]))).toThrow('its leading minor of order 2 is not positive'); // biome-ignore format: a matrix
    const broken = tensor([[1, Number.NaN], [Number.NaN, 1]]); // biome-ignore format: a matrix
    message(() => linalg.svd(broken)).toThrow('svd: the input has values that are not finite');
    message(() => linalg.eigh(broken)).toThrow('eigh: the input has values that are not finite');
    expect(() => linalg.qr(ones([2, 2]), { mode: 'full' as never })).toThrow("qr: mode is \"full\", expected 'reduced', 'complete' or 'r'");
    expect(() => linalg.inv(ones([2, 3]))).toThrow('inv: A is [2, 3], expected square matrices');
    expect(() => linalg.inv(ones([2, 2], { dtype: 'int64' }))).toThrow(
      "inv: A is int64, expected float32 or float64. Use A.to('float32').",
    );
    expect(() => linalg.solveTriangular(ones([2, 2]), ones([2, 2]), {} as never)).toThrow('Say which triangle A is');
    expect(() => luSolve(ones([2, 2]), tensor([1, 9], { dtype: 'int32' }), ones([2, 1]))).toThrow('row 9 is outside 1..2');
  });

  it('of low rank, tiny and huge values are decomposed', () => {
    const rank1 = tensor([[1, 2, 3], [2, 4, 6], [3, 6, 9]], float64); // biome-ignore format: a matrix
    expect(linalg.matrixRank(rank1).item()).toBe(1);
    for (const scale of [1, 1e-300, 1e300]) {
      const [u, s, vh] = linalg.svd(rank1.mul(scale));
      expect([
        orthonormal(u) < 1e-14,
        orthonormal(mT(vh)) < 1e-14,
        Math.abs((s.toArray() as number[])[0]! / scale / 14 - 1) < 1e-14,
      ]).toEqual([true, true, true]);
      expect(Math.abs((linalg.eigvalsh(rank1.mul(scale)).toArray() as number[])[2]! / scale / 14 - 1)).toBeLessThan(1e-14);
    }
    const [u, s, vh] = linalg.svd(zeros([3, 2]));
    expect([orthonormal(u), s.toArray(), orthonormal(vh)]).toEqual([0, [0, 0], 0]);
    const graded = tensor([[1, 1e-10, 0], [1e-10, 1e-20, 1e-30], [0, 1e-30, 1e-40]], float64); // biome-ignore format: a matrix
    const [w, v] = linalg.eigh(graded);
    expect(far(v.mul(w.unsqueeze(-2)).matmul(mT(v)), graded)).toBeLessThan(1e-15);
  });
});
