import { nn, ones, rand, type Tensor, tensor } from 'hone';
import { Dataset, type Subset, TensorDataset } from 'hone/data';
import { type SourceOfVariation, sourcesOfVariation } from 'hone/report';
import { defineStudy, runStudy, type StudyData } from 'hone/study';
import { datasets, transforms } from 'hone/vision';
import { describe, expect, test } from 'vitest';
import { joinSource } from '../../../test/helpers/joined-source.js';
import { executeRun } from './execute-run.js';

const COUNT = 24;
const train = new TensorDataset(
  tensor(Array.from({ length: COUNT }, (_, i) => [i, 1])),
  tensor(
    Array.from({ length: COUNT }, (_, i) => i % 2),
    { dtype: 'int64' },
  ),
);

/** What a run drew. */
interface Drawn {
  /** The first weights. */
  init: unknown[];
  /** The samples in the order in which they were trained on. */
  order: unknown[];
  /** Masks of dropout, and what augmentation drew: of PyTorch's numbers and of Python's. */
  noise: unknown[];
  /** The samples of validation data, and what `prepare` drew. */
  split: unknown[];
}

/** Augments: which of two it takes, and by how much, is noted. */
class Augmented extends Dataset<[Tensor, Tensor]> {
  private readonly choice = new transforms.RandomChoice([(x: Tensor) => x, (x: Tensor) => x.add(0.125)]);
  constructor(
    private readonly source: { readonly length: number; get(i: number): unknown },
    private readonly drawn: Drawn,
  ) {
    super();
  }
  get length(): number {
    return this.source.length;
  }
  get(i: number): [Tensor, Tensor] {
    const [x, y] = this.source.get(i) as [Tensor, Tensor];
    const by = this.choice.forward(rand([1])) as Tensor;
    this.drawn.noise.push(by.item());
    return [x, y];
  }
}

class Watched extends nn.Module {
  readonly linear = new nn.Linear(2, 2);
  constructor(private readonly drawn: Drawn) {
    super();
    drawn.init.push(this.linear.weight.toArray());
  }
  override forward(x: Tensor): Tensor {
    if (this.training) {
      this.drawn.order.push(x.narrow(1, 0, 1).toArray());
      this.drawn.noise.push(nn.functional.dropout(ones([8])).toArray());
    }
    return this.linear.forward(x);
  }
}

/** What every run of a study of two variants and two repeats drew. */
async function drawnBy(varies: readonly SourceOfVariation[], repeats = 2): Promise<Drawn[]> {
  const runs: Drawn[] = [];
  const study = defineStudy({
    title: 'streams',
    data: { train, test: train },
    prepare: (data) => {
      const drawn: Drawn = { init: [], order: [], noise: [], split: [] };
      runs.push(drawn);
      drawn.split.push((data.validation as Subset<unknown>).indices, rand([2]).toArray());
      return { train: new Augmented(data.train as never, drawn) } as Partial<StudyData>;
    },
    baseline: { name: 'a' },
    variants: { b: { name: 'b' } },
    model: () => new Watched(runs.at(-1)!),
    batchSize: 5,
    epochs: 2,
    repeats,
    varies,
    choose: 'last',
  });
  const figures = await runStudy(study);
  expect(figures.variants.flatMap(({ runs: all }) => all.map(({ failed }) => failed))).toEqual(Array(2 * repeats).fill(undefined));
  return runs;
}

describe('random numbers of a study', () => {
  test.each(sourcesOfVariation)('where only %s varies, it alone differs between repeats', async (source) => {
    const [a0, b0, a1, b1] = await drawnBy([source]);
    expect(b0).toEqual(a0); // runs of one repeat share everything
    expect(b1).toEqual(a1);
    // Another split is another order of other samples, too.
    const same = sourcesOfVariation.filter((one) => one !== source && !(source === 'split' && one === 'order'));
    for (const one of same) expect(a1![one], one).toEqual(a0![one]);
    expect(a1![source]).not.toEqual(a0![source]);
  });

  test('a run does not depend on how many others there are', async () => {
    const [few, many] = [await drawnBy(sourcesOfVariation, 1), await drawnBy(sourcesOfVariation, 3)];
    expect(many.slice(0, 2)).toEqual(few);
  });
});

test('workers of loaders draw from the noise, not from the order', async () => {
  await joinSource([]);
  /** The corner of an image tells whether it was flipped. */
  const corners: number[] = [];
  class Reader extends nn.Module {
    readonly linear = new nn.Linear(1, 10);
    override forward(x: Tensor): Tensor {
      const corner = x.flatten(1).narrow(1, 0, 1);
      if (this.training) corners.push(...(corner.flatten().toArray() as number[]));
      return this.linear.forward(corner);
    }
  }
  const images = new datasets.FakeData({
    size: 12,
    imageSize: [3, 4, 4],
    transform: new transforms.Compose([new transforms.RandomHorizontalFlip(), new transforms.ToTensor()]),
  });
  const study = defineStudy({
    title: 'workers',
    data: { train: images, validation: images, test: images },
    baseline: { lr: 0.1 },
    variants: { other: { lr: 0.2 } },
    model: () => new Reader(),
    loader: { numWorkers: 1 },
    batchSize: 6,
    epochs: 1,
    varies: ['noise'],
  });
  const drawn = async (repeat: number) => {
    corners.length = 0;
    const { failed } = await executeRun(study, 'baseline', repeat);
    expect(failed).toBeUndefined();
    return [...corners];
  };
  expect(await drawn(1)).not.toEqual(await drawn(0));
});
