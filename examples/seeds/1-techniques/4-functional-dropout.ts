/** 3. Dropout, the exercise once more: the same model with `F.dropout` in place of `nn.Dropout`. */
import { F, manualSeed, nn, rand, type Tensor } from 'hone';

class Net extends nn.Module {
  fc1 = new nn.Linear(32 * 32, 256);
  fc2 = new nn.Linear(256, 128);
  fc3 = new nn.Linear(128, 8);

  override forward(x: Tensor): Tensor {
    x = x.view(-1, 32 * 32);
    x = F.dropout(x, 0.25, this.training); // the function does not know the model's mode: without the last argument it always drops
    x = F.relu(this.fc1.forward(x));
    x = F.relu(this.fc2.forward(x));
    x = F.dropout(x, 0.2, this.training);
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

// With the same seed these are the numbers of the model with nn.Dropout.
manualSeed(1);
model.train();
console.log(`first row in training: ${model.forward(x).select(0, 0).detach()}`);
