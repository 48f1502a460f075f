/** Convolutions: forward, and the gradients of the input and of the weights, at the shapes of the documents' network, ResNets and MobileNetV2. */
import { numel, type OperationRow, row } from './operation.js';

interface Shape {
  batch: number;
  from: number;
  to: number;
  size: number;
  kernel: number;
  stride?: number;
  groups?: number;
}

/** Whether the first layer: nobody asks for the gradient of its input. */
const isFirst = ({ from }: Shape) => from <= 3;

function convolution(shape: Shape): OperationRow[] {
  const { batch, from, to, size, kernel, stride = 1, groups = 1 } = shape;
  const padding = kernel >> 1;
  const out = Math.floor((size + 2 * padding - kernel) / stride) + 1;
  const shapes = [
    [batch, from, size, size],
    [to, from / groups, kernel, kernel],
  ];
  const depthwise = groups === from && groups > 1;
  const moved = shapes.reduce((sum, each) => sum + numel(each), 0) + batch * to * out * out;
  const of = (gradOf?: number): OperationRow =>
    row('convolutions', {
      op: 'conv2d',
      name: `${depthwise ? 'depthwise ' : ''}conv2d${stride > 1 ? ` stride ${stride}` : ''}${['', ', gradient of input', ', gradient of weights'][gradOf === undefined ? 0 : gradOf + 1]}`,
      shapes,
      options: { stride, padding, groups },
      ...(gradOf === undefined ? {} : { gradOf: [gradOf] }),
      flops: (2 * batch * out * out * to * from * kernel * kernel) / groups,
      elements: moved,
      mark: { share: depthwise ? 0.6 : 0.75 },
    });
  return isFirst(shape) ? [of(), of(1)] : [of(), of(0), of(1)];
}

const depthwise = (batch: number, channels: number, size: number, stride = 1): Shape => ({
  batch,
  from: channels,
  to: channels,
  size,
  kernel: 3,
  stride,
  groups: channels,
});

export const CONVOLUTIONS: readonly OperationRow[] = (
  [
    // The documents' network.
    { batch: 100, from: 1, to: 16, size: 28, kernel: 3 },
    { batch: 100, from: 16, to: 32, size: 28, kernel: 3 },
    { batch: 100, from: 32, to: 64, size: 14, kernel: 3 },
    // ResNet-18 for images of 32 × 32.
    { batch: 16, from: 64, to: 64, size: 32, kernel: 3 },
    { batch: 16, from: 64, to: 128, size: 32, kernel: 3, stride: 2 },
    { batch: 16, from: 128, to: 128, size: 16, kernel: 3 },
    { batch: 16, from: 256, to: 256, size: 8, kernel: 3 },
    { batch: 16, from: 512, to: 512, size: 4, kernel: 3 },
    { batch: 16, from: 128, to: 256, size: 16, kernel: 1, stride: 2 },
    // ResNet-50.
    { batch: 4, from: 3, to: 64, size: 224, kernel: 7, stride: 2 },
    { batch: 4, from: 64, to: 64, size: 56, kernel: 3 },
    { batch: 4, from: 64, to: 256, size: 56, kernel: 1 },
    { batch: 4, from: 256, to: 64, size: 56, kernel: 1 },
    { batch: 4, from: 256, to: 512, size: 56, kernel: 1, stride: 2 },
    { batch: 4, from: 128, to: 128, size: 28, kernel: 3 },
    { batch: 4, from: 1024, to: 256, size: 14, kernel: 1 },
    { batch: 1, from: 512, to: 512, size: 7, kernel: 3 },
    { batch: 1, from: 2048, to: 512, size: 7, kernel: 1 },
    // MobileNetV2.
    { batch: 4, from: 3, to: 32, size: 224, kernel: 3, stride: 2 },
    depthwise(4, 32, 112),
    depthwise(4, 96, 112, 2),
    depthwise(4, 192, 28),
    depthwise(4, 576, 14),
    depthwise(4, 960, 7),
    { batch: 4, from: 32, to: 16, size: 112, kernel: 1 },
    { batch: 4, from: 96, to: 24, size: 56, kernel: 1 },
    { batch: 4, from: 160, to: 960, size: 7, kernel: 1 },
  ] satisfies Shape[]
).flatMap(convolution);
