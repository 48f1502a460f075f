/**
 * What the document repeats for each technique: the loaders, and the loops of training and testing.
 * The models call a field `fc_layer`, not `fcLayer`, as the document does: names of fields are the keys of checkpoints.
 */
import { type nn, noGrad, type optim, type Tensor } from 'hone';
import { DataLoader, type MapDataset, Subset } from 'hone/data';
import { type Image, transforms } from 'hone/vision';
import { MNIST } from '../shared/datasets.js';

export type Digits = MapDataset<[Tensor, number], [Tensor, Tensor]>;
export type Loader = DataLoader<[Tensor, number], [Tensor, Tensor]>;

/** The first `count` samples of a data set. */
export function first(count: number, dataset: Digits): Digits {
  return new Subset(dataset, Array(Math.min(count, dataset.length)).keys()) as Digits;
}

/**
 * Batches for training, shuffled, and for testing; a last batch that is not full is left out. The document has `num_workers=2`: of images
 * in memory batches are made sooner than workers could hand them over. 3-data-augmentation.ts has workers.
 */
export function loaders(
  root: string,
  images: number,
  batchSize: number,
  transform: transforms.TransformOf<Image, Tensor> = new transforms.ToTensor(),
): { trainLoader: Loader; testLoader: Loader } {
  const mnistTrain = first(images, MNIST(root, { train: true, transform, targetTransform: null, download: true }));
  const mnistTest = first(images, MNIST(root, { train: false, transform, targetTransform: null, download: true }));
  return {
    trainLoader: new DataLoader(mnistTrain, { batchSize, shuffle: true, dropLast: true }),
    testLoader: new DataLoader(mnistTest, { batchSize, shuffle: false, dropLast: true }),
  };
}

/** One epoch. @returns the mean of the batches' losses. */
export function train(
  trainLoader: Loader,
  model: nn.Module,
  lossFunc: nn.CrossEntropyLoss,
  optimizer: Pick<optim.Optimizer, 'step' | 'zeroGrad'>,
): number {
  let total = 0;
  for (const [, [image, label]] of trainLoader.entries()) {
    const x = image.to('cpu');
    const y_ = label.to('cpu');

    optimizer.zeroGrad();
    const output = model.forward(x) as Tensor;
    const loss = lossFunc.forward(output, y_);
    loss.backward();
    optimizer.step();
    total += loss.item();
  }
  return total / trainLoader.length;
}

/** Prints the share of the test set that is right, in per cent. */
export function test(testLoader: Loader, model: nn.Module): void {
  let correct = 0;
  let total = 0;

  noGrad(() => {
    for (const [image, label] of testLoader) {
      const x = image.to('cpu');
      const y_ = label.to('cpu');

      const output = model.forward(x) as Tensor;
      const [, outputIndex] = output.max(1);

      total += label.size(0);
      correct += outputIndex.eq(y_).sum().float().item();
    }
  });

  console.log(`Accuracy of Test Data: ${((100 * correct) / total).toFixed(2)}`);
}
