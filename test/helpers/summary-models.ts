/** The models of conformance/summary.py. */
import { F, nn, ones, type Tensor, zeros } from 'hone';

const { Linear, ReLU, Sequential } = nn;

export class SmallSizeModel extends nn.Module {
  output = new Linear(784, 10);
  forward(x: Tensor) {
    return this.output.forward(new nn.Flatten().forward(x));
  }
}

class BigSizeModel extends nn.Module {
  b1 = new Sequential(new Linear(784, 2048), new ReLU());
  b2 = new Sequential(new Linear(2048, 1024), new ReLU());
  b3 = new Sequential(new Linear(1024, 512), new ReLU());
  b4 = new Sequential(new Linear(512, 256), new ReLU());
  b5 = new Sequential(new Linear(256, 128), new ReLU());
  b6 = new Sequential(new Linear(128, 64), new ReLU());
  output = new Linear(64, 10);
  forward(x: Tensor) {
    x = new nn.Flatten().forward(x);
    for (const block of [this.b1, this.b2, this.b3, this.b4, this.b5, this.b6]) x = block.forward(x);
    return this.output.forward(x);
  }
}

export class DropoutModel extends nn.Module {
  b1 = new Sequential(new Linear(784, 256), new ReLU(), new nn.Dropout(0.5));
  b2 = new Sequential(new Linear(256, 256), new ReLU(), new nn.Dropout(0.5));
  b3 = new Sequential(new Linear(256, 128), new ReLU(), new nn.Dropout(0.5));
  b4 = new Sequential(new Linear(128, 128), new ReLU(), new nn.Dropout(0.5));
  output = new Sequential(new Linear(128, 10), new nn.Dropout(0.5));
  forward(x: Tensor) {
    x = new nn.Flatten().forward(x);
    for (const block of [this.b1, this.b2, this.b3, this.b4, this.output]) x = block.forward(x);
    return x;
  }
}

export class BNModel extends nn.Module {
  b1 = new Sequential(new Linear(784, 256), new nn.BatchNorm1d(256), new ReLU());
  b2 = new Sequential(new Linear(256, 128), new nn.BatchNorm1d(128), new ReLU());
  b3 = new Sequential(new Linear(128, 64), new nn.BatchNorm1d(64), new ReLU());
  output = new Linear(64, 10);
  forward(x: Tensor) {
    x = new nn.Flatten().forward(x);
    for (const block of [this.b1, this.b2, this.b3, this.output]) x = block.forward(x);
    return x;
  }
}

class FMNIST_DNN extends nn.Module {
  fc1 = new Linear(784, 128);
  fc2 = new Linear(128, 64);
  fc3 = new Linear(64, 10);
  forward(x: Tensor) {
    return this.fc3.forward(F.relu(this.fc2.forward(F.relu(this.fc1.forward(x)))));
  }
}

function cnn() {
  const block = (a: number, b: number) =>
    new Sequential(
      new Sequential(new nn.Conv2d(a, b, 3, { padding: 1, bias: false }), new nn.BatchNorm2d(b)),
      new ReLU(),
      new Sequential(new nn.MaxPool2d(2)),
    );
  return new Sequential(
    new Sequential(block(3, 8), block(8, 16)),
    new nn.Dropout2d(0.2),
    new nn.Conv2d(16, 16, [3, 1], { stride: 2, groups: 4 }),
    new nn.AvgPool2d(2, 1),
    new nn.AdaptiveAvgPool2d(1),
    new nn.Flatten(),
    new Linear(16, 10),
    new nn.LogSoftmax(1),
  );
}

class Residual extends nn.Module {
  conv1: nn.Conv2d;
  bn1: nn.BatchNorm2d;
  relu = new ReLU();
  conv2: nn.Conv2d;
  bn2: nn.BatchNorm2d;
  shortcut: nn.Sequential;
  constructor(a: number, b: number) {
    super();
    this.conv1 = new nn.Conv2d(a, b, 3, { padding: 1, bias: false });
    this.bn1 = new nn.BatchNorm2d(b);
    this.conv2 = new nn.Conv2d(b, b, 3, { padding: 1, bias: false });
    this.bn2 = new nn.BatchNorm2d(b);
    this.shortcut = a === b ? new Sequential() : new Sequential(new nn.Conv2d(a, b, 1), new nn.BatchNorm2d(b));
  }
  forward(x: Tensor) {
    const y = this.bn2.forward(this.conv2.forward(this.relu.forward(this.bn1.forward(this.conv1.forward(x)))));
    return this.relu.forward(y.add(this.shortcut.forward(x)));
  }
}

class ResNet extends nn.Module {
  stages = new nn.ModuleList([new nn.ModuleList([new Residual(3, 4), new Residual(4, 4)]), new nn.ModuleList([new Residual(4, 6)])]);
  heads = new nn.ModuleDict({ one: new Linear(6, 2), two: new Linear(6, 3) });
  unused = new Linear(7, 7);
  forward(x: Tensor) {
    for (const stage of this.stages) for (const layer of stage) x = layer.forward(x);
    x = x.mean([2, 3]);
    return { one: this.heads.get('one').forward(x), two: this.heads.get('two').forward(x) };
  }
}

class Shared extends nn.Module {
  first = new Linear(6, 6);
  block = new Sequential(this.first, new ReLU(), new Sequential(new Linear(6, 6), new nn.Tanh()));
  again = this.block;
  list = new nn.ModuleList([this.first, new Linear(6, 2)]);
  forward(x: Tensor) {
    for (let i = 0; i < 2; i++) x = this.again.forward(this.block.forward(this.first.forward(x)));
    return this.list.at(1).forward(this.list.at(0).forward(x));
  }
}

class Text extends nn.Module {
  embedding = new nn.Embedding(50, 12, { paddingIdx: 0 });
  lstm = new nn.LSTM(12, 9, { numLayers: 2, batchFirst: true, bidirectional: true });
  gru = new nn.GRU(18, 5, { batchFirst: true });
  rnn = new nn.RNNCell(5, 4);
  fc = new Linear(4, 3);
  forward(x: Tensor) {
    const [a] = this.lstm.forward(this.embedding.forward(x)) as [Tensor, unknown];
    const [b] = this.gru.forward(a) as [Tensor, Tensor];
    return this.fc.forward(this.rnn.forward(b.select(1, -1)));
  }
}

class Attention extends nn.Module {
  embedding = new nn.Embedding(30, 8);
  positions = new nn.Parameter(zeros([6, 8]));
  encoder = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(8, 2, 16, { batchFirst: true }), 2);
  decoder = new nn.TransformerDecoderLayer(8, 2, 16, { batchFirst: true, normFirst: true });
  attention = new nn.MultiheadAttention(8, 4, { batchFirst: true });
  norm = new nn.LayerNorm(8);
  forward(x: Tensor) {
    x = this.encoder.forward(this.embedding.forward(x).add(this.positions));
    x = this.decoder.forward(x, x);
    [x] = this.attention.forward(x, x, x);
    return this.norm.forward(x);
  }
}

class Frozen extends nn.Module {
  scale = new nn.Parameter(ones([5]));
  shift = new nn.Parameter(ones([5]), false);
  body = new Sequential(new Linear(5, 7), new nn.PReLU(), new Linear(7, 5));
  head = new Linear(5, 2);
  constructor() {
    super();
    this.body.requiresGrad_(false);
    (this.body.at(2) as nn.Linear).bias!.requiresGrad_(true);
    this.head.requiresGrad_(false);
  }
  forward(x: Tensor) {
    return this.head.forward(this.body.forward(x.mul(this.scale).add(this.shift)));
  }
}

class Two extends nn.Module {
  left = new Linear(4, 3);
  right = new nn.Conv1d(2, 3, 3, { stride: 2, padding: 1 });
  both = new nn.Bilinear(3, 3, 2);
  forward(a: Tensor, b: Tensor, { scale = 1 }: { scale?: number } = {}) {
    const [left, right] = [this.left.forward(a), this.right.forward(b).mean(-1)];
    return [this.both.forward(left, right).mul(scale), [left, right]];
  }
}

class Lists extends nn.Module {
  weights = new nn.ParameterList([new nn.Parameter(ones([3, 3])), new nn.Parameter(ones([3]))]);
  none = new nn.ModuleList();
  inner = new Linear(3, 3, { bias: false });
  forward(x: Tensor) {
    return this.inner.forward(x.matmul(this.weights.at(0)).add(this.weights.at(1)));
  }
}

class Volumes extends nn.Module {
  down = new Sequential(new nn.Conv3d(1, 4, [3, 3, 1]), new nn.GroupNorm(2, 4), new nn.LeakyReLU(0.1), new nn.MaxPool3d([2, 2, 1]));
  up = new Sequential(
    new nn.Upsample({ scaleFactor: 2 }),
    new nn.ConvTranspose3d(4, 1, 3, { stride: 2 }),
    new nn.InstanceNorm3d(1, { affine: true }),
  );
  flat = new Sequential(new nn.Unfold(2), new nn.Conv1d(12, 2, 1));
  forward(x: Tensor) {
    return this.flat.forward(this.up.forward(this.down.forward(x)).select(2, 0).expand([-1, 3, -1, -1]));
  }
}

class AModuleWhoseNameIsLongerThanTheColumn extends nn.Module {
  a_layer_with_a_long_name = new Sequential(new Sequential(new Sequential(new Sequential(new Linear(2, 2)))));
  forward(x: Tensor) {
    return this.a_layer_with_a_long_name.forward(x);
  }
}

export const models: Readonly<Record<string, () => nn.Module>> = {
  small: () => new SmallSizeModel(),
  big: () => new BigSizeModel(),
  dropout: () => new DropoutModel(),
  batchNorm: () => new BNModel(),
  dnn: () => new FMNIST_DNN(),
  cnn,
  resnet: () => new ResNet(),
  shared: () => new Shared(),
  text: () => new Text(),
  attention: () => new Attention(),
  frozen: () => new Frozen(),
  two: () => new Two(),
  lists: () => new Lists(),
  volumes: () => new Volumes(),
  long: () => new AModuleWhoseNameIsLongerThanTheColumn(),
  linear: () => new Linear(1000, 125),
  relu: () => new ReLU(),
  lstm: () => new nn.LSTM(3, 4, { projSize: 2 }),
  mha: () => new nn.MultiheadAttention(6, 3),
  words: () => new nn.Embedding(50000, 64),
  double: () => new Sequential(new Linear(3, 4), new nn.BatchNorm1d(4)).double(),
  empty: () => new Sequential(),
};
