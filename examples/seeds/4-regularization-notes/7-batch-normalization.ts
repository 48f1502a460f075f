/** Batch normalization: what six layers give to the next, without batch norm and with it. The spread fades, or stays. */
import { manualSeed, nn, type Tensor } from 'hone';
import { DataLoader } from 'hone/data';
import { datasets } from 'hone/vision';

const [images] = new DataLoader(new datasets.Digits({ train: true }), { batchSize: 200 })[Symbol.iterator]().next().value as [
  Tensor,
  Tensor,
];

for (const normalized of [false, true]) {
  manualSeed(0);
  const widths = [784, 128, 128, 128, 128, 128, 128];
  const blocks = widths.slice(1).map((width, i) => {
    const linear = new nn.Linear(widths[i]!, width);
    return normalized ? new nn.Sequential(linear, new nn.BatchNorm1d(width)) : new nn.Sequential(linear);
  });
  let x = images.flatten(1);
  const spreads = blocks.map((block) => {
    const out = block.forward(x);
    x = out.relu();
    return out.std().item().toFixed(3);
  });
  console.log(`${normalized ? 'with batch norm' : 'without'}: ${spreads.join(' ')}`);
}
