/** Trains a small network on folders of photos that are dropped into the page. `npm run demo` serves it under /photos.html. */
import { engineInfo, manualSeed, nn, noGrad, optim, ready, scope, type Tensor } from 'hone';
import { DataLoader, Dataset, trainTestSplit } from 'hone/data';
import { accuracy, fit } from 'hone/train';
import { datasets, type Image, readImage, transforms } from 'hone/vision';
import { drawChart } from './chart.js';
import { find, show, showSteps } from './page.js';
import { chosenFiles, drawnShapes, droppedFiles } from './photo-files.js';

const EPOCHS = 20;
/** Photos are kept a little larger than the network sees them, so that each epoch may cut out another part. */
const [KEPT, SEEN] = [72, 64];
const EXTENSIONS = ['.jpg', '.jpeg', '.png', '.webp', '.gif', '.avif', '.bmp'];

const { CenterCrop, Compose, Normalize, RandomCrop, RandomHorizontalFlip, Resize, ToTensor } = transforms;
const shrink = new Compose([new Resize(KEPT), new CenterCrop(KEPT)]);
const toNumbers = [new ToTensor(), new Normalize(0.5, 0.25)] as const;
const forTraining = new Compose([new RandomCrop(SEEN), new RandomHorizontalFlip(), ...toNumbers]);
const forTesting = new Compose([new CenterCrop(SEEN), ...toNumbers]);

type Photo = readonly [image: Image, label: number];

/** Photos in memory. */
class Photos extends Dataset<[Tensor, number]> {
  constructor(
    readonly photos: readonly Photo[],
    readonly transform: { forward(image: Image): Tensor },
  ) {
    super();
  }

  get length(): number {
    return this.photos.length;
  }

  get(index: number): [Tensor, number] {
    const [image, label] = this.photos[index]!;
    return [this.transform.forward(image), label];
  }
}

function network(classes: number): nn.Module {
  const block = (from: number, to: number) => [
    new nn.Conv2d(from, to, 3, { padding: 1, bias: false }),
    new nn.BatchNorm2d(to),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
  ];
  return new nn.Sequential(
    ...block(3, 16),
    ...block(16, 32),
    ...block(32, 48),
    new nn.AdaptiveAvgPool2d(2),
    new nn.Flatten(),
    new nn.Dropout(0.2),
    new nn.Linear(48 * 4, classes),
  );
}

const [drop, trainButton, stopButton] = [find('drop'), find<HTMLButtonElement>('train'), find<HTMLButtonElement>('stop')];
const chart = find<HTMLCanvasElement>('chart');

let classes: readonly string[] = [];
let photos: Photo[] = [];
let model: nn.Module | undefined;
let losses: number[] = [];
let stop = new AbortController();
let loads = 0;

function canvasOf(image: Image): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = image.size;
  canvas.getContext('2d')!.putImageData(new ImageData(new Uint8ClampedArray(image.convert('RGBA').data), ...image.size), 0, 0);
  return canvas;
}

function element(tag: string, text = '', ...children: Node[]): HTMLElement {
  const made = document.createElement(tag);
  made.append(text, ...children);
  return made;
}

/** Reads the photos of some files, and shows of which classes they are. */
async function load(given: () => Promise<datasets.FolderFile[]> | datasets.FolderFile[]): Promise<void> {
  const load = ++loads;
  stop.abort();
  find('problem').hidden = true;
  trainButton.disabled = true;
  find('unseen').hidden = true;
  find('classes').replaceChildren();
  show('found', 'Reading …');
  try {
    const files = await given();
    const folder = new datasets.ImageFolder<Image>(files, {
      transform: shrink,
      extensions: EXTENSIONS,
      exifOrientation: true,
      onError: 'skip',
    });
    const read: Photo[] = [];
    for await (const some of new DataLoader(folder, { batchSize: 8, collate: (samples) => samples })) {
      if (load !== loads) return; // other photos were dropped meanwhile
      read.push(...some);
      show('found', `Reading … ${read.length} of ${folder.length}`);
    }
    [classes, photos] = [folder.classes, read];
    const { skipped } = folder;
    const broken = skipped.length === 0 ? '' : ` ${skipped.length} cannot be read: ${skipped.map(({ path }) => path).join(', ')}.`;
    show('found', `${read.length} photos of ${classes.length} classes.${broken}`);
    for (const [i, name] of classes.entries()) {
      const own = read.filter(([, label]) => label === i);
      const line = element(
        'div',
        '',
        element('span', name, element('small', ` ${own.length}`)),
        ...own.slice(0, 4).map(([image]) => canvasOf(image)),
      );
      line.className = 'class';
      find('classes').append(line);
    }
    if (classes.length < 2) throw new Error('One class alone teaches nothing: drop two folders or more, one for each class.');
    trainButton.disabled = false;
  } catch (error) {
    if (load === loads) report(error);
  }
}

let due = false;
/** Draws the curve once before the next frame, however many steps that holds. */
function redraw(): void {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    drawChart(chart, losses);
  });
}
addEventListener('resize', redraw);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);

function report(error: unknown): void {
  console.error(error);
  if (find('found').textContent!.startsWith('Reading')) show('found', '');
  find('problem').hidden = false;
  show('problem', error instanceof Error ? error.message : String(error));
}

async function train(): Promise<void> {
  manualSeed(Math.floor(Math.random() * 1e9));
  losses = [];
  stop = new AbortController();
  trainButton.disabled = true;
  stopButton.disabled = false;
  find('problem').hidden = true;
  for (const id of ['epoch', 'loss', 'accuracy', 'speed']) show(id, '–');
  const labels = photos.map(([, label]) => label);
  try {
    const [known, unseen] = trainTestSplit(photos, { testSize: 0.25, stratify: labels });
    const net = network(classes.length);
    model = net;
    await fit(net, {
      train: new DataLoader(new Photos(known, forTraining), { batchSize: Math.min(16, known.length), shuffle: true, dropLast: true }),
      validation: new DataLoader(new Photos(unseen, forTesting), { batchSize: 32 }),
      loss: new nn.CrossEntropyLoss(),
      optimizer: new optim.AdamW(net.parameters(), { lr: 2e-3 }),
      epochs: EPOCHS,
      metrics: [accuracy()],
      signal: stop.signal,
      callbacks: [
        {
          onStep: showSteps(losses, EPOCHS, redraw),
          onEpochEnd({ validation }) {
            show('accuracy', `${(100 * validation!['accuracy']!).toFixed(0)} %`);
            guess(unseen.slice(0, 24));
          },
        },
      ],
    });
  } catch (error) {
    report(error);
  }
  trainButton.disabled = photos.length === 0;
  stopButton.disabled = true;
  trainButton.textContent = 'Train again';
}

/** The most likely class, and how sure the network is. */
function ask(image: Image): { best: number; share: number } {
  const net = model!;
  const { training } = net;
  net.eval();
  const x = forTesting.forward(image).unsqueeze(0);
  const shares = scope(() => noGrad(() => nn.functional.softmax(net.forward(x) as Tensor, 1).toTypedArray())) as Float32Array;
  net.train(training);
  x.dispose();
  const share = Math.max(...shares);
  return { best: shares.indexOf(share), share };
}

function captioned(image: Image, label: number | undefined): HTMLElement {
  const { best, share } = ask(image);
  const wrong = label !== undefined && best !== label;
  const text = element('figcaption', '', element('b', classes[best]!), element('small', ` ${(100 * share).toFixed(0)} %`));
  if (wrong) text.append(element('br'), element('small', `is ${classes[label]!}`));
  const figure = element('figure', '', canvasOf(image), text);
  if (wrong) figure.className = 'wrong';
  return figure;
}

function guess(unseen: readonly Photo[]): void {
  find('unseen').hidden = false;
  find('guesses').replaceChildren(...unseen.map(([image, label]) => captioned(image, label)));
}

drop.ondragover = (event) => {
  event.preventDefault();
  drop.className = 'over';
};
drop.ondragleave = () => {
  drop.className = '';
};
// What is dropped beside it would be opened instead of the page.
addEventListener('dragover', (event) => event.preventDefault());
addEventListener('drop', (event) => {
  event.preventDefault();
  drop.className = '';
  const items = event.dataTransfer?.items;
  if (items?.length) {
    const files = droppedFiles(items);
    void load(() => files);
  }
});
find('choose').onclick = () => find<HTMLInputElement>('files').click();
find<HTMLInputElement>('files').onchange = ({ target }) => void load(() => chosenFiles((target as HTMLInputElement).files!));
find('shapes').onclick = () => void load(() => drawnShapes());
trainButton.onclick = () => void train();
stopButton.onclick = () => stop.abort();
find('ask').onclick = () => find<HTMLInputElement>('one').click();
find<HTMLInputElement>('one').onchange = async ({ target }) => {
  const [file] = (target as HTMLInputElement).files!;
  if (!file) return;
  try {
    const photo = await readImage(file, { mode: 'RGB', exifOrientation: true });
    find('guesses').prepend(captioned(shrink.forward(photo), undefined));
  } catch (error) {
    report(error);
  }
};

drawChart(chart, losses);
ready()
  .then(() => {
    const { isa, name } = engineInfo();
    show('lead', `Everything runs in this page, on the ${name} engine (${isa}): no photo leaves it.`);
  })
  .catch(report);
