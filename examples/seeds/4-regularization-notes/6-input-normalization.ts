/**
 * Normalization of the input: subtract the mean and divide by the standard deviation, or stretch from 0 to 1. One value far out spoils the
 * second. scikit-learn's StandardScaler and MinMaxScaler are two lines of tensors each; for images there is `normalize` of the data set.
 */
import { type Tensor, tensor } from 'hone';
import { DataLoader } from 'hone/data';
import { datasets } from 'hone/vision';

/** StandardScaler: mean 0 and variance 1 in each column. */
function standardScaler(x: Tensor): Tensor {
  return x.sub(x.mean(0)).div(x.std(0, { correction: 0 }));
}

/** MinMaxScaler: from 0 to 1 in each column. */
function minMaxScaler(x: Tensor): Tensor {
  const [min, max] = [x.amin(0), x.amax(0)];
  return x.sub(min).div(max.sub(min));
}

const x = tensor([
  [1, 100],
  [2, 200],
  [3, 300],
  [4, 9000], // far out
]);
console.log(`standard: ${standardScaler(x)}`);
console.log(`min to max: ${minMaxScaler(x)}`);

// Mean and standard deviation come from the training set, for the test set too
const plain = new DataLoader(new datasets.Digits({ train: true }), { batchSize: 8000 });
for (const [images] of plain) {
  const [mean, std] = [images.mean().item(), images.std().item()];
  console.log(`training set: mean ${mean.toFixed(4)}, standard deviation ${std.toFixed(4)}`);
  for (const train of [true, false]) {
    const loader = new DataLoader(new datasets.Digits({ train, normalize: { mean, std } }), { batchSize: 8000 });
    for (const [normalized] of loader) {
      const name = train ? 'training' : 'test';
      console.log(
        `${name} set, normalised: mean ${normalized.mean().item().toFixed(3)}, standard deviation ${normalized.std().item().toFixed(3)}`,
      );
    }
  }
}
