/** What the document repeats: the data, validation and evaluation. */
import { type nn, noGrad, type Tensor } from 'hone';
import { DataLoader, randomSplit } from 'hone/data';
import { transforms } from 'hone/vision';
import { FashionMNIST } from '../shared/datasets.js';

type Batch = [Tensor, Tensor];
export type Loader = DataLoader<[Tensor, number], Batch>;

/** 50,000 pictures of clothes to train, 10,000 to validate, 10,000 to test; of the digits 7,000, 1,000 and 2,000. */
export function load(root: string) {
  const whole = FashionMNIST(root, { download: true, train: true, transform: new transforms.ToTensor() });
  const testset = FashionMNIST(root, { download: true, train: false, transform: new transforms.ToTensor() });

  const [trainset, validset] = randomSplit(whole, whole.length === 60_000 ? [50_000, 10_000] : [7000, 1000]);
  return { trainset: trainset!, validset: validset!, testset };
}

export function loaders(
  sets: ReturnType<typeof load>,
  batchSize: number,
): { trainloader: Loader; validloader: Loader; testloader: Loader } {
  return {
    trainloader: new DataLoader(sets.trainset, { batchSize, shuffle: true }), // to train
    validloader: new DataLoader(sets.validset, { batchSize, shuffle: false }), // to validate
    testloader: new DataLoader(sets.testset, { batchSize, shuffle: false }), // to test
  };
}

/** @returns the losses of the batches added up, and their accuracies. */
export function validation(model: nn.Module, validloader: Loader, criterion: nn.CrossEntropyLoss): [loss: number, accuracy: number] {
  // The largest of the scores (logits) is the prediction; it is compared with the answer
  let validAccuracy = 0;
  let validLoss = 0;

  // Predictions need no gradients
  noGrad(() => {
    for (let [images, labels] of validloader) {
      // 1. The input: rows of 784 pixels
      images = images.view(images.size(0), 784);
      // 2. Forward
      const logits = model.forward(images) as Tensor;
      const [, preds] = logits.max(1);
      const correct = preds.eq(labels).sum();

      const accuracy = correct.item() / images.shape[0]!;
      const loss = criterion.forward(logits, labels); // of this batch

      validAccuracy += accuracy;
      validLoss += loss.item();
    }
  });
  return [validLoss, validAccuracy];
}

/** Prints loss and accuracy on the test set; the model is as it is, in training or in evaluation. */
export function evaluation(model: nn.Module, testloader: Loader, criterion: nn.CrossEntropyLoss): void {
  const [testLoss, testAccuracy] = validation(model, testloader, criterion);
  console.log(`Test Loss : ${(testLoss / testloader.length).toFixed(4)}`);
  console.log(`Test Accuracy : ${(testAccuracy / testloader.length).toFixed(4)}`);
}
