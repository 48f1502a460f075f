/** The same bytes as PyTorch's SummaryWriter, the same pixels, the same tables: conformance/tensorboard_events.py has written what it gives. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { arange, tensor, zeros } from 'hone';
import { SummaryWriter } from 'hone/tensorboard';
import { readImage } from 'hone/vision';
import { afterAll, describe, expect, test } from 'vitest';
import { RecordReader } from '../read/record-reader.js';
import torch from './torch.fixture.json' with { type: 'json' };

const folder = mkdtempSync(join(tmpdir(), 'hone-tensorboard-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let runs = 0;
/** The records that the calls write: without the version that every file begins with. */
function recordsOf(calls: (writer: SummaryWriter) => unknown, sub = ''): Uint8Array[] {
  const logDir = join(folder, String(runs++));
  const writer = new SummaryWriter(logDir);
  calls(writer);
  writer.close();
  const name = readdirSync(join(logDir, sub)).find((each) => each.includes('tfevents'))!;
  const bytes = new Uint8Array(readFileSync(join(logDir, sub, name)));
  const reader = new RecordReader();
  const out: Uint8Array[] = [];
  for (;;) {
    const next = reader.next({ size: bytes.length, read: (start, end) => bytes.subarray(start, end), close: () => {} });
    if (next.kind !== 'record') break;
    out.push(next.data);
  }
  return out.slice(1);
}

/** Without the time, which comes first. */
const base64 = (record: Uint8Array) => Buffer.from(record.subarray(9)).toString('base64');

const walltime = torch.walltime;
const values = Float64Array.from({ length: 150 }, (_, i) => (((i * 37) % 64) - 20) / 16);
const histogram = (bins: never) => (w: SummaryWriter) => w.addHistogram('h', values, 2, bins);
const vertices = tensor([
  [
    [1, 1, 1],
    [-1, -1, 1],
    [1, -1, -1],
    [-1, 1, -1],
  ],
]);
const colors = tensor(
  [
    [
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
      [255, 0, 255],
    ],
  ],
  { dtype: 'int32' },
);
const faces = tensor(
  [
    [
      [0, 2, 3],
      [0, 3, 1],
      [0, 1, 2],
      [1, 3, 2],
    ],
  ],
  { dtype: 'int32' },
);
const bits = tensor([
  [1, 0, 1],
  [0, 1, 1],
]);

const calls: Record<string, (w: SummaryWriter) => void> = {
  scalar: (w) => w.addScalar('loss/train', 0.25, 3, walltime),
  'scalar of a tensor': (w) => w.addScalar('a', tensor([[0.1]]), tensor(7)),
  'scalar at 0': (w) => w.addScalar('a', 1, 0),
  'scalar without step': (w) => w.addScalar('a', -2),
  'scalar nan': (w) => w.addScalar('a', Number.NaN, 1),
  'scalar inf': (w) => w.addScalar('a', Number.NEGATIVE_INFINITY, { globalStep: 1 }),
  'scalar too large': (w) => w.addScalar('a', 1e300, 1),
  'scalar negative step': (w) => w.addScalar('a', 1, -5),
  'scalar new': (w) => w.addScalar('a', 0.1, 1, { newStyle: true }),
  'scalar new double': (w) => w.addScalar('ü', 0.1, 1, { newStyle: true, doublePrecision: true }),
  histogram: (w) => w.addHistogram('h', values, 2),
  'histogram float32': (w) => w.addHistogram('h', tensor([0.5, 1.5, 1.5, 3]), 2),
  'histogram one value': (w) => w.addHistogram('h', zeros([4]), 2),
  ...Object.fromEntries(
    ['auto', 'fd', 'doane', 'scott', 'stone', 'rice', 'sturges', 'sqrt'].map((bins) => [`histogram ${bins}`, histogram(bins as never)]),
  ),
  'histogram 7': histogram(7 as never),
  'histogram limits': (w) => w.addHistogram('h', values, 2, { bins: [-1, 0, 0.5, 2] }),
  'histogram few': (w) => w.addHistogram('h', values, 2, { maxBins: 64 }),
  'histogram 30 of 7': (w) => w.addHistogram('h', values, 2, 30, { maxBins: 7 }),
  'histogram with nan': (w) => w.addHistogram('h', [1, Number.NaN, 2], 2),
  'histogram raw': (w) =>
    w.addHistogramRaw('h', { min: 0, max: 2, num: 3, sum: 3, sumSquares: 5, bucketLimits: [1, 2], bucketCounts: [1, 2], globalStep: 2 }),
  text: (w) => w.addText('notes', 'A **bold** ü', 1),
  'pr curve': (w) => w.addPrCurve('pr', tensor([0, 1, 1, 0, 1], { dtype: 'int64' }), tensor([0.1, 0.4, 0.35, 0.8, 1]), 1),
  'pr curve 5': (w) => w.addPrCurve('pr', [0, 1, 1], [0.1, 0.4, 0.35], 1, 5, [1, 2, 0.5]),
  'pr curve raw': (w) =>
    w.addPrCurveRaw('pr', {
      truePositiveCounts: [2, 1],
      falsePositiveCounts: [1, 0],
      trueNegativeCounts: [0, 1],
      falseNegativeCounts: [0, 1],
      precision: [0.5, 1],
      recall: [1, 0.5],
      globalStep: 1,
      numThresholds: 2,
    }),
  'custom scalars': (w) =>
    w.addCustomScalars({
      Taiwan: { twse: ['Multiline', ['twse/0050', 'twse/2330']] },
      USA: { dow: ['Margin', ['a', 'b', 'c']], nasdaq: ['Margin', ['d', 'e', 'f']] },
    }),
  multiline: (w) => w.addCustomScalarsMultilinechart(['a', 'b']),
  margin: (w) => w.addCustomScalarsMarginchart(['a', 'b', 'c'], 'cat', 'title'),
  mesh: (w) =>
    w.addMesh('m', vertices, colors, faces, {
      configDict: { material: { cls: 'MeshStandardMaterial', side: 2 }, camera: { fov: 75.5, cls: 'PerspectiveCamera' } },
      globalStep: 1,
    }),
  points: (w) => w.addMesh('m', vertices),
  audio: (w) => w.addAudio('snd', tensor([[0, 0.5, -0.5, 1, -1, 0.1]]), 1, 8000),
  ...Object.fromEntries(
    (['float32', 'float64', 'int32', 'int64', 'uint8', 'bool'] as const).map((dtype) => [
      `tensor ${dtype}`,
      (w: SummaryWriter) => w.addTensor('t', bits.to(dtype), 1),
    ]),
  ),
};

const settings: Record<string, Parameters<SummaryWriter['addHparams']>> = {
  hparams: [{ lr: 0.1 }, { 'hparam/accuracy': 0.9 }],
  'hparams word': [{ optimizer: 'Adam' }, { a: 1, b: 2 }],
  'hparams bool': [{ bias: true, none: null }, { a: 1 }],
  'hparams domain': [{ lr: 0.1 }, { a: 1 }, { hparamDomainDiscrete: { lr: [0.1, 0.01] } }],
  'hparams tensor': [{ lr: tensor([0.5]) }, { a: 1 }],
};

const ramp = (shape: number[], scale = 1) =>
  arange(shape.reduce((a, b) => a * b))
    .mul(7)
    .remainder(23)
    .reshape(shape)
    .div(22)
    .mul(scale);
const images: Record<string, (w: SummaryWriter) => void> = {
  CHW: (w) => w.addImage('i', ramp([3, 4, 5]), 1),
  grey: (w) => w.addImage('i', ramp([1, 4, 5]), 1),
  four: (w) => w.addImage('i', ramp([4, 4, 5]), 1),
  HWC: (w) => w.addImage('i', ramp([4, 5, 3]), 1, { dataformats: 'HWC' }),
  HW: (w) => w.addImage('i', ramp([4, 5]), 1, { dataformats: 'HW' }),
  WH: (w) => w.addImage('i', ramp([4, 5]), 1, { dataformats: 'wh' }),
  uint8: (w) => w.addImage('i', ramp([3, 4, 5]).mul(255).to('uint8'), 1),
  outside: (w) => w.addImage('i', ramp([3, 4, 5], 3).sub(1), 1),
  double: (w) => w.addImage('i', ramp([3, 4, 5]).to('float64'), 1),
  bool: (w) => w.addImage('i', ramp([3, 4, 5]).gt(0.5), 1),
  NCHW: (w) => w.addImages('i', ramp([10, 3, 2, 3]), 1),
  N1HW: (w) => w.addImages('i', ramp([3, 1, 2, 3]), 1),
  NHWC: (w) => w.addImages('i', ramp([9, 2, 3, 3]), 1, { dataformats: 'NHWC' }),
  boxes: (w) =>
    w.addImageWithBoxes(
      'i',
      ramp([3, 20, 24]),
      tensor([
        [3, 4, 12, 15],
        [10.7, 2.2, 22.9, 18.6],
      ]),
      1,
    ),
  'boxes over the edge': (w) =>
    w.addImageWithBoxes(
      'i',
      ramp([3, 10, 12]),
      [
        [-3, -2, 20, 5],
        [0, 0, 11, 9],
        [5, 3, 5, 3],
      ],
      1,
    ),
  'boxes turned': (w) =>
    w.addImageWithBoxes(
      'i',
      ramp([3, 20, 24]),
      tensor([
        [14, 4, 3, 15],
        [20, 18, 10, 2],
      ]),
      1,
    ),
  rescaled: (w) => w.addImageWithBoxes('i', ramp([3, 10, 12]), tensor([[2, 2, 8, 7]]), 1, { rescale: 2 }),
};

/** The image of the one event that was written: what TensorBoard is told of it, and its pixels. */
async function imageOf(call: (w: SummaryWriter) => void) {
  const { fromBinary } = await import('@bufbuild/protobuf');
  const { EventSchema } = await import('../proto/event.gen.js');
  const event = fromBinary(EventSchema, recordsOf(call)[0]!);
  const value = event.what.case === 'summary' ? event.what.value.value[0]! : undefined;
  if (value?.value.case !== 'image') throw new Error('no image was written');
  const { height, width, colorspace, encodedImageString } = value.value.value;
  const read = await readImage(encodedImageString);
  const pixels = { shape: [read.height, read.width, read.channels], pixels: Buffer.from(read.data).toString('base64') };
  return { tag: value.tag, height, width, colorspace, ...pixels };
}

describe('as PyTorch writes it', () => {
  test('all cases are here', () => {
    expect([...Object.keys(calls), ...Object.keys(settings)].sort()).toEqual(Object.keys(torch.events).sort());
    expect([...Object.keys(images), 'sprite'].sort()).toEqual(Object.keys(torch.pixels).sort());
  });

  test.each(Object.keys(calls))('%s', (name) => {
    const wanted = torch.events[name as keyof typeof torch.events].map((event) => base64(Buffer.from(event, 'base64')));
    expect(recordsOf(calls[name]!).map(base64)).toEqual(wanted);
  });

  test.each(Object.keys(settings))('%s', (name) => {
    const [params, metrics, options] = settings[name]!;
    const records = recordsOf((w) => w.addHparams(params, metrics, { ...options, runName: 'run', globalStep: 2 }), 'run');
    const wanted = torch.events[name as keyof typeof torch.events].map((event) => base64(Buffer.from(event, 'base64')));
    expect(records.slice(0, 3).map(base64)).toEqual(wanted);
    expect(records.length).toBe(3 + Object.keys(metrics).length);
  });

  test('the time that is given is written', () => {
    const [record] = recordsOf(calls['scalar']!);
    expect(Buffer.from(record!).toString('base64')).toBe(torch.events.scalar[0]);
  });

  test.each(Object.keys(images))('image: %s', async (name) => {
    expect(await imageOf(images[name]!)).toEqual(torch.pixels[name as keyof typeof torch.pixels]);
  });

  test('the tables of the projector', async () => {
    const logDir = join(folder, 'projector');
    const writer = new SummaryWriter(logDir);
    writer.addEmbedding(
      tensor([
        [0.1, -1, 2.5],
        [1e-6, 3, 1e20],
      ]),
      ['a', 'b ü'],
    );
    writer.addEmbedding(
      tensor(
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        { dtype: 'int64' },
      ),
      {
        metadata: [
          ['a', 1],
          ['b', 2],
          ['c', 3],
        ],
        metadataHeader: ['name', 'n'],
        tag: 'x/ü"',
        globalStep: 12,
        labelImg: arange(36).remainder(7).reshape([3, 1, 3, 4]).div(6),
      },
    );
    writer.close();
    for (const [path, text] of Object.entries(torch.files)) expect([path, readFileSync(join(logDir, path), 'utf8')]).toEqual([path, text]);
    const sprite = await readImage(join(logDir, '00012', 'x%2fü"', 'sprite.png'));
    expect({ shape: [sprite.height, sprite.width, sprite.channels], pixels: Buffer.from(sprite.data).toString('base64') }).toEqual(
      torch.pixels.sprite,
    );
  });
});
