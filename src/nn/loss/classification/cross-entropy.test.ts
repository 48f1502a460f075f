import { ArgumentError, autograd, DTypeError, GradError, IndexError, nn, noGrad, ones, ShapeError, type Tensor, tensor, zeros } from 'hone';
import { describe, expect, test } from 'vitest';
import { int, leaf, pattern, type TorchCase, torchTests } from '../../../../test/helpers/torch-case.js';
import { double, withGrads } from '../../../../test/helpers/torch-grad.js';

const F = nn.functional;
const { gradcheck, gradgradcheck } = autograd;

const labels = () => int([1, 3, 0]);
const w = () => double([0.5, 1, 2, 0.25]);

// Made by torch 2.15 from the expression in each comment; D and I are torch.tensor in float64 and int64, and with_grads gives the result of a
// function and the gradients of its inputs, that of the result being pattern(*shape).
// biome-ignore format: one case, one line.
const cases: TorchCase[] = [
  // with_grads(lambda x: F.cross_entropy(x, labels(), reduction='mean'), pattern(3, 4))
  [() => withGrads((x) => F.crossEntropy(x!, labels(), { reduction: 'mean' }), pattern(3, 4)), [{ shape: [], data: [2.720626], dtype: 'float64' }, { shape: [3, 4], data: [-0.016470428, 0.5718859, -0.54542565, -0.0099898193, -0.016470428, -0.094780767, -0.54542565, 0.65667685, 0.57737935, -0.51381304, -0.0094108141, -0.054155496], dtype: 'float64' }]],
  // with_grads(lambda x: F.cross_entropy(x, labels(), reduction='mean', weight=w()), pattern(3, 4))
  [() => withGrads((x) => F.crossEntropy(x!, labels(), { reduction: 'mean', weight: w() }), pattern(3, 4)), [{ shape: [], data: [2.2892114], dtype: 'float64' }, { shape: [3, 4], data: [-0.028235019, 0.98037583, -0.93501541, -0.017125405, -0.0070587547, -0.040620329, -0.23375385, 0.28143293, 0.49489658, -0.44041118, -0.0080664121, -0.046418996], dtype: 'float64' }]],
  // with_grads(lambda x: F.cross_entropy(x, labels(), reduction='mean', label_smoothing=0.1), pattern(3, 4))
  [() => withGrads((x) => F.crossEntropy(x!, labels(), { reduction: 'mean', labelSmoothing: 0.1 }), pattern(3, 4)), [{ shape: [], data: [2.6914593], dtype: 'float64' }, { shape: [3, 4], data: [0.00019623909, 0.5218859, -0.52875899, 0.0066768474, 0.00019623909, -0.0781141, -0.52875899, 0.60667685, 0.52737935, -0.49714637, 0.0072558526, -0.037488829], dtype: 'float64' }]],
  // with_grads(lambda x: F.cross_entropy(x, labels(), reduction='mean', weight=w(), label_smoothing=0.1, ignore_index=3), pattern(3, 4))
  [() => withGrads((x) => F.crossEntropy(x!, labels(), { reduction: 'mean', weight: w(), labelSmoothing: 0.1, ignoreIndex: 3 }), pattern(3, 4)), [{ shape: [], data: [2.0346772], dtype: 'float64' }, { shape: [3, 4], data: [-0.016068308, 1.0449566, -1.0173668, -0.011521433, 0, 0, 0, 0, 0.51956671, -0.52543835, 0.056432406, -0.050560768], dtype: 'float64' }]],
  // with_grads(lambda x: F.cross_entropy(x, labels(), reduction='mean', ignore_index=0), pattern(3, 4))
  [() => withGrads((x) => F.crossEntropy(x!, labels(), { reduction: 'mean', ignoreIndex: 0 }), pattern(3, 4)), [{ shape: [], data: [3.0757237], dtype: 'float64' }, { shape: [3, 4], data: [-0.024705641, 0.85782885, -0.81813848, -0.014984729, -0.024705641, -0.14217115, -0.81813848, 0.98501527, 0, 0, 0, 0], dtype: 'float64' }]],
  // with_grads(lambda x: F.nll_loss(x, labels(), reduction='mean', weight=w(), ignore_index=0), pattern(3, 4))
  [() => withGrads((x) => F.nllLoss(x!, labels(), { reduction: 'mean', weight: w(), ignoreIndex: 0 }), pattern(3, 4)), [{ shape: [], data: [0.45], dtype: 'float64' }, { shape: [3, 4], data: [0, 1.6, 0, 0, 0, 0, 0, 0.4, 0, 0, 0, 0], dtype: 'float64' }]],
  // with_grads(lambda x, p: F.cross_entropy(x, p, reduction='mean', weight=w(), label_smoothing=0.1), pattern(2, 4), D([[0.2, 0.5, 0.3, 0], [1, 0, 0, 0]]))
  [() => withGrads((x, p) => F.crossEntropy(x!, p!, { reduction: 'mean', weight: w(), labelSmoothing: 0.1 }), pattern(2, 4), double([[0.2, 0.5, 0.3, 0], [1, 0, 0, 0]])), [{ shape: [], data: [1.6236214], dtype: 'float64' }, { shape: [2, 4], data: [0.073501753, 0.30812661, -0.37029004, -0.011338326, 0.44906631, -0.052305563, -0.3948628, -0.0018979464], dtype: 'float64' }, { shape: [2, 4], data: [-1.6653256, -1.7556513, -0.3613026, -0.94516282, -1.6653256, -1.7556513, -0.3613026, -0.94516282], dtype: 'float64' }]],
  // with_grads(lambda x: F.cross_entropy(x, labels(), reduction='sum'), pattern(3, 4))
  [() => withGrads((x) => F.crossEntropy(x!, labels(), { reduction: 'sum' }), pattern(3, 4)), [{ shape: [], data: [8.161878], dtype: 'float64' }, { shape: [3, 4], data: [-0.049411283, 1.7156577, -1.636277, -0.029969458, -0.049411283, -0.2843423, -1.636277, 1.9700305, 1.732138, -1.5414391, -0.028232442, -0.16246649], dtype: 'float64' }]],
  // with_grads(lambda x: F.cross_entropy(x, labels(), reduction='sum', weight=w()), pattern(3, 4))
  [() => withGrads((x) => F.crossEntropy(x!, labels(), { reduction: 'sum', weight: w() }), pattern(3, 4)), [{ shape: [], data: [4.0061199], dtype: 'float64' }, { shape: [3, 4], data: [-0.049411283, 1.7156577, -1.636277, -0.029969458, -0.012352821, -0.071085575, -0.40906924, 0.49250764, 0.86606902, -0.77071956, -0.014116221, -0.081233244], dtype: 'float64' }]],
  // with_grads(lambda x: F.cross_entropy(x, labels(), reduction='sum', label_smoothing=0.1), pattern(3, 4))
  [() => withGrads((x) => F.crossEntropy(x!, labels(), { reduction: 'sum', labelSmoothing: 0.1 }), pattern(3, 4)), [{ shape: [], data: [8.074378], dtype: 'float64' }, { shape: [3, 4], data: [0.00058871727, 1.5656577, -1.586277, 0.020030542, 0.00058871727, -0.2343423, -1.586277, 1.8200305, 1.582138, -1.4914391, 0.021767558, -0.11246649], dtype: 'float64' }]],
  // with_grads(lambda x: F.cross_entropy(x, labels(), reduction='sum', weight=w(), label_smoothing=0.1, ignore_index=3), pattern(3, 4))
  [() => withGrads((x) => F.crossEntropy(x!, labels(), { reduction: 'sum', weight: w(), labelSmoothing: 0.1, ignoreIndex: 3 }), pattern(3, 4)), [{ shape: [], data: [3.0520158], dtype: 'float64' }, { shape: [3, 4], data: [-0.024102462, 1.5674348, -1.5260502, -0.017282149, 0, 0, 0, 0, 0.77935006, -0.78815752, 0.08464861, -0.075841153], dtype: 'float64' }]],
  // with_grads(lambda x: F.cross_entropy(x, labels(), reduction='sum', ignore_index=0), pattern(3, 4))
  [() => withGrads((x) => F.crossEntropy(x!, labels(), { reduction: 'sum', ignoreIndex: 0 }), pattern(3, 4)), [{ shape: [], data: [6.1514473], dtype: 'float64' }, { shape: [3, 4], data: [-0.049411283, 1.7156577, -1.636277, -0.029969458, -0.049411283, -0.2843423, -1.636277, 1.9700305, 0, 0, 0, 0], dtype: 'float64' }]],
  // with_grads(lambda x: F.nll_loss(x, labels(), reduction='sum', weight=w(), ignore_index=0), pattern(3, 4))
  [() => withGrads((x) => F.nllLoss(x!, labels(), { reduction: 'sum', weight: w(), ignoreIndex: 0 }), pattern(3, 4)), [{ shape: [], data: [0.5625], dtype: 'float64' }, { shape: [3, 4], data: [0, 2, 0, 0, 0, 0, 0, 0.5, 0, 0, 0, 0], dtype: 'float64' }]],
  // with_grads(lambda x, p: F.cross_entropy(x, p, reduction='sum', weight=w(), label_smoothing=0.1), pattern(2, 4), D([[0.2, 0.5, 0.3, 0], [1, 0, 0, 0]]))
  [() => withGrads((x, p) => F.crossEntropy(x!, p!, { reduction: 'sum', weight: w(), labelSmoothing: 0.1 }), pattern(2, 4), double([[0.2, 0.5, 0.3, 0], [1, 0, 0, 0]])), [{ shape: [], data: [3.2472429], dtype: 'float64' }, { shape: [2, 4], data: [0.14700351, 0.61625323, -0.74058008, -0.022676651, 0.89813262, -0.10461113, -0.7897256, -0.0037958927], dtype: 'float64' }, { shape: [2, 4], data: [-3.3306513, -3.5113026, -0.7226052, -1.8903256, -3.3306513, -3.5113026, -0.7226052, -1.8903256], dtype: 'float64' }]],
  // with_grads(lambda x: F.cross_entropy(x, labels(), reduction='none'), pattern(3, 4))
  [() => withGrads((x) => F.crossEntropy(x!, labels(), { reduction: 'none' }), pattern(3, 4)), [{ shape: [3], data: [1.9507237, 4.2007237, 2.0104307], dtype: 'float64' }, { shape: [3, 4], data: [-0.049411283, 1.7156577, -1.636277, -0.029969458, -0.0061764103, -0.035542787, -0.20453462, 0.24625382, -1.2991035, 1.1560793, 0.021174332, 0.12184987], dtype: 'float64' }]],
  // with_grads(lambda x: F.cross_entropy(x, labels(), reduction='none', weight=w()), pattern(3, 4))
  [() => withGrads((x) => F.crossEntropy(x!, labels(), { reduction: 'none', weight: w() }), pattern(3, 4)), [{ shape: [3], data: [1.9507237, 1.0501809, 1.0052154], dtype: 'float64' }, { shape: [3, 4], data: [-0.049411283, 1.7156577, -1.636277, -0.029969458, -0.0015441026, -0.0088856969, -0.051133655, 0.061563454, -0.64955177, 0.57803967, 0.010587166, 0.060924933], dtype: 'float64' }]],
  // with_grads(lambda x: F.cross_entropy(x, labels(), reduction='none', label_smoothing=0.1), pattern(3, 4))
  [() => withGrads((x) => F.crossEntropy(x!, labels(), { reduction: 'none', labelSmoothing: 0.1 }), pattern(3, 4)), [{ shape: [3], data: [2.0069737, 4.0319737, 2.0354307], dtype: 'float64' }, { shape: [3, 4], data: [0.00058871727, 1.5656577, -1.586277, 0.020030542, 7.3589659e-05, -0.029292787, -0.19828462, 0.22750382, -1.1866035, 1.1185793, -0.016325668, 0.084349866], dtype: 'float64' }]],
  // with_grads(lambda x: F.cross_entropy(x, labels(), reduction='none', weight=w(), label_smoothing=0.1, ignore_index=3), pattern(3, 4))
  [() => withGrads((x) => F.crossEntropy(x!, labels(), { reduction: 'none', weight: w(), labelSmoothing: 0.1, ignoreIndex: 3 }), pattern(3, 4)), [{ shape: [3], data: [1.8869691, 0, 1.1650467], dtype: 'float64' }, { shape: [3, 4], data: [-0.024102462, 1.5674348, -1.5260502, -0.017282149, 0, 0, 0, 0, -0.58451255, 0.59111814, -0.063486457, 0.056880864], dtype: 'float64' }]],
  // with_grads(lambda x: F.cross_entropy(x, labels(), reduction='none', ignore_index=0), pattern(3, 4))
  [() => withGrads((x) => F.crossEntropy(x!, labels(), { reduction: 'none', ignoreIndex: 0 }), pattern(3, 4)), [{ shape: [3], data: [1.9507237, 4.2007237, 0], dtype: 'float64' }, { shape: [3, 4], data: [-0.049411283, 1.7156577, -1.636277, -0.029969458, -0.0061764103, -0.035542787, -0.20453462, 0.24625382, 0, 0, 0, 0], dtype: 'float64' }]],
  // with_grads(lambda x: F.nll_loss(x, labels(), reduction='none', weight=w(), ignore_index=0), pattern(3, 4))
  [() => withGrads((x) => F.nllLoss(x!, labels(), { reduction: 'none', weight: w(), ignoreIndex: 0 }), pattern(3, 4)), [{ shape: [3], data: [0.25, 0.3125, 0], dtype: 'float64' }, { shape: [3, 4], data: [0, 2, 0, 0, 0, 0, 0, 0.0625, 0, 0, 0, 0], dtype: 'float64' }]],
  // with_grads(lambda x, p: F.cross_entropy(x, p, reduction='none', weight=w(), label_smoothing=0.1), pattern(2, 4), D([[0.2, 0.5, 0.3, 0], [1, 0, 0, 0]]))
  [() => withGrads((x, p) => F.crossEntropy(x!, p!, { reduction: 'none', weight: w(), labelSmoothing: 0.1 }), pattern(2, 4), double([[0.2, 0.5, 0.3, 0], [1, 0, 0, 0]])), [{ shape: [2], data: [1.4505994, 1.7966435], dtype: 'float64' }, { shape: [2, 4], data: [0.14700351, 0.61625323, -0.74058008, -0.022676651, 0.11226658, -0.013076391, -0.0987157, -0.00047448659], dtype: 'float64' }, { shape: [2, 4], data: [-3.3306513, -3.5113026, -0.7226052, -1.8903256, -0.41633141, -0.43891282, -0.09032565, -0.23629071], dtype: 'float64' }]],
  // with_grads(lambda x: F.cross_entropy(x, I([[0, 2], [1, 1]]), reduction='none', label_smoothing=0.2), pattern(2, 3, 2))
  [() => withGrads((x) => F.crossEntropy(x!, int([[0, 2], [1, 1]]), { reduction: 'none', labelSmoothing: 0.2 }), pattern(2, 3, 2)), [{ shape: [2, 2], data: [3.3104915, 0.59179693, 2.3602062, 0.51049149], dtype: 'float64' }, { shape: [2, 3, 2], data: [1.68015, -0.037731511, -1.6278554, 0.010933141, -0.052294598, 0.02679837, 1.2434742, 0.10018755, -1.1583989, -0.034819303, -0.08507535, -0.065368247], dtype: 'float64' }]],
  // with_grads(lambda x: F.nll_loss(x, I([[0, 2], [1, 1]]), ignore_index=2), pattern(2, 3, 2))
  [() => withGrads((x) => F.nllLoss(x!, int([[0, 2], [1, 1]]), { ignoreIndex: 2 }), pattern(2, 3, 2)), [{ shape: [], data: [-0.25], dtype: 'float64' }, { shape: [2, 3, 2], data: [0.66666667, 0, 0, 0, 0, 0, 0, 0, 0.66666667, 0.66666667, 0, 0], dtype: 'float64' }]],
  // with_grads(lambda x: F.cross_entropy(x, I(2)), pattern(3))
  [() => withGrads((x) => F.crossEntropy(x!, tensor(2, { dtype: 'int64' })), pattern(3)), [{ shape: [], data: [0.18562553], dtype: 'float64' }, { shape: [3], data: [-0.050162961, -0.28866791, 0.33883087], dtype: 'float64' }]],
  // with_grads(lambda x: F.cross_entropy(x, labels()), pattern(4, 3).t())
  [() => withGrads((x) => F.crossEntropy(x!, labels()), pattern(4, 3).t()), [{ shape: [], data: [2.9357896], dtype: 'float64' }, { shape: [3, 4], data: [-0.0035594239, 0.66450777, -0.41141346, -0.24953488, -0.30336949, -0.1840029, -0.1116034, 0.59897578, 0.36329718, -0.1840029, -0.1116034, -0.067690883], dtype: 'float64' }]],
  // with_grads(lambda x: F.cross_entropy(x, I([1, 1]), ignore_index=1), pattern(2, 3))
  [() => withGrads((x) => F.crossEntropy(x!, int([1, 1]), { ignoreIndex: 1 }), pattern(2, 3)), [{ shape: [], data: [Number.NaN], dtype: 'float64' }, { shape: [2, 3], data: [0, 0, 0, 0, 0, 0], dtype: 'float64' }]],
  // with_grads(lambda x: F.cross_entropy(x, torch.zeros(0).long()), pattern(0, 3))
  [() => withGrads((x) => F.crossEntropy(x!, int([])), pattern(0, 3)), [{ shape: [], data: [Number.NaN], dtype: 'float64' }, { shape: [0, 3], data: [], dtype: 'float64' }]],
  // F.cross_entropy(torch.tensor([[10000., 0], [0, 10000]]), I([1, 1]), reduction='none')
  [() => F.crossEntropy(tensor([[10000, 0], [0, 10000]]), int([1, 1]), { reduction: 'none' }), { shape: [2], data: [10000, 0], dtype: 'float32' }],
];

torchTests(cases);

describe('gradients, both times', () => {
  const settings = [{}, { weight: w() }, { labelSmoothing: 0.3, weight: w(), ignoreIndex: 0 }, { labelSmoothing: 0.1, ignoreIndex: 3 }];
  const reductions = ['mean', 'sum', 'none'] as const;
  const functions: Record<string, (x: Tensor, options: object) => Tensor> = {
    'crossEntropy of labels': (x, options) => F.crossEntropy(x, labels(), options),
    'crossEntropy of labels at several places': (x, options) =>
      F.crossEntropy(
        x.unsqueeze(2).mul(double([1, -2])),
        int([
          [1, 0],
          [3, 3],
          [0, 2],
        ]),
        options,
      ),
    nllLoss: (x, options) => {
      const { labelSmoothing: _, ...own } = options as { labelSmoothing?: number };
      return F.nllLoss(F.logSoftmax(x, 1), labels(), own);
    },
  };

  test.each(Object.entries(functions))('%s', (_name, fn) => {
    for (const reduction of reductions) {
      for (const setting of settings) {
        expect(gradcheck((x) => fn(x!, { ...setting, reduction }), leaf(3, 4))).toBe(true);
        expect(gradgradcheck((x) => fn(x!, { ...setting, reduction }), leaf(3, 4))).toBe(true);
      }
    }
  });

  test('crossEntropy of probabilities', () => {
    for (const reduction of reductions) {
      const loss = (x: Tensor, p: Tensor) => F.crossEntropy(x, F.softmax(p, 1), { reduction, weight: w(), labelSmoothing: 0.1 });
      expect(gradcheck((x, p) => loss(x!, p!), [leaf(2, 4, 3).select(2, 1).detach().requiresGrad_(), leaf(2, 4)])).toBe(true);
      expect(gradgradcheck((x, p) => loss(x!, p!), [leaf(2, 4), leaf(2, 4)])).toBe(true);
    }
  });

  test("the recorded gradient is the kernel's", () => {
    const x = leaf(3, 4);
    for (const fn of Object.values(functions)) {
      for (const setting of settings) {
        const [fused] = autograd.grad(fn(x, setting), x);
        const [recorded] = autograd.grad(fn(x, setting), x, { createGraph: true });
        expect(recorded!.sub(fused!).abs().sum().item()).toBeLessThan(1e-12);
      }
    }
  });
});

test('int32 and uint8 labels count like int64 ones', () => {
  const x = pattern(3, 4);
  const want = F.crossEntropy(x, labels()).item();
  expect(F.crossEntropy(x, labels().int()).item()).toBe(want);
  expect(F.crossEntropy(x, labels().to('uint8')).item()).toBe(want);
  expect(noGrad(() => F.crossEntropy(x, labels())).item()).toBe(want);
});

test('the weight by position', () => {
  const [x, weight] = [pattern(3, 4), double([1, 2, 3, 4])];
  for (const loss of [F.crossEntropy, F.nllLoss]) {
    expect(loss(x, labels(), weight).item()).toBe(loss(x, labels(), { weight }).item());
    expect(loss(x, labels(), weight, { reduction: 'sum' }).item()).toBe(loss(x, labels(), { weight, reduction: 'sum' }).item());
    expect(loss(x, labels(), null).item()).toBe(loss(x, labels()).item());
  }
});

describe('errors', () => {
  const x = zeros([2, 3]);
  const wrong = (call: () => unknown, type: new (m: string) => Error, message: string) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  };

  test('a target of another shape', () => {
    wrong(
      () => F.crossEntropy(x, int([[0], [1]])),
      ShapeError,
      "crossEntropy: target is [2, 1], expected [2]: the input's shape [2, 3] without its class dim. Drop the dim of size 1: target.squeeze(1).",
    );
    wrong(() => F.crossEntropy(x, int([0, 1, 2])), ShapeError, 'The batch sizes differ: 2 against 3.');
    wrong(
      () =>
        F.crossEntropy(
          x,
          int([
            [1, 0, 0],
            [0, 1, 0],
          ]),
        ),
      ShapeError,
      "For one-hot or soft targets use target.to('float32'); for labels, their index: target.argmax(1).",
    );
    wrong(
      () =>
        F.nllLoss(
          x,
          int([
            [1, 0, 0],
            [0, 1, 0],
          ]),
        ),
      ShapeError,
      'For one-hot targets, give their index: target.argmax(1).',
    );
    wrong(() => F.crossEntropy(zeros([2, 3, 4]), int([0, 1])), ShapeError, 'crossEntropy: target is [2], expected [2, 4]');
    wrong(() => F.crossEntropy(zeros([3]), int([0, 1])), ShapeError, 'crossEntropy: target is [2], expected []');
    expect(F.crossEntropy(zeros([3]), int([0]), { reduction: 'none' }).shape).toEqual([]);
    wrong(() => F.crossEntropy(zeros([]), int([0])), ShapeError, 'crossEntropy: input has no dims');
  });

  test('labels that are no labels', () => {
    wrong(
      () => F.crossEntropy(x, zeros([2])),
      DTypeError,
      "crossEntropy: target is float32 [2], expected int64 or int32 class labels. Convert them with target.long(). Class probabilities must have the input's shape [2, 3].",
    );
    wrong(() => F.nllLoss(x, zeros([2, 3])), DTypeError, 'nllLoss: target is float32 [2, 3], expected int64 or int32 class labels.');
    wrong(() => F.crossEntropy(x, tensor([true, false])), DTypeError, 'target is bool');
    wrong(() => F.crossEntropy(int([0, 1]), x), DTypeError, 'The arguments look swapped: scores come first, labels second.');
    wrong(() => F.crossEntropy(int([[0, 1]]), int([0])), DTypeError, 'expected float32 or float64');
  });

  test('labels outside the classes', () => {
    wrong(
      () => F.crossEntropy(x, int([0, 3])),
      IndexError,
      'crossEntropy: target 3 is out of bounds for 3 classes. Labels run from 0 to 2',
    );
    wrong(() => F.nllLoss(x, int([-1, 0])), IndexError, 'nllLoss: target -1 is out of bounds for 3 classes.');
    expect(F.crossEntropy(x, int([-100, 0])).item()).toBeCloseTo(Math.log(3), 6);
  });

  test('options', () => {
    wrong(
      () => F.crossEntropy(x, int([0, 1]), { weight: zeros([4]) }),
      ShapeError,
      'crossEntropy: weight is [4], expected one value per class: [3] (input [2, 3]).',
    );
    wrong(
      () => F.crossEntropy(x, int([0, 1]), { weight: zeros([3], { dtype: 'float64' }) }),
      DTypeError,
      "crossEntropy: weight is float64, expected the input's float32. Use weight.to('float32').",
    );
    wrong(
      () => F.crossEntropy(x, int([0, 1]), { labelSmoothing: 1.5 }),
      ArgumentError,
      'crossEntropy: labelSmoothing is 1.5, expected a number from 0 to 1.',
    );
    wrong(
      () => F.crossEntropy(x, int([0, 1]), { reduction: 'avg' as 'mean' }),
      ArgumentError,
      "crossEntropy: reduction is \"avg\", expected 'mean', 'sum' or 'none'.",
    );
    wrong(() => F.crossEntropy(x, int([0, 1]), { ignoreIndex: 0.5 }), ArgumentError, 'ignoreIndex is 0.5, expected a whole number');
    wrong(
      () => F.crossEntropy(x, int([0, 1]), { weight: ones([3]).requiresGrad_() }),
      GradError,
      'crossEntropy: there is no gradient for weight with labels, but it requires one. Use weight.detach().',
    );
    wrong(() => F.crossEntropy(x, x, { ignoreIndex: 1 }), ArgumentError, 'a floating target holds probabilities, not labels');
  });
});
