/** What these notes are tried on: a perceptron, some of the digits as rows of 784 pixels, a loop of training, and the share that is right. */
import { type nn, noGrad, type optim, type Tensor } from 'hone';
import { DataLoader, type MapDataset, Subset } from 'hone/data';
import { datasets } from 'hone/vision';

type Digits = MapDataset<[Tensor, number], [Tensor, Tensor]>;
export type Loader = DataLoader<[Tensor, number], [Tensor, Tensor]>;

/** Loaders of the first `images` digits for training, and of as many for testing. */
export function loaders(images: number, batchSize = 50): { trainLoader: Loader; testLoader: Loader } {
  const some = (digits: Digits) => new Subset(digits, Array(Math.min(images, digits.length)).keys());
  return {
    trainLoader: new DataLoader(some(new datasets.Digits({ train: true })), { batchSize, shuffle: true }),
    testLoader: new DataLoader(some(new datasets.Digits({ train: false })), { batchSize }),
  };
}

/** One epoch; `penalty` is added to the loss of each batch. @returns the mean of the batches' losses, without it. */
export function train(
  loader: Loader,
  model: nn.Module,
  criterion: nn.CrossEntropyLoss,
  optimizer: Pick<optim.Optimizer, 'step' | 'zeroGrad'>,
  penalty?: () => Tensor,
): number {
  model.train();
  let total = 0;
  for (const [x, y] of loader) {
    optimizer.zeroGrad();
    const loss = criterion.forward(model.forward(x.flatten(1)) as Tensor, y);
    total += loss.item();
    (penalty ? loss.add(penalty()) : loss).backward();
    optimizer.step();
  }
  return total / loader.length;
}

/** The share of a loader's samples that is right, in evaluation. */
export function accuracy(loader: Loader, model: nn.Module): number {
  model.eval();
  let correct = 0;
  noGrad(() => {
    for (const [x, y] of loader) {
      const output = model.forward(x.flatten(1)) as Tensor;
      correct += output.argmax(1).eq(y).sum().item();
    }
  });
  return correct / loader.dataset.length!;
}
