/**
 * 3. Dropout, the exercise: three fully connected layers for [N, 1, 32, 32] and 8 classes, ReLU between them, dropout of 25 % on the input
 * and of 20 % on fc2, with `nn.Dropout`.
 */
import { F, manualSeed, nn, rand, type Tensor } from 'hone';

class Net extends nn.Module {
  dropout1 = new nn.Dropout(0.25);
  fc1 = new nn.Linear(32 * 32, 256);
  fc2 = new nn.Linear(256, 128);
  dropout2 = new nn.Dropout(0.2);
  fc3 = new nn.Linear(128, 8);

  override forward(x: Tensor): Tensor {
    x = x.view(-1, 32 * 32);
    x = this.dropout1.forward(x);
    x = F.relu(this.fc1.forward(x));
    x = F.relu(this.fc2.forward(x));
    x = this.dropout2.forward(x);
    return this.fc3.forward(x);
  }
}

manualSeed(0);
const model = new Net();
console.log(`${model}`);

const x = rand([4, 1, 32, 32]);
console.log('output:', model.forward(x).shape);

// In training other neurons are dropped each time, in evaluation none.
console.log('two passes in training agree:', model.forward(x).equal(model.forward(x)));
model.eval();
console.log('two passes in evaluation agree:', model.forward(x).equal(model.forward(x)));

manualSeed(1);
model.train();
console.log(`first row in training: ${model.forward(x).select(0, 0).detach()}`);
