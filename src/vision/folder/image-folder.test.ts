/** Folders of images beside torchvision (conformance/vision_folder.py), and folders that are not what they should be. */
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FileError, FormatError, manualSeed, SkippedSampleError, type Tensor } from 'hone';
import { DataLoader } from 'hone/data';
import { datasets, type Image, transforms } from 'hone/vision';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const FOLDER = join(import.meta.dirname, '../../../conformance/fixtures/images');
const PHOTOS = join(FOLDER, 'photos');

interface Tree {
  readonly files: readonly string[];
  readonly classes: readonly string[];
  readonly targets: readonly number[];
  readonly samples: readonly string[];
  readonly text: string;
}
interface Batch {
  readonly numWorkers: number;
  readonly labels: readonly number[];
  readonly shape: readonly number[];
  readonly x: string;
}
const { trees, epochs } = JSON.parse(readFileSync(join(FOLDER, 'expected.json'), 'utf8')) as {
  trees: Record<string, Tree>;
  epochs: Batch[];
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hone-folder-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
/** A folder with these files, empty unless their bytes are given. */
function tree(files: readonly string[] | Record<string, Uint8Array>): string {
  const root = join(folder, String(count++));
  mkdirSync(root);
  for (const [path, bytes] of Array.isArray(files) ? files.map((path) => [path, ''] as const) : Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), bytes as Uint8Array);
  }
  return root;
}

const photo = (name: string) => new Uint8Array(readFileSync(join(FOLDER, name)));
const hash = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');
const bytesOf = (x: Tensor) => new Uint8Array((x.toTypedArray() as Float32Array).buffer);

describe('order', () => {
  it.each(Object.keys(trees))('%s: classes, samples and text are torchvision’s', (name) => {
    const { files, classes, targets, samples, text } = trees[name]!;
    const root = tree(files);
    const data = new datasets.ImageFolder(root);
    expect(data.classes).toEqual(classes);
    expect(data.samples.map(([path]) => relative(root, path))).toEqual(samples);
    expect([data.targets, data.imgs, data.length]).toEqual([targets, data.samples, samples.length]);
    expect(data.classToIdx).toEqual(Object.fromEntries(classes.map((c, i) => [c, i])));
    expect(String(data)).toBe(text.replace('ROOT', root));
  });

  it.each(Object.keys(trees))('%s: the same of files in a list', (name) => {
    const { files, classes, targets, samples } = trees[name]!;
    const listed = files.map((path) => ({ path, file: new Blob([]) })).reverse();
    const data = new datasets.ImageFolder(listed);
    expect([data.classes, data.targets, data.samples.map(([path]) => path)]).toEqual([classes, targets, samples]);
  });

  it('links are followed, a folder in itself is entered once', () => {
    const root = tree(['a/1.jpg']);
    const far = tree(['x/2.jpg']);
    symlinkSync(join(far, 'x'), join(root, 'b'));
    symlinkSync(join(far, 'x/2.jpg'), join(root, 'a/0.jpg'));
    symlinkSync(join(root, 'nowhere'), join(root, 'a/3.jpg'));
    symlinkSync(join(root, 'a'), join(root, 'a/again'));
    const data = new datasets.ImageFolder(root);
    expect(data.samples.map(([path]) => relative(root, path))).toEqual(['a/0.jpg', 'a/1.jpg', 'a/3.jpg', 'b/2.jpg']);
  });

  it('paths begin as root does, by position or by name', () => {
    const root = tree(['a/1.jpg', 'b/1.gif']);
    const options = { allowEmpty: true, isValidFile: (path: string) => path.endsWith('.gif') };
    const data = new datasets.ImageFolder({ root: `${root}/`, ...options });
    expect([data.classes, data.samples]).toEqual([['a', 'b'], [[`${root}/b/1.gif`, 1]]]);
    expect(new datasets.ImageFolder(root, { extensions: ['.GIF', 'jpg'] }).samples.map(([path]) => path)).toEqual([
      `${root}/a/1.jpg`,
      `${root}/b/1.gif`,
    ]);
  });

  it('findClasses and makeDataset may be overridden', () => {
    class Some extends datasets.ImageFolder {
      static override readonly className: string = 'Some';
      static override findClasses(): datasets.FolderClasses {
        return [['c', 'a'], { c: 0, a: 1 }];
      }
    }
    const data = new Some(tree(['a/1.jpg', 'b/2.jpg', 'c/3.jpg']));
    expect([data.targets, data.classes, String(data).split('\n')[0]]).toEqual([[1, 0], ['c', 'a'], 'Dataset Some']);
  });
});

describe('samples', () => {
  it('epochs of a loader are torchvision’s, random transforms included', async () => {
    const { Compose, Normalize, RandomCrop, RandomHorizontalFlip, RandomVerticalFlip, ToTensor } = transforms;
    const transform = new Compose([
      new RandomCrop([14, 15]),
      new RandomHorizontalFlip(),
      new RandomVerticalFlip(0.3),
      new ToTensor(),
      new Normalize(0.5, 0.25),
    ]);
    const data = new datasets.ImageFolder(PHOTOS, transform);
    manualSeed(3);
    const loader = new DataLoader(data, { batchSize: 3, shuffle: true });
    const got: Batch[] = [];
    for (let epoch = 0; epoch < 2; epoch++)
      for await (const [x, y] of loader) {
        const labels = (y as Tensor).toArray() as number[];
        got.push({ numWorkers: 0, labels, shape: (x as Tensor).shape, x: hash(bytesOf(x as Tensor)) });
      }
    expect(got).toEqual(epochs.filter(({ numWorkers }) => numWorkers === 0));
  });

  it('images are RGB, and targets the numbers of classes, each after its transform', async () => {
    const root = tree({ 'a/1.png': photo('grey.png'), 'b/2.png': photo('rgba.png') });
    const [image, target] = await new datasets.ImageFolder(root).get(-1);
    expect([image.mode, image.size, target]).toEqual(['RGB', [17, 13], 1]);
    const sized = new datasets.ImageFolder(
      root,
      (i: Image) => i.width,
      (t) => `class ${t}`,
    );
    const sample: [number, string] = await sized.get(0);
    expect(sample).toEqual([17, 'class 0']);
    await expect(sized.get(2)).rejects.toThrow('there is no sample 2');
  });

  it('photos as their cameras noted', async () => {
    const root = tree({ 'a/1.jpg': photo('orientation-6.jpg') });
    const sizes = [false, true].map(async (exifOrientation) => (await new datasets.ImageFolder(root, { exifOrientation }).get(0))[0].size);
    expect(await Promise.all(sizes)).toEqual([
      [9, 6],
      [6, 9],
    ]);
  });

  it('files of a page', async () => {
    const file = new Blob([photo('rgb.png')]);
    const data = new datasets.ImageFolder([{ path: '/cats/1.png', file }]);
    expect((await data.get(0))[0].size).toEqual([17, 13]);
    const handle = (name: string, entries: [string, unknown][]) => ({
      kind: 'directory',
      name,
      entries: async function* () {
        yield* entries;
      },
    });
    const cats = handle('cats', [['1.png', { kind: 'file', getFile: async () => file }]]);
    const both = await datasets.ImageFolder.fromDirectory([cats, { ...cats, name: 'dogs' }] as never);
    const one = await datasets.ImageFolder.fromDirectory(handle('root', [['cats', cats]]) as never);
    expect([both.classes, both.samples.map(([path]) => path), one.classes]).toEqual([
      ['cats', 'dogs'],
      ['cats/1.png', 'dogs/1.png'],
      ['cats'],
    ]);
    expect((await both.get(1))[1]).toBe(1);
    expect(() => new datasets.ImageFolder([file as File])).toThrow('does not say in what folder it lies');
  });

  it('DatasetFolder loads what its loader loads: at once, or later but in order', async () => {
    const root = tree({ 'a/1.txt': new TextEncoder().encode('3'), 'b/2.txt': new TextEncoder().encode('4') });
    const now = new datasets.DatasetFolder(root, (path) => Number(readFileSync(path, 'utf8')), 'txt');
    expect([now.get(0), now.get(1)]).toEqual([
      [3, 0],
      [4, 1],
    ]);
    const order: number[] = [];
    const later = new datasets.DatasetFolder(root, {
      loader: async (path) => {
        await new Promise((resolve) => setTimeout(resolve, path.includes('1.txt') ? 20 : 0));
        return Number(readFileSync(path, 'utf8'));
      },
      transform: (value: number) => order.push(value),
      isValidFile: () => true,
    });
    await Promise.all([later.get(0), later.get(1)]);
    expect(order).toEqual([3, 4]);
    const broken = new datasets.DatasetFolder(root, () => {
      throw new RangeError('no');
    }, ['.txt']);
    expect(() => broken.get(0)).toThrow(`DatasetFolder: the loader cannot read ${root}/a/1.txt: no`);
  });
});

describe('errors', () => {
  const make =
    (root: string, options = {}) =>
    () =>
      new datasets.ImageFolder(root, options);

  it('of folders', () => {
    const root = tree(['a/1.jpg', 'b/readme.txt']);
    expect(make(join(root, 'no'))).toThrow(`ImageFolder: there is no folder ${root}/no. Its directory holds a, b.`);
    expect(make(join(root, 'no'))).toThrow(FileError);
    expect(make(join(root, 'a/1.jpg'))).toThrow('is a file, expected a folder');
    expect(make(join(root, 'a'))).toThrow(`Couldn't find any class folder in ${root}/a. One image lies directly in it.`);
    expect(make(tree([]))).toThrow('Put the files of each class into a folder of its own');
    expect(make(root)).toThrow(
      'Found no valid file for the classes b. Supported extensions are: .jpg, .jpeg, .png, .ppm, .bmp, .pgm, .tif, .tiff, .webp',
    );
    expect(new datasets.ImageFolder(root, { allowEmpty: true }).classes).toEqual(['a', 'b']);
    expect(make(root, { isValidFile: () => false })).toThrow(
      'Found no valid file for the classes a, b. There are files of other kinds (.jpg, .txt). Remove these folders',
    );
  });

  it.skipIf(process.getuid?.() === 0)('of folders that may not be read', () => {
    const root = tree(['a/1.jpg']);
    chmodSync(join(root, 'a'), 0);
    expect(make(root)).toThrow('no permission to read the folder');
    chmodSync(join(root, 'a'), 0o700);
  });

  it('of options', () => {
    const root = tree(['a/1.jpg']);
    expect(make(root, { target_transform: null })).toThrow('targetTransform');
    expect(make(root, { onError: 'ignore' })).toThrow('onError is "ignore"');
    expect(make(root, { isValidFile: () => true, extensions: ['.jpg'] })).toThrow('both extensions and isValidFile are given');
    expect(make(root, { loader: () => 1, exifOrientation: true })).toThrow('exifOrientation is for the loader of ImageFolder itself');
    expect(make(root, { extensions: [3] })).toThrow('extensions is [3]');
    expect(() => new datasets.ImageFolder(3 as never)).toThrow('root is 3, expected the path of a folder');
    expect(make('')).toThrow('root is "", expected the path of a folder');
    expect(() => new datasets.ImageFolder(pathToFileURL(root) as never)).toThrow('root is a URL, expected the path of a folder');
    expect(() => new datasets.ImageFolder(pathToFileURL(root) as never)).toThrow('Write fileURLToPath(url)');
    expect(make(root, { isValidFile: async () => false })).toThrow('isValidFile answers with a promise');
    expect(() => new datasets.DatasetFolder(root, { extensions: 'jpg' } as never)).toThrow('loader');
    expect(() => new datasets.DatasetFolder(root, () => 1)).toThrow('neither extensions nor isValidFile is given');
  });

  it('of files: each names itself', async () => {
    const root = tree({ 'a/0.jpg': photo('grey.jpg').subarray(0, 200), 'a/1.png': new Uint8Array(0), 'a/2.webp': photo('rgb.png') });
    const data = new datasets.ImageFolder(root);
    for (const [i, name] of ['0.jpg', '1.png'].entries()) {
      await expect(data.get(i)).rejects.toBeInstanceOf(FormatError);
      await expect(data.get(i)).rejects.toThrow(`ImageFolder: ${root}/a/${name} cannot be read as an image`);
    }
    // What a file is called does not matter.
    expect((await data.get(2))[0].width).toBe(17);
    rmSync(join(root, 'a/2.webp'));
    await expect(data.get(2)).rejects.toThrow(`there is no file ${root}/a/2.webp`);
  });

  it('of files that are to be left out', async () => {
    const root = tree({ 'a/0.png': photo('rgb.png'), 'a/1.png': new Uint8Array(0) });
    const data = new datasets.ImageFolder(root, { onError: 'skip' });
    await data.get(0);
    await expect(data.get(1)).rejects.toBeInstanceOf(SkippedSampleError);
    await expect(data.get(1)).rejects.toThrow('it is empty');
    expect(data.skipped.map(({ index, path }) => [index, path])).toEqual([[1, `${root}/a/1.png`]]);
  });
});
