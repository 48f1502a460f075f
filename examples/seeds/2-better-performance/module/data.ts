/** The document's module/data.py. Its MNIST and Fashion-MNIST are the bundled digits here. */
import type { Tensor } from 'hone';
import { DataLoader, type MapDataset, Subset } from 'hone/data';
import { datasets } from 'hone/vision';

/**
 * A loader of the digits, whose pixels are 0..1 as after ToTensor.
 * @param images how many of the 8,000 digits for training, or of the 2,000 for testing. Default: all.
 */
export function loadDigitsDataset(batchSize: number, isTrain = true, images?: number): DataLoader<[Tensor, number], [Tensor, Tensor]> {
  const digits: MapDataset<[Tensor, number], [Tensor, Tensor]> = new datasets.Digits({ train: isTrain });
  const some = new Subset(digits, Array(Math.min(images ?? digits.length, digits.length)).keys());
  return new DataLoader(some, { batchSize, shuffle: isTrain }); // for training shuffled, for testing in order
}
