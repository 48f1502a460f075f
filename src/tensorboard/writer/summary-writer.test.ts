/** SummaryWriter: where its files stand and when they are written, what goes on after closing, and what it refuses. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { F, manualSeed, nn, ones, rand, randint, type Tensor, tensor, zeros } from 'hone';
import { lineChart } from 'hone/report';
import { type LoggedEvent, readEvents, readScalars, SummaryWriter } from 'hone/tensorboard';
import { Image, readImage } from 'hone/vision';
import { afterAll, describe, expect, test, vi } from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'hone-writer-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;
const folder = () => join(root, String(folders++));
const filesIn = (path: string) => readdirSync(path).filter((name) => name.includes('tfevents'));
async function eventsOf(path: string): Promise<LoggedEvent[]> {
  const out: LoggedEvent[] = [];
  for await (const event of readEvents(path)) out.push(event);
  return out;
}
const stepsOf = async (path: string, tag = 'a') => ((await readScalars(path))['.']?.[tag] ?? []).map(({ step }) => step);

describe('files', () => {
  test("have PyTorch's names, and begin with the version", async () => {
    const path = folder();
    using writer = new SummaryWriter(path, { filenameSuffix: '.mine' });
    const [name, ...others] = filesIn(path);
    expect(others).toEqual([]);
    const [, seconds, host, pid] = /^events\.out\.tfevents\.(\d{10})\.(.*)\.(\d+)\.\d+\.mine$/.exec(name!)!;
    expect(Math.abs(Number(seconds) - Date.now() / 1000)).toBeLessThan(60);
    expect([host, Number(pid)]).toEqual([hostname(), process.pid]);
    expect(await eventsOf(path)).toMatchObject([{ kind: 'other', what: 'fileVersion' }]);
    expect(writer.getLogdir()).toBe(path);
  });

  test('where there is no process, as in a page', async () => {
    vi.resetModules();
    const tensorboard = (await import('hone/tensorboard')) as { SummaryWriter: typeof SummaryWriter };
    const path = folder();
    vi.stubGlobal('process', undefined);
    try {
      const writer = new tensorboard.SummaryWriter(path);
      writer.addScalar('a', 1, 3);
      writer.close();
    } finally {
      vi.unstubAllGlobals();
    }
    expect(filesIn(path)[0]).toContain('.0.0');
    expect(await stepsOf(path)).toEqual([3]);
  });

  test('a folder by default, of the date and the machine', () => {
    vi.useFakeTimers({ now: new Date(2026, 10, 9, 5, 4, 3), toFake: ['Date'] });
    const before = process.cwd();
    process.chdir(root);
    try {
      const writer = new SummaryWriter({ comment: '_lr0.1' });
      writer.close();
      expect(writer.logDir).toBe(`runs/Nov09_05-04-03_${hostname()}_lr0.1`);
      expect(filesIn(join(root, writer.logDir))).toHaveLength(1);
    } finally {
      process.chdir(before);
      vi.useRealTimers();
    }
  });

  test('events wait until there are maxQueue of them', async () => {
    const path = folder();
    using writer = new SummaryWriter(path, { maxQueue: 3 });
    for (let i = 0; i < 2; i++) writer.addScalar('a', 1, i);
    expect(await stepsOf(path)).toEqual([]);
    writer.addScalar('a', 1, 2);
    expect(await stepsOf(path)).toEqual([0, 1, 2]);
    writer.addScalar('a', 1, 3);
    writer.flush();
    expect(await stepsOf(path)).toEqual([0, 1, 2, 3]);
  });

  test('or until they have waited flushSecs', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const path = folder();
      using writer = new SummaryWriter(path, { flushSecs: 5 });
      writer.addScalar('a', 1, 0);
      vi.advanceTimersByTime(4999);
      expect(await stepsOf(path)).toEqual([]);
      vi.advanceTimersByTime(1);
      expect(await stepsOf(path)).toEqual([0]);
    } finally {
      vi.useRealTimers();
    }
  });

  test('a closed writer begins another file when it is used again; closing twice does nothing', async () => {
    const path = folder();
    const writer = new SummaryWriter(path);
    writer.addScalar('a', 1, 0);
    writer.close();
    writer.close();
    writer.addScalar('a', 1, 1);
    writer.close();
    expect(filesIn(path)).toHaveLength(2);
    expect(await stepsOf(path)).toEqual([0, 1]);
  });

  test('several writers write into one folder, and purgeStep hides what a broken training had noted too far', async () => {
    const path = folder();
    using first = new SummaryWriter(path);
    for (let i = 0; i < 5; i++) first.addScalar('a', 1, i);
    first.flush();
    using second = new SummaryWriter(path, { purgeStep: 3 });
    second.addScalar('a', 2, 3);
    second.flush();
    const points = (await readScalars(path))['.']!['a']!;
    expect(points.map(({ step, value }) => [step, value])).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
      [3, 2],
    ]);
  });

  test('addScalars makes a run for each curve, as PyTorch names them', async () => {
    const path = folder();
    using writer = new SummaryWriter(path);
    writer.addScalars('Loss/train and valid', { train: tensor(0.5), valid: 0.75 }, 1);
    writer.flush();
    const runs = await readScalars(path);
    expect(Object.keys(runs).sort()).toEqual(['Loss_train and valid_train', 'Loss_train and valid_valid']);
    expect(runs['Loss_train and valid_valid']!['Loss/train and valid']).toMatchObject([{ step: 1, value: 0.75 }]);
  });

  test('what waits is written when the program ends by itself, and a killed one leaves whole records', async () => {
    const path = folder();
    const source = join(root, 'program.mts');
    writeFileSync(
      source,
      `import { SummaryWriter } from 'hone/tensorboard';
       const [path, kill] = process.argv.slice(2);
       const writer = new SummaryWriter(path, { maxQueue: 4 });
       for (let i = 0; i < 10; i++) writer.addScalar('a', i, i);
       if (kill) process.kill(process.pid, 'SIGKILL');`,
    );
    const run = (...args: string[]) =>
      spawnSync(process.execPath, ['--import', 'tsx', source, ...args], {
        cwd: join(import.meta.dirname, '../../..'),
        env: { ...process.env, TSX_TSCONFIG_PATH: 'tsconfig.tools.json' },
        encoding: 'utf8',
      });
    const { status, stderr } = run(path);
    expect([status, stderr]).toEqual([0, '']);
    expect(await stepsOf(path)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const killed = folder();
    expect(run(killed, 'kill').signal).toBe('SIGKILL');
    expect(await stepsOf(killed)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('a folder that cannot be made is an error at once', () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    expect(() => new SummaryWriter(join(file, 'runs'))).toThrow(/SummaryWriter: .*file.* is a file, not a directory/);
  });
});

describe('figures', () => {
  test('a chart of hone/report, drawn as a PNG', async () => {
    const path = folder();
    const writer = new SummaryWriter(path);
    const chart = await lineChart({ title: 'a', xName: 'epoch', series: [{ name: 'loss', values: [3, 2, 1] }], width: 300, height: 200 });
    const drawing = writer.addFigure('chart', chart, 3);
    writer.close(); // waits for the chart
    await drawing;
    const image = (await eventsOf(path)).find((event) => event.kind === 'image')!;
    expect(image).toMatchObject({ tag: 'chart', step: 3 });
    const read = await readImage((image as { bytes: Uint8Array }).bytes);
    expect([read.width / read.height, read.width]).toEqual([1.5, (image as { width: number }).width]);
    expect(filesIn(path)).toHaveLength(1);
  });

  test('several of one size stand beside each other', async () => {
    const path = folder();
    const writer = new SummaryWriter(path);
    await writer.addFigure('both', [
      new Image('L', [2, 1], Uint8Array.of(1, 2)),
      new Image('RGB', [2, 1], Uint8Array.of(3, 4, 5, 6, 7, 8)),
    ]);
    await expect(writer.addFigure('both', [new Image('L', [2, 1]), new Image('L', [1, 1])])).rejects.toThrow(
      /addFigure: the figures are 2×1 and 1×1/,
    );
    await expect(writer.addFigure('none', new Uint8Array([1, 2]))).rejects.toThrow(/addFigure: figure is an? Uint8Array, expected a chart/);
    writer.close();
    const [image] = (await eventsOf(path)).flatMap((event) => (event.kind === 'image' ? [event] : []));
    expect([...(await readImage(image!.bytes)).data]).toEqual([1, 1, 1, 2, 2, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe('addGraph', () => {
  class Net extends nn.Module {
    embed = new nn.Embedding(5, 4);
    norm = new nn.BatchNorm1d(4);
    block = new nn.Sequential(new nn.Linear(4, 3), new nn.Dropout(0.5));
    head = new nn.Linear(3, 2, { bias: false });
    constructor() {
      super();
      this.head.requiresGrad_(false);
    }
    override forward(tokens: Tensor, scale: Tensor): Tensor {
      const x = this.norm.forward(this.embed.forward(tokens).mean(1)).mul(scale);
      return this.head.forward(F.relu(this.block.forward(x)));
    }
  }

  async function graphOf(model: nn.Module, input: Tensor | unknown[]) {
    const path = folder();
    const writer = new SummaryWriter(path);
    writer.addGraph(model, input as Tensor);
    writer.close();
    const graph = (await eventsOf(path)).find((event) => event.kind === 'graph')!;
    return new Map((graph as Extract<LoggedEvent, { kind: 'graph' }>).nodes.map(({ name, ...node }) => [name, node]));
  }

  test("operations are named by their modules, as PyTorch's are, and know what they take; frozen and whole-number inputs, too", async () => {
    manualSeed(0);
    const nodes = await graphOf(new Net(), [randint(0, 5, [2, 3]), ones([2, 4])]);
    expect(nodes.get('Net/Embedding[embed]/embedding')).toMatchObject({
      op: 'aten::embedding',
      inputs: ['input/input.1', 'Net/Embedding[embed]/weight'],
    });
    expect(nodes.get('Net/BatchNorm1d[norm]/batch_norm')!.inputs).toEqual([
      'Net/mean',
      'Net/BatchNorm1d[norm]/weight',
      'Net/BatchNorm1d[norm]/bias',
    ]);
    expect(nodes.get('Net/mul')!.inputs).toEqual(['Net/BatchNorm1d[norm]/batch_norm', 'input/input.2']);
    expect(nodes.get('Net/relu')!.inputs).toEqual(['Net/Sequential[block]/Linear[0]/linear']);
    const output = nodes.get('output/output.1')!.inputs[0]!;
    expect(nodes.get(output)!.inputs).toContain('Net/relu');
    expect(output.startsWith('Net/Linear[head]/')).toBe(true);
    // Nothing is taken that is not there.
    for (const { inputs } of nodes.values()) for (const name of inputs) expect(nodes.has(name.replace(/:\d+$/, ''))).toBe(true);
  });

  test('the model is as it was: modes, gradients, running statistics, random numbers', async () => {
    manualSeed(3);
    const model = new Net();
    const before = JSON.stringify(Object.entries(model.stateDict()).map(([name, x]) => [name, x.toArray()]));
    const parameters = model.parameters();
    manualSeed(5);
    const expected = rand([3]).toArray();
    manualSeed(5);
    await graphOf(model, [zeros([2, 3], { dtype: 'int64' }), ones([2, 4])]);
    expect(rand([3]).toArray()).toEqual(expected);
    expect(JSON.stringify(Object.entries(model.stateDict()).map(([name, x]) => [name, x.toArray()]))).toBe(before);
    expect(model.parameters().every((parameter, i) => parameter === parameters[i])).toBe(true);
    expect(model.parameters().map(({ grad, requiresGrad }) => [grad, requiresGrad])).toEqual(
      parameters.map((_, i) => [null, i !== parameters.length - 1]),
    );
    expect(model.modules().every(({ training }) => training)).toBe(true);
  });

  test('errors of forward keep their place, and leave no hooks behind', async () => {
    const model = new nn.Sequential(new nn.Linear(4, 3));
    using writer = new SummaryWriter(folder());
    expect(() => writer.addGraph(model, ones([2, 5]))).toThrow(/^0 \(Linear\): /);
    expect(() => writer.addGraph(3 as never, ones([2]))).toThrow(/addGraph: model is 3, expected a Module/);
    expect(() => writer.addGraph(model, 3 as never)).toThrow(/addGraph: inputToModel is 3, expected a tensor, or a list/);
    expect(model.forward(ones([1, 4])).shape).toEqual([1, 3]);
  });
});

describe('embeddings of several writers', () => {
  test('stand in one list; those of the same points and step are replaced', () => {
    const path = folder();
    for (const dims of [2, 3]) {
      using writer = new SummaryWriter(path);
      writer.addEmbedding(ones([2, dims]), { tag: 'a' });
      writer.addEmbedding(ones([2, dims]), { tag: `own ${dims}` });
    }
    const list = readFileSync(join(path, 'projector_config.pbtxt'), 'utf8');
    expect([...list.matchAll(/tensor_name: "(.*)"/g)].map(([, name]) => name)).toEqual(['own 2:00000', 'a:00000', 'own 3:00000']);
    expect(statSync(join(path, '00000/a/tensors.tsv')).size).toBe('1.0\t1.0\t1.0\n'.length * 2);
  });
});

describe('what is refused', () => {
  const path = folder();
  const writer = new SummaryWriter(path);
  afterAll(() => writer.close());
  test.each<[string, (w: SummaryWriter) => unknown, RegExp]>([
    ['a tensor of two', (w) => w.addScalar('a', ones([2])), /addScalar: scalarValue has shape \[2\], expected one element/],
    ['a word', (w) => w.addScalar('a', 'b' as never), /addScalar: scalarValue is "b", expected a number, or a tensor of one element/],
    ['no tag', (w) => w.addScalar(3 as never, 1), /addScalar: tag is 3, expected a string/],
    ['a step that is none', (w) => w.addScalar('a', 1, Number.NaN), /addScalar: globalStep is NaN, expected a (whole )?number/],
    ['an unknown option', (w) => w.addScalar('a', 1, { step: 1 } as never), /addScalar: there is no option "step"/],
    ['no values', (w) => w.addHistogram('a', []), /addHistogram: values has no element/],
    ['values that are not finite', (w) => w.addHistogram('a', [Number.NaN]), /addHistogram: none of the 1 values of a lies in a bin/],
    ['an unknown rule', (w) => w.addHistogram('a', [1], 1, 'many' as never), /addHistogram: bins is "many", expected 'tensorflow', 'auto'/],
    [
      'limits that fall',
      (w) => w.addHistogram('a', [1], 1, { bins: [2, 1] }),
      /addHistogram: the limits in bins do not increase: 2 and then 1/,
    ],
    [
      'too few counts',
      (w) => w.addHistogramRaw('a', { min: 0, max: 1, num: 1, sum: 1, sumSquares: 1, bucketLimits: [1, 2], bucketCounts: [1] }),
      /2 bucketLimits and 1 bucketCounts/,
    ],
    ['five channels', (w) => w.addImage('a', ones([5, 4, 4])), /addImage: imgTensor has 5 channels/],
    [
      'other dims',
      (w) => w.addImage('a', ones([4, 4])),
      /imgTensor has shape \[4, 4\], expected 3 dims, which dataformats names: CHW.*dataformats: 'HW'/,
    ],
    [
      'formats that are none',
      (w) => w.addImage('a', ones([4, 4]), { dataformats: 'HH' }),
      /addImage: dataformats is "HH", expected H and W/,
    ],
    [
      'boxes of three',
      (w) => w.addImageWithBoxes('a', ones([3, 4, 4]), [[1, 2, 3]]),
      /boxTensor has shape \[1, 3\], expected \[boxes, 4\]/,
    ],
    ['labels and predictions', (w) => w.addPrCurve('a', [1, 0], [0.5]), /addPrCurve: there are 2 labels and 1 predictions/],
    ['two channels of sound', (w) => w.addAudio('a', ones([2, 8])), /addAudio: sndTensor has shape \[2, 8\], expected one dim/],
    ['metadata of other points', (w) => w.addEmbedding(ones([2, 2]), ['a']), /addEmbedding: metadata is \["a"\], expected a list of 2/],
    ['a table in a table', (w) => w.addEmbedding(ones([1, 2]), ['a\tb']), /expected text without tabs and line breaks/],
    ['hyperparameters', (w) => w.addHparams({ a: [1] as never }, {}), /addHparams: hparamDict\.a is \[1\], expected a number, a string/],
    [
      'a domain of other kinds',
      (w) => w.addHparams({ a: 1 }, {}, { hparamDomainDiscrete: { a: ['b'] } }),
      /hparamDomainDiscrete\.a is \["b"\], expected a list of values like hparamDict\.a, 1/,
    ],
    ['margins of two', (w) => w.addCustomScalarsMarginchart(['a', 'b'] as never), /has 2 tags, expected three/],
    ['a mesh of pairs', (w) => w.addMesh('a', ones([1, 4, 2])), /addMesh: vertices has shape \[1, 4, 2\], expected \[bodies, points, 3\]/],
  ])('%s', (_, call, message) => {
    expect(() => call(writer)).toThrow(message);
  });

  test('levels to 255 that are not uint8 are told of, once; images that are normalised are not', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    using other = new SummaryWriter(folder());
    other.addImage('a', ones([3, 4, 4]).mul(2.6));
    expect(warn).not.toHaveBeenCalled();
    for (let i = 0; i < 2; i++) other.addImage('a', ones([3, 4, 4]).mul(200));
    other.addImage('a', ones([3, 4, 4], { dtype: 'int64' }).mul(7));
    expect(
      warn.mock.calls.map(([text]) => /addImage: (\w+) images reach from 0 to 1, and this one has (\d+)/.exec(String(text))!.slice(1)),
    ).toEqual([
      ['float32', '200'],
      ['int64', '7'],
    ]);
    warn.mockRestore();
  });

  test('nothing of it was written', async () => {
    writer.flush();
    expect((await eventsOf(path)).map(({ kind }) => kind)).toEqual(['other']);
  });
});
