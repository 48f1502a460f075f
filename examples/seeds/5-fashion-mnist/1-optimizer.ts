/**
 * (1) TensorBoard and optimizer: the data looked at, a perceptron, Adam (`--sgd 1` for SGD), training with validation, a prediction, the
 * evaluation. `--batchSize 16` and `--epochs 17` are the document's.
 * `tensorboard --logdir runs`, or `hone tensorboard`, shows the curves of all runs over each other, Adam's and SGD's.
 */
import { F, manualSeed, nn, noGrad, optim, randint, summary, type Tensor } from 'hone';
import { imageGrid } from 'hone/report';
import { SummaryWriter } from 'hone/tensorboard';
import { readArguments } from '../shared/arguments.js';
import { show } from '../shared/pictures.js';
import { evaluation, load, loaders, validation } from './common.js';

const { epochs, batchSize, sgd, seed, root } = readArguments({ epochs: 5, batchSize: 100, sgd: 0, seed: 0, root: '' });
manualSeed(seed);

// 1. Data

const sets = load(root);
const { trainset, validset, testset } = sets;

console.log(trainset.constructor.name, trainset.length);
console.log(validset.constructor.name, validset.length);
console.log(testset.constructor.name, testset.length);

const [sampleImg, sampleLabel] = trainset.get(0);
console.log(sampleImg.constructor.name, typeof sampleLabel);
console.log(sampleImg.size());

// 2. Pictures

// a tensor
await show('5-sample.svg', imageGrid(sampleImg.select(0, 0), { cmap: 'gray', size: 280 })); // plt.imshow(sample_img[0], cmap='gray')

// an array, as PyTorch's numpy()
const array = sampleImg.toArray() as number[][][];
console.log(array.length, array[0]!.length, array[0]![0]!.length);

// the dims in another order
const sampleTensor = sampleImg.permute(1, 2, 0).squeeze(2);
console.log(sampleTensor.size());

const labelsMap = testset.classes;

// 32 at random in 4 rows of 8, with their names above them, no axes
const chosen = Array.from({ length: 32 }, () => trainset.get(randint(trainset.length, [1]).item()));
const titles = chosen.map(([, label]) => labelsMap[label]!);
await show('5-samples.svg', imageGrid(chosen, { rows: 4, columns: 8, titles }));
console.log('32 at random:', titles.join(' '));

// 3. Loaders

const { trainloader, validloader, testloader } = loaders(sets, batchSize);

console.log(trainloader.constructor.name, trainloader.length);
console.log(validloader.constructor.name, validloader.length);
console.log(testloader.constructor.name, testloader.length);

const trainIter = trainloader[Symbol.iterator]();
const [firstImages, firstLabels] = trainIter.next().value!;
console.log(firstImages.size(), firstLabels.size());

// 4. Model

class FMNIST_DNN extends nn.Module {
  // fully connected layers (dense layers, affine layers): x w + b
  fc1 = new nn.Linear(784, 128);
  fc2 = new nn.Linear(128, 64);
  fc3 = new nn.Linear(64, 10);

  override forward(x: Tensor): Tensor {
    x = this.fc1.forward(x);
    x = F.relu(x);
    x = this.fc2.forward(x);
    x = F.relu(x);
    x = this.fc3.forward(x);
    // x = F.softmax(x, 1);
    return x;
  }
}

const model = new FMNIST_DNN();
console.log(`${model}`);

for (const [name, parameter] of model.namedParameters()) console.log(name, parameter.size());

summary(model, [1, 784], { style: 'torchsummary' }); // (channel, input_size)

// 5. Loss and optimizer

const learningRate = 0.001;
const criterion = new nn.CrossEntropyLoss();
const optimizer = sgd ? new optim.SGD(model.parameters(), { lr: 0.1 }) : new optim.Adam(model.parameters(), { lr: learningRate });

// 6. Training, with validation

const writer = new SummaryWriter();

let steps = 0;
const stepsPerEpoch = trainloader.length;

for (let epoch = 0; epoch < epochs; epoch++) {
  model.train();
  let trainLoss = 0;
  for (let [images, labels] of trainloader) {
    steps += 1;
    // 1. The input: rows of 784 pixels
    images = images.view(images.size(0), 784);

    // 2. Forward
    const outputs = model.forward(images);
    const loss = criterion.forward(outputs, labels);

    // 3. Backward
    optimizer.zeroGrad(); // gradients would add up otherwise
    loss.backward();

    // 4. Gradient descent: w <- w - lr * gradient
    optimizer.step();

    trainLoss += loss.item();
    if (steps % stepsPerEpoch === 0) {
      // at the end of each epoch
      model.eval(); // batch norm and dropout act otherwise in training
      const [validLoss, validAccuracy] = validation(model, validloader, criterion);

      // Events for TensorBoard
      writer.addScalar('Loss/train', trainLoss / trainloader.length, epoch);
      writer.addScalar('Loss/valid', validLoss / validloader.length, epoch);
      writer.addScalars(
        'Loss/train and valid',
        {
          train: trainLoss / trainloader.length,
          valid: validLoss / validloader.length,
        },
        epoch,
      );

      writer.addScalar('Valid Accuracy', validAccuracy / validloader.length, epoch);

      console.log(
        `Epoch : ${epoch + 1}/${epochs}.....`,
        `Train Loss : ${(trainLoss / trainloader.length).toFixed(3)}`,
        `Valid Loss : ${(validLoss / validloader.length).toFixed(3)}`,
        `Valid Accuracy : ${(validAccuracy / validloader.length).toFixed(3)}`,
      );
      trainLoss = 0;
      model.train();
    }
  }
}

writer.flush();
console.log(`curves in ${writer.getLogdir()}: hone tensorboard runs`);
writer.close();

// 7. A prediction

const testIter = testloader[Symbol.iterator]();
const [images, labels] = testIter.next().value!;
console.log(images.size(), labels.size());

const rndIdx = 10;
const flattendImg = images.select(0, rndIdx).view(1, 784);
const logit = noGrad(() => model.forward(flattendImg));

const pred = logit.max(1)[1];
console.log(`${pred.eq(labels.select(0, rndIdx))}`);
await show(
  '5-prediction.svg',
  imageGrid(images.select(0, rndIdx), { size: 280, predictions: pred, labels: labels.narrow(0, rndIdx, 1), classes: labelsMap }),
);

// 8. Evaluation

model.eval();
evaluation(model, testloader, criterion);
