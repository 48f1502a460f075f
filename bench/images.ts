/**
 * Loading images with augmentation, beside torchvision: an epoch of a DataLoader over MNIST in memory, and over photos in JPEG files. Files are made
 * on the spot.
 *   npx tsx --tsconfig bench/tsconfig.json bench/images.ts
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DataLoader, Subset } from '../dist/data/index.js';
import { engineInfo, getNumThreads, setNumThreads, type Tensor } from '../dist/index.js';
import { datasets, Image, transforms, writeImage } from '../dist/vision/index.js';
import { torchvisionCommand } from './peers/commands.js';
import { Peer } from './peers/peer.js';
import { makeDigits, noise } from './programs/digits.js';

/** What is asked of torchvision, and done here. */
interface Epoch {
  kind: 'digits' | 'digits, v2' | 'photos';
  root: string;
  batch: number;
  workers: number;
  count: number;
}

/** Microseconds an image: of wall time and of processor time. */
type Cost = [wall: number, busy: number];

const DIGITS = 10_000;
const PHOTOS = 128;

/** The sizes of photos: of those that data sets of the web hold, and larger ones, as cameras give them when they are asked for less. */
const SIZES = [
  [500, 375],
  [1600, 1200],
] as const;

/** Photos in two folders: broad shapes under fine grain, as JPEG files of some 60 KB for 500×375. */
async function makePhotos(root: string, size: readonly [width: number, height: number]): Promise<void> {
  for (let i = 0; i < PHOTOS; i++) {
    const folder = join(root, i % 2 === 0 ? 'a' : 'b');
    mkdirSync(folder, { recursive: true });
    const shapes = new Image('RGB', [9, 7], noise(9 * 7 * 3, i + 1)).resize(size, 'bicubic');
    const grain = noise(shapes.data.length, i + 1000);
    const photo = new Image(
      'RGB',
      size,
      shapes.data.map((value, k) => Math.min(255, Math.max(0, value + (grain[k]! >> 4) - 8))),
    );
    await writeImage(photo, join(folder, `${i}.jpg`), { quality: 90 });
  }
}

function datasetOf({ kind, root, count }: Epoch): Subset<[Tensor, number]> {
  const flip = new transforms.RandomHorizontalFlip();
  if (kind === 'photos') {
    const normalize = new transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
    const steps = [new transforms.RandomResizedCrop(224), flip, new transforms.ToTensor(), normalize] as const;
    return new Subset(new datasets.ImageFolder(root, { transform: new transforms.Compose([...steps]) }) as never, indices(count, PHOTOS));
  }
  const normalize = new transforms.Normalize([0.1307], [0.3081]);
  const steps = [new transforms.RandomCrop(28, { padding: 4 }), flip, new transforms.ToTensor(), normalize] as const;
  return new Subset(new datasets.MNIST(root, { transform: new transforms.Compose([...steps]) }) as never, indices(count));
}

const indices = (count: number, files = count) => Array.from({ length: count }, (_, i) => i % files);

/** As torchvision's epoch is measured: from the first batch on. */
async function epoch(task: Epoch): Promise<Cost> {
  const loader = new DataLoader(datasetOf(task), { batchSize: task.batch, shuffle: true, numWorkers: task.workers });
  const before = process.cpuUsage();
  let [seen, start] = [0, 0];
  for await (const [images] of loader as AsyncIterable<[Tensor, Tensor]>) {
    if (start === 0) start = performance.now();
    else seen += images.shape[0]!;
  }
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return [(wall * 1e3) / seen, (user + system) / task.count];
}

const least = (costs: readonly Cost[]): Cost => [Math.min(...costs.map(([wall]) => wall)), Math.min(...costs.map(([, busy]) => busy))];
const show = ([wall, busy]: Cost) => `${wall.toFixed(wall < 10 ? 2 : 0)} us (${busy.toFixed(busy < 10 ? 2 : 0)})`.padStart(18);

async function row(label: string, ours: Epoch, theirs: readonly Epoch[], torch: Peer | undefined, turns: number): Promise<void> {
  const own: Cost[] = [];
  const others: Cost[][] = theirs.map(() => []);
  for (let turn = 0; turn < turns; turn++) {
    for (let again = 0; again < 3; again++) own.push(await epoch(ours));
    if (torch) for (const [i, task] of theirs.entries()) others[i]!.push((await torch.request(task)) as Cost);
  }
  const hone = least(own);
  console.log(`${label.padEnd(44)} hone ${show(hone)}`);
  if (torch)
    theirs.forEach((task, i) => {
      const other = least(others[i]!);
      const times = (k: 0 | 1) => (other[k] / hone[k]).toFixed(1);
      console.log(`${`  torchvision, ${task.kind}, ${task.workers} workers`.padEnd(49)}${show(other)}  ${times(0)} times (${times(1)})`);
    });
}

export async function benchImages(torch: Peer | undefined, turns: number): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'hone-images-'));
  const threads = getNumThreads();
  try {
    makeDigits(root, DIGITS, 10);
    for (const size of SIZES) await makePhotos(join(root, size.join('x')), size);
    console.log(
      'Loading with augmentation: least microseconds an image of wall time (of processor time), and how many times as long torchvision takes.',
    );
    for (const batch of [64, 128]) {
      const task = { kind: 'digits', root, batch, workers: 0, count: DIGITS } as const;
      const slow = { ...task, count: 2560 };
      await row(
        `MNIST, crop, flip, normalise, batch ${batch}`,
        task,
        [slow, { ...slow, workers: 2 }, { ...slow, kind: 'digits, v2' }, { ...slow, kind: 'digits, v2', workers: 2 }],
        torch,
        turns,
      );
    }
    setNumThreads(1);
    for (const size of SIZES) {
      const count = size === SIZES[0] ? 4 * PHOTOS : PHOTOS;
      for (const workers of [0, 2]) {
        const task = { kind: 'photos', root: join(root, size.join('x')), batch: 16, workers, count } as const;
        await row(`photos ${size.join('×')} to 224×224, ${workers} workers`, task, [task], torch, turns);
      }
    }
    console.log();
  } finally {
    setNumThreads(threads);
    rmSync(root, { recursive: true, force: true });
  }
}

/** Starts torchvision where it is installed, and measures. */
export async function runImages(turns = 3): Promise<void> {
  const { name, isa, threads } = engineInfo();
  console.log(`hone, ${name} engine (${isa}), ${threads} threads`);
  const command = torchvisionCommand();
  if (typeof command === 'string') console.log(command);
  const torch = typeof command === 'string' ? undefined : await Peer.start(command);
  await benchImages(torch, turns);
  await torch?.stop();
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await runImages();
