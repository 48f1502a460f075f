/**
 * (3) Regularization, saving models, early stopping and a schedule: weight decay (`--weightDecay 0.001`), dropout, the best epoch saved
 * and loaded again. `--epochs 17 --batchSize 16` are the document's.
 */
import { F, load as loadFile, manualSeed, nn, optim, save, type Tensor } from 'hone';
import { SummaryWriter } from 'hone/tensorboard';
import { readArguments } from '../shared/arguments.js';
import { evaluation, load, loaders, validation } from './common.js';

const { epochs, batchSize, weightDecay, patience, seed, root } = readArguments({
  epochs: 6,
  batchSize: 100,
  weightDecay: 0,
  patience: 3,
  seed: 0,
  root: '',
});
manualSeed(seed);
const { trainloader, validloader, testloader } = loaders(load(root), batchSize);

class FMNIST_DNN extends nn.Module {
  fc1 = new nn.Linear(784, 128);
  bn1 = new nn.BatchNorm1d(128);
  fc2 = new nn.Linear(128, 64);
  bn2 = new nn.BatchNorm1d(64);
  fc3 = new nn.Linear(64, 10);

  /** @param repaired the document calls F.dropout without `training`, so that neurons are dropped in evaluation too. */
  constructor(readonly repaired = true) {
    super();
    nn.init.kaimingNormal_(this.fc1.weight, { mode: 'fan_out', nonlinearity: 'relu' });
    nn.init.kaimingNormal_(this.fc2.weight, { mode: 'fan_out', nonlinearity: 'relu' });
    nn.init.kaimingNormal_(this.fc3.weight, { mode: 'fan_out', nonlinearity: 'relu' });
  }

  override forward(x: Tensor): Tensor {
    x = this.fc1.forward(x);
    x = this.bn1.forward(x);
    x = F.relu(x);
    x = this.repaired ? F.dropout(x, 0.5, this.training) : F.dropout(x, 0.5);
    x = this.fc2.forward(x);
    x = this.bn2.forward(x);
    x = F.relu(x);
    x = this.repaired ? F.dropout(x, 0.2, this.training) : F.dropout(x, 0.2);
    x = this.fc3.forward(x);
    return x;
  }
}

const model = new FMNIST_DNN();
console.log(`${model}`);
console.log(Object.keys(model.stateDict()));

const learningRate = 0.001;
const criterion = new nn.CrossEntropyLoss();
// The strength of the regularization is weightDecay
const optimizer = new optim.Adam(model.parameters(), { lr: learningRate, weightDecay });
// The learning rate falls to a tenth after four epochs
const scheduler = new optim.lrScheduler.StepLR(optimizer, { stepSize: 4, gamma: 0.1 });

const writer = new SummaryWriter();
const bestCheckpoint = 'runs/seeds/best_checkpoint.pth';
let minLoss = Number.POSITIVE_INFINITY;
let count = 0;

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

  // Events for TensorBoard
  writer.addScalar('Loss/train', trainLoss / trainloader.length, epoch);
  writer.addScalar('Loss/valid', validLoss / validloader.length, epoch);
  writer.addScalars('Loss/train and valid', { train: trainLoss / trainloader.length, valid: validLoss / validloader.length }, epoch);
  writer.addScalar('Valid Accuracy', validAccuracy / validloader.length, epoch);

  console.log(
    `Epoch : ${epoch + 1}/${epochs}.....`,
    `Train Loss : ${(trainLoss / trainloader.length).toFixed(3)}`,
    `Valid Loss : ${(validLoss / validloader.length).toFixed(3)}`,
    `Valid Accuracy : ${(validAccuracy / validloader.length).toFixed(3)}`,
    `lr : ${scheduler.getLastLr()[0]}`,
  );
  scheduler.step();

  // Save the best model: the one of the lowest validation loss
  if (validLoss < minLoss) {
    minLoss = validLoss;
    count = 0;
    save(model.stateDict(), bestCheckpoint, { makeDirectories: true });
  } else if (++count >= patience) {
    console.log(`Early stopping: Epoch ${epoch + 1}`);
    break;
  }
}

writer.close();

// Loaded again, by a new model
const stateDict = loadFile(bestCheckpoint) as Record<string, Tensor>;

const loadedModel = new FMNIST_DNN();
console.log(`${loadedModel.loadStateDict(stateDict)}`);

loadedModel.eval();
evaluation(loadedModel, testloader, criterion);

// The document's forward drops neurons in evaluation too, and loses by it
const documents = new FMNIST_DNN(false);
documents.loadStateDict(stateDict);
documents.eval();
console.log('with F.dropout(x, 0.5), which does not know of eval():');
evaluation(documents, testloader, criterion);
