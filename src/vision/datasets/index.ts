/** The data sets of `hone/vision`, as torchvision groups them. */

export type { DigitsOptions } from '../digits.js';
export { Digits, digits, digitsBytes } from '../digits.js';
export type {
  DatasetFolderOptions,
  FileLoader,
  FolderOptions,
  OnError,
  SkippedSample,
} from '../folder/dataset-folder.js';
export { DatasetFolder } from '../folder/dataset-folder.js';
export type { ImageFolderOptions } from '../folder/image-folder.js';
export { ImageFolder } from '../folder/image-folder.js';
export type { FolderClasses, FolderFile, FolderRoot, FolderSample, MakeDatasetOptions } from '../folder/make-dataset.js';
export { IMG_EXTENSIONS } from '../folder/make-dataset.js';
export type { ImageOptions as ImageDatasetOptions } from '../image-dataset.js';
export { ImageDataset } from '../image-dataset.js';
export type { TransformOf } from '../transforms/base/functions.js';
export type { CIFAR10Options, CIFAR10Options as CIFAR100Options } from './cifar.js';
export { CIFAR10, CIFAR100 } from './cifar.js';
export type { EMNISTOptions, QMNISTOptions } from './emnist.js';
export { EMNIST, QMNIST } from './emnist.js';
export type { FakeDataOptions } from './fake-data.js';
export { FakeData } from './fake-data.js';
export type { LabelledImageDataset, LabelledImageDatasetOptions } from './labelled-images.js';
export type { MNISTOptions, MNISTOptions as FashionMNISTOptions, MNISTOptions as KMNISTOptions } from './mnist.js';
export { FashionMNIST, KMNIST, MNIST } from './mnist.js';
export { VisionDataset } from './vision-dataset.js';
