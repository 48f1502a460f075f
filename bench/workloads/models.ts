/**
 * Models as data: said once here, built by Hone (`hone/models.ts`), PyTorch (`peers/torch/models.py`), TensorFlow.js and jax-js (`peers/`), so
 * that no two of them can come to differ in a size.
 */

/** A layer of a stack, with what it needs to be made. */
export type Layer =
  | { type: 'linear'; in: number; out: number }
  | { type: 'conv2d'; in: number; out: number; kernel: number; padding: number }
  | { type: 'batchNorm1d' | 'batchNorm2d'; features: number }
  | { type: 'maxPool2d'; size: number }
  | { type: 'dropout'; p: number }
  | { type: 'relu' | 'flatten' };

export type Model =
  | { type: 'sequential'; layers: readonly Layer[] }
  /** torchvision's; with the stem `cifar` the first convolution is of 3 × 3 and there is no pool after it. */
  | { type: 'resnet18' | 'resnet50' | 'mobilenetV2'; classes: number; stem: 'imagenet' | 'cifar' }
  /** One layer over a sequence [time, batch, input]; a linear layer reads its last state. */
  | { type: 'lstm' | 'gru'; input: number; hidden: number; classes: number }
  /** Encoder layers over [batch, tokens, width]; a linear layer reads the mean of the tokens. */
  | { type: 'encoder'; layers: number; width: number; heads: number; inner: number; dropout: number; classes: number }
  /** Predicts the next of `vocabulary` characters at each place: embeddings of characters and places, causal layers with the norm first, gelu. */
  | { type: 'characters'; vocabulary: number; context: number; layers: number; width: number; heads: number; dropout: number };

/** A linear layer and a ReLU for each size but the last, whose layer stands alone. */
export const mlp = (...sizes: readonly number[]): Model => perceptron(sizes, () => [{ type: 'relu' }]);

/** A multilayer perceptron with `between` after each linear layer but the last. */
export function perceptron(sizes: readonly number[], between: (features: number) => readonly Layer[], end: readonly Layer[] = []): Model {
  const layers = sizes.slice(1).flatMap((out, i): readonly Layer[] => {
    const linear = { type: 'linear', in: sizes[i]!, out } as const;
    return i < sizes.length - 2 ? [linear, ...between(out)] : [linear];
  });
  return { type: 'sequential', layers: [...layers, ...end] };
}

/** The network of the third document: three convolutions and two linear layers, for images of 28 × 28. */
export function documentCnn(normalised: boolean): Model {
  const block = (from: number, to: number): readonly Layer[] => [
    { type: 'conv2d', in: from, out: to, kernel: 3, padding: 1 },
    ...(normalised ? [{ type: 'batchNorm2d', features: to } as const] : []),
    { type: 'relu' },
  ];
  const halve = { type: 'maxPool2d', size: 2 } as const;
  return {
    type: 'sequential',
    layers: [
      ...block(1, 16),
      ...block(16, 32),
      halve,
      ...block(32, 64),
      halve,
      { type: 'flatten' },
      { type: 'linear', in: 64 * 7 * 7, out: 100 },
      ...(normalised ? [{ type: 'batchNorm1d', features: 100 } as const] : []),
      { type: 'relu' },
      { type: 'linear', in: 100, out: 10 },
    ],
  };
}
