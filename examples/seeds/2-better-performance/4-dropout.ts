/** Dropout in every block: `nn.Dropout` after the layer whose nodes it drops, at a rate of 0.2 to 0.5. `--epochs 10` for a longer run. */
import { manualSeed, nn, optim, randn, summary, type Tensor } from 'hone';
import { readArguments } from '../shared/arguments.js';
import * as data from './module/data.js';
import * as train from './module/train.js';

const device = 'cpu';

const LR = 0.001;
const BATCH_SIZE = 200;
const { epochs: N_EPOCH, images, seed, root: DATASET_ROOT_PATH } = readArguments({ epochs: 5, images: 60_000, seed: 0, root: '' });
manualSeed(seed);

const trainLoader = data.loadMnistDataset(DATASET_ROOT_PATH, BATCH_SIZE, true, images);
const testLoader = data.loadMnistDataset(DATASET_ROOT_PATH, BATCH_SIZE, false);

class DropoutModel extends nn.Module {
  b1: nn.Sequential;
  b2: nn.Sequential;
  b3: nn.Sequential;
  b4: nn.Sequential;
  output: nn.Sequential;

  constructor(dropRate = 0.5) {
    super();
    this.b1 = new nn.Sequential(new nn.Linear(784, 256), new nn.ReLU(), new nn.Dropout({ p: dropRate }));
    this.b2 = new nn.Sequential(new nn.Linear(256, 256), new nn.ReLU(), new nn.Dropout({ p: dropRate }));
    this.b3 = new nn.Sequential(new nn.Linear(256, 128), new nn.ReLU(), new nn.Dropout({ p: dropRate }));
    this.b4 = new nn.Sequential(new nn.Linear(128, 128), new nn.ReLU(), new nn.Dropout({ p: dropRate }));
    this.output = new nn.Sequential(new nn.Linear(128, 10), new nn.Dropout({ p: dropRate }));
  }

  override forward(X: Tensor): Tensor {
    let out = new nn.Flatten().forward(X);
    out = this.b1.forward(out);
    out = this.b2.forward(out);
    out = this.b3.forward(out);
    out = this.b4.forward(out);
    out = this.output.forward(out);
    return out;
  }
}

const dModel = new DropoutModel().to(device); // dropRate = 0.5, the default
summary(dModel, [BATCH_SIZE, 1, 28, 28]);

const lossFn = new nn.CrossEntropyLoss();
const optimizer = new optim.Adam(dModel.parameters(), { lr: LR });

train.fit(trainLoader, testLoader, dModel, lossFn, optimizer, N_EPOCH, {
  saveBestModel: false,
  earlyStopping: false,
  device,
  mode: 'multi',
});

// What dropout does: about half of the elements become 0, the others twice as large
const a = randn([5, 3]);
const ln = new nn.Linear(3, 4);
const b = ln.forward(a);
const dropout = new nn.Dropout(0.5);
const c = dropout.forward(b);
console.log(`${b}`); // linear
console.log(`${c}`);
