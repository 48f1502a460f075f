/**
 * (2) Initial weights and batch normalization: weights all 0 stay equal, He's learn well, and with batch norm better still. `--epochs 17`
 * for a longer run.
 */
import { F, manualSeed, nn, noGrad, optim, type Tensor } from 'hone';
import { readArguments } from '../shared/arguments.js';
import { evaluation, load, loaders, validation } from './common.js';

const { epochs, batchSize, seed, root } = readArguments({ epochs: 3, batchSize: 100, seed: 0, root: '' });

class Perceptron extends nn.Module {
  fc1 = new nn.Linear(784, 128);
  fc2 = new nn.Linear(128, 64);
  fc3 = new nn.Linear(64, 10);

  override forward(x: Tensor): Tensor {
    x = this.fc1.forward(x);
    x = F.relu(x);
    x = this.fc2.forward(x);
    x = F.relu(x);
    x = this.fc3.forward(x);
    return x;
  }
}

/** Not to be imitated: with all weights 0 every neuron of a layer learns the same. */
class Zeros extends Perceptron {
  constructor() {
    super();
    for (const parameter of this.parameters()) nn.init.zeros_(parameter);
  }
}

class He extends Perceptron {
  constructor() {
    super();
    // He's initialization, normal
    nn.init.kaimingNormal_(this.fc1.weight, { mode: 'fan_out', nonlinearity: 'relu' });
    nn.init.kaimingNormal_(this.fc2.weight, { mode: 'fan_out', nonlinearity: 'relu' });
    nn.init.kaimingNormal_(this.fc3.weight, { mode: 'fan_out', nonlinearity: 'relu' });
  }
}

class BatchNorm extends nn.Module {
  fc1 = new nn.Linear(784, 128);
  bn1 = new nn.BatchNorm1d(128);
  fc2 = new nn.Linear(128, 64);
  bn2 = new nn.BatchNorm1d(64);
  fc3 = new nn.Linear(64, 10);

  constructor() {
    super();
    nn.init.kaimingNormal_(this.fc1.weight, { mode: 'fan_out', nonlinearity: 'relu' });
    nn.init.kaimingNormal_(this.fc2.weight, { mode: 'fan_out', nonlinearity: 'relu' });
    nn.init.kaimingNormal_(this.fc3.weight, { mode: 'fan_out', nonlinearity: 'relu' });
  }

  override forward(x: Tensor): Tensor {
    x = this.fc1.forward(x);
    x = this.bn1.forward(x);
    x = F.relu(x);
    x = this.fc2.forward(x);
    x = this.bn2.forward(x);
    x = F.relu(x);
    x = this.fc3.forward(x);
    return x;
  }
}

for (const Model of [Zeros, He, BatchNorm]) {
  manualSeed(seed);
  const { trainloader, validloader, testloader } = loaders(load(root), batchSize);
  const model = new Model();
  console.log(`${model}`);
  const criterion = new nn.CrossEntropyLoss();
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.001 });

  for (let epoch = 0; epoch < epochs; epoch++) {
    model.train();
    let trainLoss = 0;
    for (let [images, labels] of trainloader) {
      images = images.view(images.size(0), 784);
      const outputs = model.forward(images);
      const loss = criterion.forward(outputs, labels);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      trainLoss += loss.item();
    }

    model.eval();
    const [validLoss, validAccuracy] = validation(model, validloader, criterion);
    console.log(
      `Epoch : ${epoch + 1}/${epochs}.....`,
      `Train Loss : ${(trainLoss / trainloader.length).toFixed(3)}`,
      `Valid Loss : ${(validLoss / validloader.length).toFixed(3)}`,
      `Valid Accuracy : ${(validAccuracy / validloader.length).toFixed(3)}`,
    );
  }

  const [images, labels] = testloader[Symbol.iterator]().next().value as [Tensor, Tensor];
  const rndIdx = 10;
  const logit = noGrad(() => {
    model.eval(); // with batch norm, forward is another computation than in training
    return model.forward(images.select(0, rndIdx).view(1, 784));
  });
  const pred = logit.max(1)[1];
  console.log(`the ${labels.select(0, rndIdx).item()} is taken for a ${pred.item()}`);

  evaluation(model, testloader, criterion);
}
