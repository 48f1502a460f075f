/** Chains of operations on tiny tensors. */
import type { OverheadTask } from '../workloads/overhead.js';
import { hone, type Tensor } from './hone.js';

export function chainOf({ op, backward, length }: OverheadTask): () => void {
  const F = hone.nn.functional;
  const x = hone.rand([4, 4]);
  x.requiresGrad = true;
  const [y, w] = [hone.rand([4, 4]), hone.eye(4)];
  const apply = {
    add: (a: Tensor) => a.add(y),
    mul: (a: Tensor) => a.mul(y),
    relu: (a: Tensor) => a.relu(),
    linear: (a: Tensor) => F.linear(a, w),
  }[op];
  return () => {
    let h = x;
    for (let i = 0; i < length; i++) h = apply(h);
    if (!backward) return;
    h.sum().backward();
    x.grad = null;
  };
}
