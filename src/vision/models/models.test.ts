import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ArgumentError,
  arange,
  equal,
  F,
  FormatError,
  manualSeed,
  nn,
  noGrad,
  randn,
  StateDictError,
  save,
  saveBytes,
  type Tensor,
  zeros,
} from 'hone';
import { models } from 'hone/vision';
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';
import { forgetWarnings } from '../../tensor/arguments/warn-once.js';

interface Case {
  name: string;
  args: Record<string, unknown>;
  text: string;
  keys: string;
  state: string;
  image?: number[];
  scores?: number[][];
  loss?: number;
  gradients?: [number, number][];
  buffers?: number[];
}

/** Of torchvision: python conformance/vision_models.py. */
const cases = JSON.parse(readFileSync(join(import.meta.dirname, 'models.fixture.json'), 'utf8')) as Case[];

function sha(...parts: (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 16);
}

const bytesOf = (x: Tensor) => {
  const values = x.contiguous().toTypedArray() as Float32Array;
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
};
const norm = (x: Tensor) => x.square().sum().sqrt().item();

function expectNear(found: number[], expected: number[], scale = 1): void {
  expect(found.length).toBe(expected.length);
  found.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!), `${i}: ${value} for ${expected[i]}`).toBeLessThan(1e-6 * (Math.abs(expected[i]!) + scale));
  });
}

describe('as torchvision makes it and computes', () => {
  test.each(cases.map((c) => [`${c.name} ${JSON.stringify(c.args)}`, c] as const))('%s', (_, c) => {
    manualSeed(7);
    const model = models.getModel(c.name, c.args);
    expect(sha(String(model))).toBe(c.text);
    expect(sha(Object.keys(model.stateDict()).join(','))).toBe(c.keys);
    expect(sha(...Object.values(model.stateDict()).map(bytesOf))).toBe(c.state);
    if (c.image === undefined) return;
    manualSeed(8);
    const x = randn(c.image).double();
    model.double().eval();
    const scores = noGrad(() => model.forward(x));
    expectNear(
      (scores.toArray() as number[][]).flatMap((row) => row.slice(0, 5)),
      c.scores!.flat(),
    );
    model.train();
    manualSeed(9);
    const y = model.forward(x);
    const loss = F.crossEntropy(y, arange(c.image[0]!).remainder(y.shape[1]!));
    loss.backward();
    expectNear([loss.item()], [c.loss!]);
    const gradients = model.parameters().map(({ grad }) => [norm(grad!), grad!.sum().item()]);
    const largest = Math.max(...c.gradients!.map(([n]) => n));
    expectNear(gradients.flat(), c.gradients!.flat(), largest);
    expectNear(
      model.buffers().map((b) => b.double().sum().item()),
      c.buffers!,
    );
  });
});

describe('beyond torchvision', () => {
  test('a stem for small images, and grey ones', () => {
    const model = models.resnet18({ numClasses: 3, stem: 'cifar', inChannels: 1 });
    expect(String(model.conv1)).toBe('Conv2d(1, 64, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), bias=False)');
    expect(String(model.maxpool)).toBe('Identity()');
    const sizes: number[] = [];
    model.layer4.registerForwardHook((_, [x], y) => void sizes.push((x as Tensor).shape[2]!, (y as Tensor).shape[2]!));
    expect(model.forward(randn([2, 1, 32, 32])).shape).toEqual([2, 3]);
    expect(sizes).toEqual([8, 4]);
    const mobile = models.mobilenetV2({ numClasses: 3, stem: 'cifar', widthMult: 0.1, inChannels: 4 });
    expect(mobile.features.forward(randn([1, 4, 32, 32])).shape).toEqual([1, 1280, 2, 2]);
    expect(models.vgg11Bn({ inChannels: 1, hidden: 8, pooled: 1, numClasses: 2 }).forward(randn([2, 1, 32, 32])).shape).toEqual([2, 2]);
  });

  test('other norms and activations, by a function or a class', () => {
    const small = (normLayer: models.NormLayer) => new models.ResNet(models.BasicBlock, [1, 1, 1, 1], { numClasses: 2, normLayer });
    expect(String(small((channels) => new nn.GroupNorm(4, channels)).layer2)).toContain('GroupNorm(4, 128');
    expect(String(small(nn.InstanceNorm2d).bn1)).toContain('InstanceNorm2d(64');
    expect(String(new models.Conv2dNormActivation(3, 8, { normLayer: null, activationLayer: nn.SiLU }))).toBe(
      'Conv2dNormActivation(\n  (0): Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))\n  (1): SiLU()\n)',
    );
    expect(() => small((() => 3) as never)).toThrow('normLayer is 3, expected an nn.Module');
    expect(() => small(3 as never)).toThrow('ResNet: normLayer is 3, expected a function');
  });

  test('models can be copied, and their layers replaced', () => {
    const model = models.resnet18({ numClasses: 2 }).eval();
    const copy = model.clone();
    const x = randn([1, 3, 32, 32]);
    expect(equal(copy.forward(x), model.forward(x))).toBe(true);
    copy.fc = new nn.Linear(512, 7);
    copy.conv1 = new nn.Conv2d(1, 64, 3);
    expect(copy.forward(randn([1, 1, 32, 32])).shape).toEqual([1, 7]);
  });
});

describe('weights', () => {
  let warnings: MockInstance<typeof console.warn>;
  let folder: string;
  beforeEach(() => {
    forgetWarnings();
    warnings = vi.spyOn(console, 'warn').mockImplementation(() => {});
    folder = mkdtempSync(join(tmpdir(), 'hone-models-'));
  });
  afterEach(() => {
    warnings.mockRestore();
    rmSync(folder, { recursive: true });
  });
  const options = { widthMult: 0.1, invertedResidualSetting: [[1, 8, 1, 1]] } as const;
  const trained = models.mobilenetV2({ ...options, numClasses: 6 });
  const state = trained.stateDict();

  test('come from a file, its bytes or a state dict, and say how many classes there are', () => {
    const path = join(folder, 'weights.pth');
    save(state, path);
    save(state, join(folder, 'weights.safetensors'));
    for (const weights of [path, join(folder, 'weights.safetensors'), saveBytes(state), state]) {
      const model = models.mobilenetV2({ ...options, weights });
      expect(sha(...Object.values(model.stateDict()).map(bytesOf))).toBe(sha(...Object.values(state).map(bytesOf)));
      expect(model.stateDict()['classifier.1.weight']!.storage).not.toBe(state['classifier.1.weight']!.storage);
    }
    expect(warnings).not.toHaveBeenCalled();
  });

  test('of other classes are loaded but for the last layer, which a warning says', () => {
    manualSeed(3);
    const fresh = models.mobilenetV2({ ...options, numClasses: 2 }).stateDict();
    manualSeed(3);
    const model = models.mobilenetV2({ ...options, numClasses: 2, weights: state }).stateDict();
    for (const [key, value] of Object.entries(model))
      expect(equal(value, key.startsWith('classifier.1') ? fresh[key]! : state[key]!), key).toBe(true);
    expect(warnings.mock.calls.map(([text]) => text)).toEqual([
      'hone: mobilenetV2: the weights tell 6 classes apart, the model 2: all but its last layer, classifier.1, is loaded. Train that before you use it.',
    ]);
  });

  test('of another model are refused', () => {
    expect(() => models.mobilenetV2({ ...options, widthMult: 0.6, weights: state })).toThrow(StateDictError);
    expect(() => models.mobilenetV2({ widthMult: 2, numClasses: 2, weights: state })).toThrow(
      /^mobilenetV2: classifier.1.weight of the weights is \[6, 1280\], the model's is \[2, 2560\]/,
    );
    const { 'classifier.1.bias': _, ...incomplete } = state;
    expect(() => models.mobilenetV2({ ...options, weights: incomplete })).toThrow(/^mobilenetV2: .*missing keys: classifier.1.bias/s);
    expect(() => models.resnet18({ numClasses: 2, weights: state })).toThrow(/^resnet18: /);
    expect(() => models.lenet({ weights: new Uint8Array(20) })).toThrow(FormatError);
    expect(() => models.lenet({ weights: true as never })).toThrow(/lenet: weights is true.*nothing to download from/);
    expect(() => models.lenet({ weights: zeros([3]) as never })).toThrow(ArgumentError);
    for (const name of ['DEFAULT', 'IMAGENET1K_V1', 'ResNet18_Weights.DEFAULT'])
      expect(() => models.resnet18({ weights: name })).toThrow('Download https://download.pytorch.org/models/resnet18-f37072fd.pth');
  });
});

describe('what cannot be meant', () => {
  test('says so', () => {
    expect(models.listModels()).toContain('vgg16Bn');
    expect(models.getModel('vgg11_bn', { hidden: 2, pooled: 1 })).toBeInstanceOf(models.VGG);
    expect(() => models.getModel('resnet81')).toThrow(/there is no model "resnet81"; there are lenet, mlp.*Did you mean resnet18/);
    expect(() => models.getModel(3 as never)).toThrow(ArgumentError);
    const wrong: [() => unknown, RegExp][] = [
      [() => models.resnet18({ numClasses: 0 }), /resnet18: numClasses is 0/],
      [() => models.resnet18({ groups: 2 }), /BasicBlock: groups is 2.*Use Bottleneck/],
      [() => models.resnet50({ replaceStrideWithDilation: [true] as never }), /replaceStrideWithDilation is .*three booleans/],
      [() => models.resnet18({ stem: 'small' as never }), /stem is "small"/],
      [() => new models.ResNet(nn.Linear as never, [1, 1, 1, 1]), /block is .*BasicBlock/],
      [() => new models.ResNet(models.BasicBlock, [1, 1] as never), /layers is .*four/],
      [() => models.mobilenetV2({ invertedResidualSetting: [[1, 2]] as never }), /invertedResidualSetting is /],
      [() => models.mobilenetV2({ dropout: 2 }), /dropout is 2/],
      [() => new models.InvertedResidual(4, 4, 3, 1), /stride is 3, expected 1 or 2/],
      [() => models.lenet({ imageSize: 30 as 28 }), /imageSize is 30, expected 28 or 32/],
      [() => models.mlp({ hidden: [0] }), /hidden/],
      [() => models.vgg11({ dropuot: 0.1 } as never), /vgg11: .*"dropuot".*dropout/s],
      [() => models.vgg11(null as never), /vgg11: /],
      [() => models.resnet50('weights.pth' as never), /resnet50: got "weights.pth" where options are expected/],
      [() => new models.VGG(3 as never), /features is 3, expected an nn.Module/],
    ];
    for (const [use, message] of wrong) {
      expect(use).toThrow(ArgumentError);
      expect(use).toThrow(message);
    }
  });
});
