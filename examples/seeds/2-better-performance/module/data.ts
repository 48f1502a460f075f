/** The document's module/data.py: loaders of MNIST and Fashion-MNIST. */
import type { Tensor } from 'hone';
import { DataLoader, Subset } from 'hone/data';
import { transforms } from 'hone/vision';
import { FashionMNIST, type Images, MNIST } from '../../shared/datasets.js';

type Loader = DataLoader<[Tensor, number], [Tensor, Tensor]>;

/**
 * A loader of MNIST.
 * @param rootPath the folder of its files; '' for the digits that come with Hone.
 * @param images how many of them. Default: all.
 */
export function loadMnistDataset(rootPath: string, batchSize: number, isTrain = true, images?: number): Loader {
  const transform = new transforms.Compose([new transforms.ToTensor()]);
  const dataset = MNIST(rootPath, { train: isTrain, download: true, transform });
  return new DataLoader(first(dataset, images), { batchSize, shuffle: isTrain }); // for training shuffled, for testing in order
}

/** A loader of Fashion-MNIST; otherwise as {@link loadMnistDataset}. */
export function loadFashionMnistDataset(rootPath: string, batchSize: number, isTrain = true, images?: number): Loader {
  const transform = new transforms.Compose([new transforms.ToTensor()]);
  const dataset = FashionMNIST(rootPath, { train: isTrain, download: true, transform });
  return new DataLoader(first(dataset, images), { batchSize, shuffle: isTrain });
}

/** The document trains on all; a short run takes the first ones. */
const first = (dataset: Images, count = dataset.length) => new Subset(dataset, Array(Math.min(count, dataset.length)).keys());
