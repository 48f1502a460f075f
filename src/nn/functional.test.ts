import { Generator, nn, randn, ShapeError, type Tensor, zeros } from 'hone';
import { expect, test } from 'vitest';

const F = nn.functional;

test('a model made of functions is the same model made of layers', () => {
  const generator = new Generator(3);
  const x = randn([2, 1, 8, 8], { generator });
  const [conv, norm, fc] = [new nn.Conv2d(1, 4, 3, { padding: 1 }), new nn.BatchNorm2d(4), new nn.Linear(64, 5)];
  const layers = new nn.Sequential(conv, norm, new nn.ReLU(), new nn.MaxPool2d(2), new nn.Flatten(), fc, new nn.LogSoftmax(1));
  layers.eval();

  let y = F.conv2d(x, conv.weight, conv.bias, { padding: 1 });
  y = F.relu(F.batchNorm(y, norm.runningMean, norm.runningVar, norm.weight, norm.bias));
  y = F.dropout(F.maxPool2d(y, 2), 0.5, layers.training);
  y = F.logSoftmax(F.linear(y.flatten(1), fc.weight, fc.bias), 1);
  expect(y.toArray()).toEqual(layers.forward(x).toArray());
});

test('a batch norm of the wrong width says which width it needs', () => {
  class Net extends nn.Module {
    fc1 = new nn.Linear(32 * 32, 256);
    bn1 = new nn.BatchNorm1d(32 * 32);
    forward(x: Tensor): Tensor {
      return F.relu(this.bn1.forward(this.fc1.forward(x.reshape(-1, 32 * 32))));
    }
  }
  const call = () => new Net().forward(zeros([2, 32, 32]));
  expect(call).toThrow(ShapeError);
  expect(call).toThrow(
    'input has 256 features ([2, 256]), the layer was made for 1024. Make it nn.BatchNorm1d(256), the width of what comes in.',
  );
});
