// The middle of run.py: goes on from PyTorch's checkpoint and leaves one for it. Arguments: optimizer, checkpoint, where to save, steps.
import { F, Generator, getRngState, load, nn, optim, randint, randn, save, setRngState, type Tensor } from 'hone';

class Net extends nn.Module {
  fc1 = new nn.Linear(20, 64);
  bn1 = new nn.BatchNorm1d(64);
  drop = new nn.Dropout(0.2);
  fc2 = new nn.Linear(64, 5);

  override forward(x: Tensor): Tensor {
    return this.fc2.forward(this.drop.forward(this.bn1.forward(this.fc1.forward(x)).relu()));
  }
}

interface Checkpoint {
  model: nn.StateDict;
  optimizer: optim.OptimizerStateDict;
  scheduler: Parameters<optim.lrScheduler.StepLR['loadStateDict']>[0];
  rng: Tensor;
}

const [name, from, to, steps] = process.argv.slice(2) as [string, string, string, string];
const source = new Generator(1);
const x = randn([500, 20], { generator: source });
const y = x.matmul(randn([20, 5], { generator: source })).argmax(1);

const model = new Net();
const made: Record<string, () => optim.Optimizer> = {
  SGD: () => new optim.SGD(model.parameters(), { lr: 0.05, momentum: 0.9, weightDecay: 1e-3, nesterov: true }),
  Adam: () => new optim.Adam(model.parameters(), { lr: 0.003 }),
  AdamW: () => new optim.AdamW(model.parameters(), { lr: 0.003, amsgrad: true }),
  RMSprop: () => new optim.RMSprop(model.parameters(), { lr: 0.002, momentum: 0.5, centered: true }),
  Adagrad: () => new optim.Adagrad(model.parameters(), { lr: 0.02 }),
};
const optimizer = made[name]!();
const scheduler = new optim.lrScheduler.StepLR(optimizer, { stepSize: 40, gamma: 0.5 });

const checkpoint = load<Checkpoint>(from);
model.loadStateDict(checkpoint.model);
optimizer.loadStateDict(checkpoint.optimizer);
scheduler.loadStateDict(checkpoint.scheduler);
setRngState(checkpoint.rng);

const losses: number[] = [];
for (let step = 0; step < Number(steps); step++) {
  const batch = randint(0, 500, [32]);
  const loss = F.crossEntropy(model.forward(x.indexSelect(0, batch)), y.indexSelect(0, batch));
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  scheduler.step();
  losses.push(loss.item());
}
save({ model: model.stateDict(), optimizer: optimizer.stateDict(), scheduler: scheduler.stateDict(), rng: getRngState(), losses }, to);
