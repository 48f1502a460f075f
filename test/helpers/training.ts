/** Small trainings for tests. */
import { manualSeed, nn, ones, optim, randn, type Tensor, zeros } from 'hone';
import { DataLoader, TensorDataset } from 'hone/data';
import { accuracy, type Callback, type FitOptions, metric } from 'hone/train';

/** Points in four dims, class 1 where their sum is above 0. */
export function points(n: number) {
  const x = randn([n, 4]);
  return new TensorDataset(x, x.sum(1).gt(0).long());
}

/** A linear classifier with everything that fit needs; `over` replaces some. */
export function setting(epochs = 3) {
  manualSeed(0);
  const data = points(64);
  const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 2));
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.02 });
  const train = new DataLoader(data, { batchSize: 16, shuffle: true });
  const validation = new DataLoader(points(32), { batchSize: 16 });
  return { model, options: { train, validation, loss: new nn.CrossEntropyLoss(), optimizer, epochs, metrics: [accuracy()] } };
}

/** A model of one weight whose validation loss follows a script, one value per epoch. */
class Scripted extends nn.Module {
  weight = new nn.Parameter(zeros([1]));
  forward(x: Tensor): Tensor {
    return x.mul(this.weight);
  }
}

/**
 * {@link Scripted}, and what fit needs to train it by `losses`, one an epoch; by `scores` there is an accuracy, too. After epoch n, counted
 * over resumed trainings, the weight is n.
 */
export function scripted(losses: readonly number[], scores?: readonly number[]) {
  const model = new Scripted();
  const optimizer = new optim.SGD(model.parameters(), { lr: 1 });
  let epoch = 0;
  const counting: Callback = { onEpochStart: (run) => void (epoch = run.epoch) };
  // In training the weight gets the gradient -1. In evaluation the loss is the script's.
  const loss = (output: Tensor, target: Tensor) =>
    model.training
      ? output.sub(target).mean().neg()
      : output
          .mul(0)
          .add(losses[epoch - 1]!)
          .mean();
  const batch = [ones([1]), zeros([1])] as [Tensor, Tensor];
  const options = {
    train: [batch],
    validation: [batch],
    loss,
    optimizer,
    epochs: losses.length,
    metrics: scores ? [metric('accuracy', () => scores[epoch - 1]!)] : [],
    callbacks: [counting],
  };
  return {
    model,
    options,
    /** What a checkpoint holds. */
    parts: { model, optimizer },
    /** The options with others among them. */
    with: (more: Partial<FitOptions<readonly Tensor[]>>) => ({ ...options, ...more, callbacks: [counting, ...(more.callbacks ?? [])] }),
  };
}
