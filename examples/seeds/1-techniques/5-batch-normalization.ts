/** 4. Batch normalization, the exercise: a model with three mistakes, the error that each gives, and the model repaired. */
import { F, HoneError, manualSeed, nn, rand, type Tensor } from 'hone';

manualSeed(0);

/** Everything but the layers, which are right in none but the last of the models below. */
abstract class Base extends nn.Module {
  abstract fc1: nn.Linear;
  abstract bn1: nn.Module;
  abstract fc2: nn.Linear;
  abstract bn2: nn.Module;
  abstract fc3: nn.Linear;

  override forward(x: Tensor): Tensor {
    x = x.view(-1, 32 * 32);
    x = this.fc1.forward(x);
    x = this.bn1.forward(x) as Tensor;
    x = F.relu(x);
    x = this.fc2.forward(x);
    x = this.bn2.forward(x) as Tensor;
    x = F.relu(x);
    return this.fc3.forward(x);
  }
}

/** As the document gives it. */
class Net extends Base {
  fc1 = new nn.Linear(32 * 32, 256);
  bn1 = new nn.BatchNorm1d(32 * 32);
  fc2 = new nn.Linear(256, 128);
  bn2 = new nn.BatchNorm2d(128);
  fc3 = new nn.Linear(64, 4);
}

/** First repair: bn1 gets what fc1 gives, 256 features. */
class Net1 extends Base {
  fc1 = new nn.Linear(32 * 32, 256);
  bn1 = new nn.BatchNorm1d(256);
  fc2 = new nn.Linear(256, 128);
  bn2 = new nn.BatchNorm2d(128);
  fc3 = new nn.Linear(64, 4);
}

/** Second repair: after a fully connected layer there are rows, not images. */
class Net2 extends Base {
  fc1 = new nn.Linear(32 * 32, 256);
  bn1 = new nn.BatchNorm1d(256);
  fc2 = new nn.Linear(256, 128);
  bn2 = new nn.BatchNorm1d(128);
  fc3 = new nn.Linear(64, 4);
}

/** Third repair: fc3 gets the 128 features of fc2. */
class Net3 extends Base {
  fc1 = new nn.Linear(32 * 32, 256);
  bn1 = new nn.BatchNorm1d(256);
  fc2 = new nn.Linear(256, 128);
  bn2 = new nn.BatchNorm1d(128);
  fc3 = new nn.Linear(128, 4);
}

for (const model of [new Net(), new Net1(), new Net2(), new Net3()]) {
  try {
    const output = model.forward(rand([2, 32, 32]));
    console.log(`${model.constructor.name}: runs, output ${output.shape.join(' x ')}`);
  } catch (error) {
    if (!(error instanceof HoneError)) throw error;
    console.log(`${model.constructor.name}: ${error.name}: ${error.message}`);
  }
}

console.log(`${new Net3()}`);
