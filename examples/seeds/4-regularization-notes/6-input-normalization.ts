/**
 * Normalization of the input: subtract the mean and divide by the standard deviation (StandardScaler), or stretch from 0 to 1
 * (MinMaxScaler), which one value far out spoils. What is learnt of the training set holds for the test set, too. For images there is
 * transforms.Normalize.
 */
import { tensor } from 'hone';
import { DataLoader, MinMaxScaler, StandardScaler } from 'hone/data';
import { datasets, transforms } from 'hone/vision';

const xTrain = tensor([
  [1, 100],
  [2, 200],
  [3, 300],
  [4, 9000], // far out
]);
const xTest = tensor([[2.5, 1000]]);
const [standard, minMax] = [new StandardScaler(), new MinMaxScaler()];
console.log(`standard: ${standard.fitTransform(xTrain)}`);
console.log(`standard, a row that it has not seen: ${standard.transform(xTest)}`);
console.log(`min to max: ${minMax.fitTransform(xTrain)}`);
console.log(`min to max, a row that it has not seen: ${minMax.transform(xTest)}`);

// Mean and standard deviation come from the training set, for the test set too
const plain = new DataLoader(new datasets.Digits({ train: true }), { batchSize: 8000 });
for (const [images] of plain) {
  const [mean, std] = [images.mean().item(), images.std().item()];
  console.log(`training set: mean ${mean.toFixed(4)}, standard deviation ${std.toFixed(4)}`);
  for (const train of [true, false]) {
    const transform = new transforms.Compose([new transforms.ToTensor(), new transforms.Normalize(mean, std)]);
    const loader = new DataLoader(new datasets.Digits({ train, transform }), { batchSize: 8000 });
    for (const [normalized] of loader) {
      const name = train ? 'training' : 'test';
      console.log(
        `${name} set, normalised: mean ${normalized.mean().item().toFixed(3)}, standard deviation ${normalized.std().item().toFixed(3)}`,
      );
    }
  }
}
