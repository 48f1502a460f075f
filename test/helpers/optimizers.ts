/** The optimizers, from what is exported: a new one is tested as the others are. */
import { optim, type Tensor } from 'hone';

type Any = optim.Optimizer<{ lr: number }>;
type Make = new (params: Iterable<Tensor>, options?: object) => Any;

/** Every optimizer by its name but LBFGS, which needs a closure. */
export const optimizers: readonly (readonly [name: string, Kind: Make])[] = Object.entries(optim as unknown as Record<string, Make>).filter(
  ([name, Kind]) => Kind.prototype instanceof optim.Optimizer && name !== 'LBFGS',
);
