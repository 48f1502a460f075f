import { ArgumentError, nn, optim, tensor } from 'hone';
import { TensorDataset } from 'hone/data';
import { defineStudy, type Study, type StudyOptions } from 'hone/study';
import { type Callback, earlyStopping, ema } from 'hone/train';
import { transforms } from 'hone/vision';
import { describe, expect, test } from 'vitest';

const data = { train: new TensorDataset(tensor([[0], [1]]), tensor([0, 1], { dtype: 'int64' })) };
const model = (features = 1) => new nn.Linear(features, 2);
const base = { title: 'toys', data, epochs: 1, model: () => model() };

const names = ({ variants }: Study) => variants.map(({ name }) => name);

describe('defineStudy', () => {
  test('a variant for each level, one at a time', () => {
    const study = defineStudy({ ...base, baseline: { dropout: 0, norm: 'none' }, factors: { dropout: [0, 0.2, 0.5], norm: ['batch'] } });
    expect(names(study)).toEqual(['baseline', 'dropout 0.2', 'dropout 0.5', 'norm batch']);
    expect(study.variants[2]).toEqual({
      name: 'dropout 0.5',
      description: 'dropout: 0.5 instead of 0',
      setting: { dropout: 0.5, norm: 'none' },
      texts: { dropout: '0.5', norm: 'none' },
    });
    expect(study.variants[0]!.description).toBe('dropout 0, norm none');
    expect(study.metric).toEqual({ name: 'accuracy', better: 'max' });
    expect(String(study)).toBe('Study "toys" (4 variants)');
    expect(Object.isFrozen(study) && Object.isFrozen(study.variants) && Object.isFrozen(study.variants[0]!.setting)).toBe(true);
  });

  test('all combinations, called by what differs', () => {
    const baseline = { dropout: 0, batchNorm: false, width: 8 };
    const factors = { dropout: [0, 0.5], batchNorm: [true], width: [16, 32] };
    const study = defineStudy({ ...base, baseline, factors, design: 'fullFactorial' });
    expect(names(study)).toEqual([
      'baseline',
      'width 16',
      'width 32',
      'batchNorm true',
      'batchNorm true + width 16',
      'batchNorm true + width 32',
      'dropout 0.5',
      'dropout 0.5 + width 16',
      'dropout 0.5 + width 32',
      'dropout 0.5 + batchNorm true',
      'dropout 0.5 + batchNorm true + width 16',
      'dropout 0.5 + batchNorm true + width 32',
    ]);
    expect(study.variants[11]!.setting).toEqual({ dropout: 0.5, batchNorm: true, width: 32 });
  });

  test('what is left out of a whole, one at a time', () => {
    const study = defineStudy({
      ...base,
      baseline: { dropout: 0.5, norm: 'batch', augment: true },
      baselineName: 'all',
      factors: { dropout: [0], norm: ['none', 'layer'], augment: [false] },
      design: 'leaveOneOut',
    });
    expect(names(study)).toEqual(['all', 'without dropout', 'norm none', 'norm layer', 'without augment']);
    expect(study.variants[1]!.setting).toEqual({ dropout: 0, norm: 'batch', augment: true });
  });

  test('levels are functions, classes, objects and lists, too: by their own name, or by the one that they are given', () => {
    const he = (w: nn.Module) => w;
    const study = defineStudy({
      ...base,
      baseline: { activation: nn.ReLU, sizes: [8], init: null as null | ((w: nn.Module) => nn.Module), adam: { lr: 0.1 } },
      factors: { activation: [nn.GELU], sizes: { deep: [8, 8, 8] }, init: [he], adam: [{ lr: 0.01, eps: 1 }] },
    });
    expect(names(study)).toEqual(['baseline', 'activation GELU', 'sizes deep', 'init he', 'adam lr 0.01, eps 1']);
    expect(study.variants[2]!.texts).toEqual({ activation: 'ReLU', sizes: 'deep', init: 'none', adam: 'lr 0.1' });
    const callbacks = defineStudy({
      ...base,
      baseline: { callbacks: [] as readonly Callback[], flip: undefined as unknown },
      factors: { callbacks: [[earlyStopping()], [ema()]], flip: [new transforms.RandomHorizontalFlip()] },
      variants: { both: { callbacks: [earlyStopping(), ema()], flip: undefined } },
    });
    expect(names(callbacks)).toEqual(['baseline', 'callbacks [earlyStopping]', 'callbacks [ema]', 'flip RandomHorizontalFlip', 'both']);
    expect(callbacks.variants[0]!.texts).toEqual({ callbacks: 'none', flip: 'none' });
    // The baseline's own level makes no variant, and gives its name.
    const named = defineStudy({ ...base, baseline: { sizes: [8] }, factors: { sizes: { flat: [8], deep: [8, 8] } } });
    expect(names(named)).toEqual(['baseline', 'sizes deep']);
    expect(named.variants[0]!.texts).toEqual({ sizes: 'flat' });
  });

  test('variants that are written out, beside factors or instead', () => {
    const study = defineStudy({
      ...base,
      baseline: { lr: 0.1, kind: 'a' },
      factors: { lr: [1] },
      variants: { plain: { lr: 0.01 }, both: { setting: { lr: 1, kind: 'b' }, description: 'everything' } },
      pairs: [['both', 'plain']],
    });
    expect(study.variants.map(({ name, description }) => [name, description])).toEqual([
      ['baseline', 'lr 0.1, kind a'],
      ['lr 1', 'lr: 1 instead of 0.1'],
      ['plain', 'lr: 0.01 instead of 0.1'],
      ['both', 'everything'],
    ]);
    // A setting may be called so.
    const odd = defineStudy({ ...base, baseline: { setting: 'x' }, variants: { y: { setting: 'y' } } });
    expect(odd.variants[1]!.setting).toEqual({ setting: 'y' });
  });

  test('functions get a setting of the type of the baseline and of all levels, without casts', () => {
    defineStudy({
      ...base,
      baseline: { norm: 'none', width: 4, on: false, layer: nn.ReLU },
      factors: { norm: ['batch'], on: [true], layer: { gelu: nn.GELU } },
      variants: { other: { norm: 'layer' }, wide: { setting: { width: 8 }, description: 'wide' } },
      model: ({ norm, width, on, layer }) => {
        const known: 'none' | 'batch' | 'layer' = norm;
        const open: [number, boolean] = [width, on];
        // @ts-expect-error: it is one of three
        const wrong: 'none' = norm;
        return new nn.Sequential(new layer(), model(open.length + known.length + wrong.length));
      },
      optimizer: (made, { width }) => new optim.SGD(made.parameters(), { lr: width }),
      batchSize: ({ width }) => width,
    });
    interface Setting {
      lr: number;
      kind: 'a' | 'b';
    }
    const written: StudyOptions<Setting> = { ...base, baseline: { lr: 1, kind: 'a' }, factors: { kind: ['b'] } };
    const study: Study<Setting> = defineStudy(written);
    const any: Study = study;
    expect(names(any)).toEqual(['baseline', 'kind b']);
    // @ts-expect-error: a text is no number
    defineStudy({ ...base, baseline: { dropout: 0 }, factors: { dropout: ['much'] } });
    // @ts-expect-error: there is no such setting
    expect(() => defineStudy({ ...base, baseline: { dropout: 0 }, factors: { dropuot: [1] } })).toThrow(ArgumentError);
  });

  const lr = { ...base, baseline: { lr: 0.1, act: nn.ReLU as unknown } };
  const ok = { ...lr, factors: { lr: [1] } };
  test.each([
    [undefined, 'got no options. Write defineStudy({ title'],
    [[], 'got [] where options are expected'],
    [{ ...ok, title: ' ' }, 'title is " ", expected a text'],
    [{ ...ok, data: undefined }, 'data is undefined, expected { train, validation, test }'],
    [{ ...ok, model: undefined }, 'model is missing, expected a function'],
    [{ ...ok, model: model() }, 'model is a Linear, expected a function'],
    [{ ...ok, baseline: undefined }, 'baseline is undefined, expected the settings that are compared'],
    [{ ...ok, epochs: undefined }, 'epochs is missing'],
    [{ ...ok, epochs: 0 }, 'epochs is 0, expected a whole number of at least 1'],
    [{ ...ok, repeats: 0 }, 'repeats is 0, expected a whole number of at least 1'],
    [{ ...ok, batchSize: 1.5 }, 'batchSize is 1.5'],
    [{ ...ok, seed: -1 }, 'seed is -1'],
    [{ ...ok, epoch: 1 }, 'there is no option "epoch". Did you mean epochs?'],
    [{ ...ok, varies: ['inits'] }, 'varies is "inits", expected \'init\''],
    [{ ...ok, varies: [] }, 'nothing varies, so that all 5 repeats would be the same'],
    [{ ...ok, design: 'factorial' }, 'design is "factorial"'],
    [{ ...ok, choose: 'best' }, 'choose is "best"'],
    [{ ...ok, metric: 'accurracy' }, 'there is no metric "accurracy"; by name there are accuracy'],
    [{ ...ok, metrics: ['accuracy'] }, 'two metrics are called "accuracy"'],
    [{ ...ok, loss: 1 }, 'loss is 1'],
    [{ ...ok, loss: new nn.AdaptiveLogSoftmaxWithLoss(4, 6, [2]) }, 'the loss has parameters, which all runs would share'],
    [{ ...ok, matters: 0 }, 'matters is 0, expected a number above 0'],
    [{ ...ok, better: 'more' }, 'better is "more"'],
    [{ ...ok, loader: { shuffle: true } }, 'loader has shuffle, which a study sets by itself'],
    [{ ...ok, loader: { batchSize: 3 } }, 'Give batchSize beside loader'],
    [{ ...ok, loader: { numWokers: 3 } }, 'loader: there is no option "numWokers". Did you mean numWorkers?'],
    [{ ...ok, optimizer: new optim.Adam(model().parameters()) }, 'optimizer is an Adam, expected a function'],
    [{ ...ok, claim: { document: 'd', quote: 'q' } }, 'judge is missing, expected a function'],
    [{ ...ok, claim: { document: 'd', quote: 'q', judge: () => ({}), page: 3 } }, 'claim: there is no option "page"'],
    [lr, 'there is nothing to compare with the baseline. Give factors'],
    [{ ...lr, factors: { lr: [0.1] } }, 'there is nothing to compare with the baseline. All levels are those of the baseline'],
    [{ ...lr, factors: { lr: [] } }, 'factor lr has no levels'],
    [{ ...lr, factors: { lr: 1 } }, 'factor lr is 1, expected a list of levels, or levels by name'],
    [{ ...lr, factors: { rl: [1] } }, 'factors: there is no setting "rl". Did you mean lr? The baseline has lr, act.'],
    [{ ...lr, factors: { lr: [1, 1] } }, 'lr has the level 1 twice. Leave one out'],
    [{ ...lr, factors: { lr: { a: 1, b: 1 } } }, 'lr has the level b twice, as a too'],
    [{ ...lr, factors: { lr: [1, '1'] } }, 'lr has the level 1 twice. Leave one out, or give levels by name'],
    [
      { ...lr, factors: { act: [() => new nn.ReLU()] } },
      'a level of act is a function without a name. Give levels by name: act: { first: …',
    ],
    [
      { ...lr, factors: { act: [new nn.GELU()] } },
      'a level of act is a GELU, which all runs would share. Give what makes it: () => new GELU(…)',
    ],
    [{ ...lr, variants: { a: { rl: 1 } } }, 'variant "a": there is no setting "rl"'],
    [{ ...lr, variants: { a: 3 } }, 'variant "a" is 3, expected what differs from the baseline'],
    [{ ...lr, variants: { a: { act: new nn.GELU() } } }, 'which all runs would share'],
    [{ ...lr, variants: { a: { lr: 0.1 } } }, '"a" and "baseline" have the same setting, so that there is nothing to compare'],
    [{ ...lr, variants: { a: { lr: 1 }, b: { lr: 1 } } }, '"b" and "a" have the same setting'],
    [{ ...lr, variants: { baseline: { lr: 1 } } }, 'two variants are called "baseline"'],
    [{ ...ok, variants: { a: { lr: 1 } } }, '"a" and "lr 1" have the same setting'],
    [{ ...ok, variants: { ' ': { lr: 2 } } }, 'a variant has an empty name'],
    [{ ...ok, pairs: [['lr 1', 'lr 2']] }, 'there is no variant "lr 2". Did you mean "lr 1"?'],
    [{ ...ok, pairs: [['lr 1']] }, 'a pair is ["lr 1"], expected two names'],
    [{ ...ok, pairs: [['lr 1', 'lr 1']] }, 'compares a variant with itself'],
    [{ ...ok, pairs: [['lr 1', 'baseline']] }, 'names the baseline, with which every variant is compared anyway'],
    [
      {
        ...lr,
        factors: { lr: [1, 2] },
        pairs: [
          ['lr 1', 'lr 2'],
          ['lr 2', 'lr 1'],
        ],
      },
      'are the same two',
    ],
    [
      { ...ok, epochs: ({ lr: rate }: { lr: number }) => (rate === 1 ? 0 : 3) },
      'epochs of the variant "lr 1" is 0, expected a whole number',
    ],
    [{ ...ok, batchSize: () => 0.5 }, 'batchSize of the variant "baseline" is 0.5'],
    [{ ...ok, choose: () => 'best' }, 'choose of the variant "baseline" is "best"'],
    [{ ...ok, loss: new nn.MSELoss() }, 'accuracy says nothing of MSELoss'],
  ])('refuses what cannot be meant: %#', (given, message) => {
    const define = () => defineStudy(given as never);
    expect(define).toThrow(ArgumentError);
    expect(define).toThrow(message as string);
    expect(define).toThrow(/^defineStudy/);
  });
});
