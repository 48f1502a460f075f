/** Reading files of events: those of TensorFlow, growing ones, damaged ones, and bytes that nobody meant. */
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { rand, randn } from 'hone';
import { type LoggedEvent, readEvents, readScalars, SummaryWriter } from 'hone/tensorboard';
import { afterAll, describe, expect, test } from 'vitest';
import { DataType, EventSchema } from '../proto/event.gen.js';
import { frame } from '../records/record.js';

const root = mkdtempSync(join(tmpdir(), 'hone-reader-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function all(source: string | Uint8Array, damage: string[] = []): Promise<LoggedEvent[]> {
  const out: LoggedEvent[] = [];
  for await (const event of readEvents(source, { onDamage: (message) => damage.push(message) })) out.push(event);
  return out;
}

/** A file with a few events of several kinds. */
function written(name: string): Uint8Array {
  const path = join(root, name);
  const writer = new SummaryWriter(path);
  for (let i = 0; i < 5; i++) writer.addScalar('a', i, i);
  writer.addHistogram('h', randn([20]), 1);
  writer.addImage('i', rand([3, 4, 4]), 1);
  writer.addText('t', 'text', 1);
  writer.addScalar('a', 5, 5);
  writer.close();
  return new Uint8Array(readFileSync(join(path, readdirSync(path)[0]!)));
}
const stepsOf = (events: readonly LoggedEvent[]) => events.flatMap((event) => (event.kind === 'scalar' ? [event.step] : []));

/** Where each record begins, and the end. */
function bounds(bytes: Uint8Array): number[] {
  const out = [0];
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  while (out.at(-1)! < bytes.length) out.push(out.at(-1)! + 16 + Number(view.getBigUint64(out.at(-1)!, true)));
  return out;
}

type Value = NonNullable<NonNullable<Parameters<typeof create<typeof EventSchema>>[1]>['what']>;
const event = (what: Value, step = 1) => frame(toBinary(EventSchema, create(EventSchema, { step: BigInt(step), wallTime: 7, what })));
const tensorEvent = (tag: string, pluginName: string, tensor: object, step = 1) =>
  event(
    {
      case: 'summary',
      value: {
        value: [{ tag, ...(pluginName ? { metadata: { pluginData: { pluginName } } } : {}), value: { case: 'tensor', value: tensor } }],
      },
    } as Value,
    step,
  );
const bytesOf = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
const text = (words: string) => new TextEncoder().encode(words);

test("TensorFlow 2's values are what they mean, although its files say so only once", async () => {
  const file = joined(
    tensorEvent('loss', 'scalars', { dtype: DataType.DT_FLOAT, tensorContent: bytesOf(Float32Array.of(0.5)) }),
    tensorEvent('loss', '', { dtype: DataType.DT_DOUBLE, doubleVal: [0.1] }, 2),
    tensorEvent('h', 'histograms', {
      dtype: DataType.DT_DOUBLE,
      tensorShape: { dim: [{ size: 2n }, { size: 3n }] },
      tensorContent: bytesOf(Float64Array.of(0, 1, 4, 1, 2, 6)),
    }),
    tensorEvent('i', 'images', { dtype: DataType.DT_STRING, stringVal: [text('4'), text('3'), text('first'), text('second')] }),
    tensorEvent('half', 'tensor', { dtype: DataType.DT_HALF, tensorShape: { dim: [{ size: 3n }] }, halfVal: [0x3c00, 0xc000] }),
    tensorEvent('all', 'x', { dtype: DataType.DT_INT64, tensorShape: { dim: [{ size: 2n }, { size: 2n }] }, int64Val: [7n] }),
  );
  expect(await all(file)).toMatchObject([
    { kind: 'scalar', tag: 'loss', step: 1, value: 0.5, wallTime: 7, run: '.' },
    { kind: 'scalar', tag: 'loss', step: 2, value: 0.1 },
    { kind: 'histogram', min: 0, max: 2, num: 10, bucketLimits: [1, 2], bucketCounts: [4, 6] },
    { kind: 'image', width: 4, height: 3, bytes: text('first') },
    { kind: 'image', width: 4, height: 3, bytes: text('second') },
    { kind: 'tensor', dtype: 'DT_HALF', values: [1, -2, -2] },
    { kind: 'tensor', plugin: 'x', shape: [2, 2], values: [7, 7, 7, 7] },
  ]);
});

test('a folder is read with those below it, the tenth file after the ninth', async () => {
  const path = join(root, 'many');
  mkdirSync(join(path, 'b/c'), { recursive: true });
  const scalar = (value: number) =>
    event({ case: 'summary', value: { value: [{ tag: 'a', value: { case: 'simpleValue', value } }] } } as Value, value);
  for (const i of [10, 9, 1]) writeFileSync(join(path, `events.out.tfevents.1700000000.host.1.${i}`), scalar(i));
  writeFileSync(join(path, 'b/c/x.tfevents.1'), scalar(3));
  writeFileSync(join(path, 'b/notes.txt'), 'other');
  const runs = await readScalars(path);
  expect(Object.entries(runs).map(([run, curves]) => [run, curves['a']!.map(({ value }) => value)])).toEqual([
    ['.', [1, 9, 10]],
    ['b/c', [3]],
  ]);
});

test.each(['__proto__', 'constructor'])('a tag may have any name: %s', async (tag) => {
  const file = event({ case: 'summary', value: { value: [{ tag, value: { case: 'simpleValue', value: 1 } }] } } as Value);
  const curves = (await readScalars(file))['.']!;
  expect(Object.keys(curves)).toEqual([tag]);
  expect(Object.hasOwn({}, tag) || ({} as Record<string, unknown>)['0'] !== undefined).toBe(false);
});

describe('a file that is being written', () => {
  const bytes = written('growing');
  const ends = bounds(bytes);

  test('cut off anywhere, it is read as far as it goes, without a complaint', async () => {
    for (let cut = 0; cut < bytes.length; cut += cut < 200 ? 1 : 17) {
      const damage: string[] = [];
      const events = await all(bytes.subarray(0, cut), damage);
      expect(events).toHaveLength(ends.filter((end) => end > 0 && end <= cut).length);
      expect(damage).toEqual([]);
    }
  });

  test('is followed: what comes is given as it comes, from new files too', async () => {
    const path = join(root, 'followed');
    mkdirSync(path);
    const file = join(path, 'events.out.tfevents.1');
    const control = new AbortController();
    const half = ends[3]! + 5;
    writeFileSync(file, bytes.subarray(0, half));
    const steps: number[] = [];
    for await (const found of readEvents(path, { follow: true, every: 0.01, signal: control.signal })) {
      if (found.kind !== 'scalar') continue;
      steps.push(found.step);
      if (steps.length === 2) appendFileSync(file, bytes.subarray(half));
      if (steps.length === 6) writeFileSync(join(path, 'events.out.tfevents.2'), bytes);
      if (steps.length === 12) control.abort();
    }
    expect(steps).toEqual([0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5]);
  });
});

describe('a damaged file', () => {
  const bytes = written('damaged');
  const starts = bounds(bytes);
  const spoiled = (at: number) => bytes.map((byte, i) => (i === at ? byte ^ 0x41 : byte));

  test('an event whose checksum is wrong is left out, and reported', async () => {
    const damage: string[] = [];
    const events = await all(spoiled(starts[2]! + 14), damage);
    expect(stepsOf(events)).toEqual([0, 2, 3, 4, 5]);
    expect(damage).toEqual([
      `readEvents: the file has a damaged event of ${starts[3]! - starts[2]! - 16} bytes at byte ${starts[2]}; it is left out.`,
    ]);
  });

  test('after a wrong length nothing can be read', async () => {
    const damage: string[] = [];
    expect(stepsOf(await all(spoiled(starts[2]! + 1), damage))).toEqual([0]);
    expect(damage).toEqual([
      expect.stringMatching(/damaged at byte \d+: the checksum of its length is wrong\. What comes after it cannot be read/),
    ]);
  });

  test('a record that is no event is left out', async () => {
    const damage: string[] = [];
    const file = joined(bytes.subarray(0, starts[2]), frame(Uint8Array.of(0x2a, 0xff, 0xff, 1)), bytes.subarray(starts[2]!));
    expect(stepsOf(await all(file, damage))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(damage).toEqual([expect.stringMatching(/something before byte \d+ that is no event/)]);
  });

  test('lengths that cannot be cost nothing', async () => {
    const huge = frame(Uint8Array.of());
    const view = new DataView(huge.buffer);
    view.setBigUint64(0, 2n ** 62n, true);
    const { maskedCrc } = await import('../records/record.js');
    view.setUint32(8, maskedCrc(huge.subarray(0, 8)), true);
    const damage: string[] = [];
    expect(await all(huge, damage)).toEqual([]);
    expect(damage).toEqual([expect.stringMatching(/it announces 4611686018427387904 bytes/)]);
    const many = tensorEvent('x', 'x', {
      dtype: DataType.DT_FLOAT,
      tensorShape: { dim: [{ size: 2n ** 40n }, { size: 2n ** 20n }] },
      floatVal: [1],
    });
    expect(await all(many)).toMatchObject([{ values: [1] }]);
  });

  test('whatever bytes there are, it ends without any other error', async () => {
    let seed = 1;
    const random = (n: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return seed % n;
    };
    for (let round = 0; round < 300; round++) {
      const payload = bytes.slice(starts[1 + random(starts.length - 2)]! + 12);
      for (let k = 0; k <= random(4); k++) payload[random(Math.min(payload.length, 90))] = random(256);
      // A right frame around wrong bytes, so that the decoder sees them.
      await all(joined(frame(payload.subarray(0, random(payload.length))), spoiled(random(bytes.length))), []);
    }
  });
});

test.each<[unknown, object | undefined, RegExp]>([
  [join(tmpdir(), 'there is no such folder'), undefined, /readEvents: there is no file/],
  [3, undefined, /readEvents: source is 3, expected a path, or the bytes of a file/],
  ['x', { follows: true }, /readEvents: there is no option "follows"/],
  [new Uint8Array(), { follow: true }, /bytes do not grow/],
])('%s with %j is refused', async (source, options, message) => {
  await expect((async () => readEvents(source as string, options).next())()).rejects.toThrow(message);
});

test('a folder without events says so', async () => {
  mkdirSync(join(root, 'empty'));
  await expect(all(join(root, 'empty'))).rejects.toThrow(/the folder .*empty and those below it hold no events/);
});
