import { tensor } from 'hone';
import { type RunHistory, type RunPageOptions, runPage } from 'hone/report';
import { Image, readImage } from 'hone/vision';
import { expect, test } from 'vitest';

const history: RunHistory = {
  epochs: [
    {
      epoch: 1,
      seconds: 2,
      lr: [0.1],
      train: { loss: 2, accuracy: 0.5 },
      validation: { loss: 2.5, accuracy: 0.4 },
      logged: { gradientNorm: 3 },
    },
    {
      epoch: 2,
      seconds: 2,
      lr: [0.01],
      train: { loss: 1, accuracy: 0.75 },
      validation: { loss: 1.5, accuracy: 0.7 },
      logged: { gradientNorm: 2 },
    },
    {
      epoch: 3,
      seconds: 2,
      lr: [0.001],
      train: { loss: 0.5, accuracy: 1 },
      validation: { loss: 2, accuracy: 0.6 },
      logged: { gradientNorm: 1 },
    },
  ],
  best: { epoch: 2, monitor: 'validation.loss', value: 1.5 },
};
/** Text as a reader sees it. */
const textOf = (html: string) =>
  html
    .replace(/<style>[\s\S]*?<\/style>|<svg[\s\S]*?<\/svg>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

test('final and best scores, the gap, time, curves', async () => {
  const page = await runPage(history, {
    title: 'Cats & dogs',
    settings: { optimizer: 'adam' },
    model: 'Linear',
    parameters: 1234,
    notes: ['<b>'],
  });
  const text = textOf(page);
  for (const part of [
    'Cats &#38; dogs',
    'loss ↓ 0.5000 2.0000 +1.5000 1.5000 2',
    'accuracy ↑ 1.0000 0.6000 +0.4000 0.7000 2',
    '6.0 s in all',
    '1,234 parameters',
  ])
    expect(text).toContain(part);
  expect(text).toContain('2 best epoch, by validation loss');
  expect(text).toContain('optimizer adam');
  const charts = [...page.matchAll(/<svg[^>]*aria-label="([^"]*)"/g)].map(([, title]) => title);
  expect(charts).toEqual(['loss', 'accuracy', 'learning rate', 'norm of gradients', 'seconds an epoch']);
  expect(page).toContain('prefers-color-scheme: dark');
  // Nothing is loaded and nothing runs.
  expect(page).not.toMatch(/<script|src="(?!data:)|href=|url\((?!#)|@import/);
});

test('the confusion matrix, the pairs that are confused most, and scores of classes', async () => {
  const interpretation = {
    classes: ['cat', 'dog', 'cow'],
    confusion: [
      [8, 2, 0],
      [1, 9, 0],
      [0, 5, 0],
    ],
  };
  const page = await runPage(history, { interpretation });
  const text = textOf(page);
  expect(text).toContain('cat 8 2 0 dog 1 9 0 cow 0 5 0');
  expect(text).toContain('is taken for times of cow dog 5 5 cat dog 2 10 dog cat 1 10');
  expect(text).toContain('cat 0.8889 0.8000 0.8421 10 dog 0.5625 0.9000 0.6923 10 cow - 0.0000 0.0000 5');
  expect(page).toContain('title="cow taken for dog: 5 of 5"');
  expect(page).not.toContain('transparent; }');
});

test('amounts that are predicted worst stand with their errors', async () => {
  const page = await runPage(history, { worst: [{ name: 'row 3', label: '10.0', prediction: '14.0', error: '4.0' }] });
  expect(textOf(page)).toContain('sample is predicted error row 3 10.0 14.0 4.0');
});

test('a hundred classes have no matrix, but their pairs', async () => {
  const classes = Array.from({ length: 100 }, (_, i) => `class ${i}`);
  const confusion = classes.map((_, i) => classes.map((_, j) => (i === j ? 5 : i + 1 === j ? i : 0)));
  const page = await runPage(history, { interpretation: { classes, confusion } });
  expect(page).not.toContain('class="matrix');
  expect(textOf(page)).toContain('class 98 class 99 98 103');
});

test('pictures of the worst samples and of a batch are PNG files within the page, normalisation undone', async () => {
  const picture = tensor([
    [
      [-1, 1],
      [0, 0.5],
    ],
  ]);
  const options: RunPageOptions = {
    worst: [
      { picture, name: 'a.jpg', label: 'cat', prediction: 'dog', probability: 0.987 },
      { label: 'cat', prediction: 'cat' },
    ],
    batch: [{ picture: new Image('RGB', [2, 1], Uint8Array.of(255, 0, 0, 0, 0, 255)), title: 'red, blue' }],
    mean: [0.5],
    std: [0.5],
  };
  const page = await runPage(history, options);
  expect(textOf(page)).toContain('dog 99 % is cat a.jpg');
  const files = [...page.matchAll(/src="data:image\/png;base64,([^"]+)"/g)].map(([, data]) =>
    Uint8Array.from(Buffer.from(data!, 'base64')),
  );
  const [worst, batch] = await Promise.all(files.map((bytes) => readImage(bytes)));
  expect([worst!.size, [...worst!.convert('L').data]]).toEqual([
    [2, 2],
    [0, 255, 128, 191],
  ]);
  expect([...batch!.data]).toEqual([255, 0, 0, 0, 0, 255]);
});

test('pixels of any range can be seen; large pictures become small', async () => {
  const srcs = async (picture: RunPageOptions['batch'] extends readonly (infer F)[] | undefined ? F : never) => {
    const page = await runPage(history, { batch: [picture] });
    return readImage(Uint8Array.from(Buffer.from(/base64,([^"]+)/.exec(page)![1]!, 'base64')));
  };
  expect([
    ...(
      await srcs({
        picture: tensor([
          [10, 20],
          [15, NaN],
        ]),
      })
    ).convert('L').data,
  ]).toEqual([0, 255, 128, 0]);
  expect([...(await srcs({ picture: tensor([[0, 51]], { dtype: 'uint8' }) })).convert('L').data]).toEqual([0, 51]);
  expect((await srcs({ picture: new Image('L', [800, 400]) })).size).toEqual([160, 80]);
});

test('histories without validation, of one epoch, and with numbers that are none', async () => {
  const epoch = { epoch: 1, seconds: 1, lr: [0.1, 0.2], train: { loss: NaN } };
  const page = await runPage({ epochs: [epoch] });
  expect(textOf(page)).toContain('loss ↓ - - -');
  expect(textOf(page)).toContain('There is no validation data');
  expect(textOf(await runPage({ epochs: [] }, { scores: { accuracy: 0.75 } }))).toContain('A training 0.7500 accuracy Made by Hone.');
});

test('mistakes', async () => {
  await expect(runPage({} as never)).rejects.toThrow(/runPage: the history is an object, expected what fit\(\) gives/);
  await expect(runPage(history, { titel: 'x' } as never)).rejects.toThrow(/titel.*title/);
  await expect(runPage(history, { interpretation: { classes: ['a'], confusion: [] } })).rejects.toThrow(
    /a row and a column for each class/,
  );
  await expect(runPage(history, { batch: [{ picture: tensor([1, 2]) }] })).rejects.toThrow(
    /a picture has shape \[2\], expected \[C, H, W\]/,
  );
});
