/** The page of one training: what people look for after it. */
import { ArgumentError } from '../../errors.js';
import { readOptions, required } from '../../tensor/arguments/arguments.js';
import { show } from '../../tensor/arguments/show.js';
import { escapeHtml, htmlDocument, htmlTable } from '../html.js';
import { plural, showCount, showDuration } from '../text.js';
import { runCharts } from './charts.js';
import { checkHistory, higherIsBetter, type RunHistory, scoreRows, showScore } from './history.js';
import { type ConfusionFigures, confusionSection, perClassTable } from './matrix.js';
import { type Picture, type PictureOptions, pictureData } from './picture.js';
import { style } from './style.js';

/** A sample that the model was most wrong about. */
export interface WorstFigure {
  /** Its picture, where it is one. */
  readonly picture?: Picture | null | undefined;
  /** Its name: a file, a row. */
  readonly name?: string | undefined;
  /** What it is. */
  readonly label: string;
  /** What it was taken for. */
  readonly prediction: string;
  /** How likely that is, to the model. */
  readonly probability?: number | undefined;
  /** Of an amount: how far the prediction is from it. */
  readonly error?: string | undefined;
}

/** A picture of a batch as the model got it. */
export interface BatchFigure {
  /** The picture. */
  readonly picture: Picture;
  /** What it is. */
  readonly title?: string | undefined;
}

/** The options of {@link runPage}. */
export interface RunPageOptions extends PictureOptions {
  /** Written at the top. Default: `A training`. */
  title?: string;
  /** A sentence below it. */
  summary?: string;
  /** What a reader must know first, each a sentence. */
  notes?: readonly string[];
  /** Settings by name. */
  settings?: Readonly<Record<string, string>>;
  /** Scores of an evaluation, beside or without those of the epochs. */
  scores?: Readonly<Record<string, number>>;
  /** The model as it prints: `summary(model, …).toString()`, or `String(model)`. */
  model?: string;
  /** How many parameters the model has. */
  parameters?: number;
  /** Of a classifier: what was taken for what. What `interpret` gives fits. */
  interpretation?: ConfusionFigures;
  /** The samples that the model was most wrong about. */
  worst?: readonly WorstFigure[];
  /** Pictures of a batch of training, with all that augmentation did. */
  batch?: readonly BatchFigure[];
}

const PAGE = {
  title: 'A training',
  summary: '',
  notes: [] as readonly string[],
  settings: {} as Readonly<Record<string, string>>,
  scores: {} as Readonly<Record<string, number>>,
  model: required as unknown as string,
  parameters: required as unknown as number,
  interpretation: required as unknown as ConfusionFigures,
  worst: [] as readonly WorstFigure[],
  batch: [] as readonly BatchFigure[],
  mean: required as unknown as RunPageOptions['mean'],
  std: required as unknown as RunPageOptions['std'],
};

/**
 * The page of a training, as the text of one HTML file that loads nothing: final and best value of every score, the gap between training
 * and validation, curves (scores, learning rate, time, and what callbacks noted, such as norms), the confusion matrix, the worst-classified
 * samples, the model and the settings. It is light or dark as the reader's system is, and fits a phone.
 * @param history what `fit` gives.
 * @param options what else is known; `interpret` of `hone/train` finds out most of it, and the callback `runReport` all.
 * @throws {ArgumentError} for anything but a history.
 * @example
 * const epoch = { epoch: 1, seconds: 2, lr: [0.1], train: { loss: 0.9 }, validation: { loss: 1.1 } };
 * const page = await runPage({ epochs: [epoch] }, { title: 'Cats and dogs' });
 * page.slice(0, 15); // '<!doctype html>'
 */
export async function runPage(history: RunHistory, options: RunPageOptions = {}): Promise<string> {
  checkHistory('runPage', history);
  const given = readOptions('runPage', PAGE, options) as typeof PAGE & RunPageOptions;
  const { title, summary, notes, settings, model, interpretation, worst, batch } = given;
  for (const [name, list] of Object.entries({ notes, worst, batch }))
    if (!Array.isArray(list)) throw new ArgumentError(`runPage: ${name} is ${show(list)}, expected a list.`);
  const body = [
    `<h1>${escapeHtml(title)}</h1>`,
    summary === '' ? '' : `<p class="lead">${escapeHtml(summary)}</p>`,
    notes.length > 0 ? `<p class="note">${notes.map(escapeHtml).join('<br>')}</p>` : '',
    tiles(history, given),
    scoreTable(history),
    await runCharts(history),
    interpretation === undefined ? '' : confusionSection(interpretation),
    interpretation === undefined ? '' : perClassTable(interpretation),
    worst.length === 0 ? '' : worstSection(worst, given),
    batch.length === 0 ? '' : batchSection(batch, given),
    model === undefined ? '' : `<h2>Model</h2>\n<div class="card"><pre>${escapeHtml(model)}</pre></div>`,
    Object.keys(settings).length === 0
      ? ''
      : `<h2>Settings</h2>\n<div class="card">${htmlTable({ columns: [{ title: 'setting' }, { title: 'value' }], rows: Object.entries(settings), wrap: true })}</div>`,
    epochTable(history),
    '<footer>Made by Hone.</footer>',
  ];
  return htmlDocument(title, style, body.filter((part) => part !== '').join('\n'));
}

/** The numbers that are looked for first. */
function tiles(history: RunHistory, { parameters, scores }: Pick<typeof PAGE, 'parameters' | 'scores'>): string {
  const { epochs, best } = history;
  const seconds = history.seconds ?? epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
  const rows = scoreRows(history);
  const measured = epochs.some(({ validation }) => validation !== undefined) ? 'validation ' : '';
  const shown = [...rows.filter(({ name }) => name !== 'loss').slice(0, 2), ...rows.filter(({ name }) => name === 'loss')];
  const out = [
    ...Object.entries(scores).map(([name, value]) => [showScore(value), name]),
    ...shown.flatMap(({ name, best: value, bestEpoch }) =>
      value === undefined ? [] : [[showScore(value), `best ${measured}${name}, epoch ${bestEpoch}`]],
    ),
  ];
  if (epochs.length > 0) out.push([String(epochs.length), epochs.length === 1 ? 'epoch' : 'epochs']);
  if (best !== undefined) out.push([String(best.epoch), `best epoch, by ${best.monitor.replace('.', ' ')}`]);
  if (epochs.length > 0) out.push([showDuration(seconds), 'in all']);
  if (parameters !== undefined) out.push([showCount(parameters), 'parameters']);
  if (out.length === 0) return '';
  return `<div class="tiles">${out.map(([value, name]) => `<div class="card"><b>${escapeHtml(value!)}</b><span>${escapeHtml(name!)}</span></div>`).join('')}</div>`;
}

function scoreTable(history: RunHistory): string {
  const rows = scoreRows(history);
  if (rows.length === 0) return '';
  const validated = rows.some(({ validation }) => validation !== undefined);
  const columns = ['train', ...(validated ? ['validation', 'gap'] : []), 'best', 'epoch'];
  const table = htmlTable({
    columns: [{ title: 'score' }, ...columns.map((title) => ({ title, align: 'right' as const }))],
    rows: rows.map(({ name, train, validation, gap, best, bestEpoch }) => [
      `${name} ${higherIsBetter(name) ? '↑' : '↓'}`,
      showScore(train),
      ...(validated ? [showScore(validation), gap === undefined ? '-' : `${gap > 0 ? '+' : ''}${showScore(gap)}`] : []),
      showScore(best),
      bestEpoch === undefined ? '-' : String(bestEpoch),
    ]),
  });
  const caption = validated
    ? 'Train and validation are those of the last epoch. The gap is by how much validation is worse; where it grows, the model learns the training data by heart. The best is that of validation, and its epoch.'
    : 'Train is that of the last epoch. There is no validation data: how good the model is on data that it has not seen, these numbers do not tell.';
  return `<h2>Scores</h2>\n<div class="card">${table}<p class="caption">${caption}</p></div>`;
}

function pictureFigure(picture: Picture, options: PictureOptions, alt: string, caption: string): string {
  const { src, width, height } = pictureData('runPage', picture, options);
  // Small pictures are shown pixel by pixel, photos smoothly.
  const photo = Math.max(width, height) > 64 ? ' class="photo"' : '';
  return `<figure><img${photo} src="${src}" width="${width}" height="${height}" alt="${escapeHtml(alt)}"><figcaption>${caption}</figcaption></figure>`;
}

const percent = (share: number) => (Number.isNaN(share) ? '-' : `${(100 * share).toFixed(share > 0.9995 || share < 0.1 ? 1 : 0)} %`);

function worstSection(worst: readonly WorstFigure[], options: PictureOptions): string {
  const heading = '<h2>Where the model is most wrong</h2>';
  if (worst.every(({ picture }) => picture === undefined || picture === null)) {
    const right = (title: string) => ({ title, align: 'right' as const });
    if (worst.some(({ error }) => error !== undefined)) {
      const amounts = worst.map(({ name = '', label, prediction, error = '' }) => [name, label, prediction, error]);
      const titles = [{ title: 'sample' }, ...['is', 'predicted', 'error'].map(right)];
      return `${heading}\n<div class="card">${htmlTable({ columns: titles, rows: amounts })}</div>`;
    }
    const rows = worst.map(({ name = '', label, prediction, probability }) => [
      name,
      label,
      prediction,
      probability === undefined ? '' : percent(probability),
    ]);
    const columns = [{ title: 'sample' }, { title: 'is' }, { title: 'taken for' }, right('sure by')];
    return `${heading}\n<div class="card">${htmlTable({ columns, rows })}</div>`;
  }
  const figures = worst.map(({ picture, name, label, prediction, probability }) => {
    const right = label === prediction;
    const sure = probability === undefined ? '' : ` ${percent(probability)}`;
    const caption = `<b class="${right ? 'good' : 'bad'}">${escapeHtml(prediction)}</b>${sure}<br>is ${escapeHtml(label)}${name === undefined ? '' : `<br><span>${escapeHtml(name)}</span>`}`;
    return picture
      ? pictureFigure(picture, options, `${label}, taken for ${prediction}`, caption)
      : `<figure><figcaption>${caption}</figcaption></figure>`;
  });
  return `${heading}\n<div class="card"><div class="pictures">${figures.join('\n')}</div><p class="caption">The samples with the highest loss: what the model takes them for and how sure it is, and what they are.</p></div>`;
}

function batchSection(batch: readonly BatchFigure[], options: PictureOptions): string {
  const figures = batch.map(({ picture, title = '' }) => pictureFigure(picture, options, title, escapeHtml(title)));
  return `<h2>A batch of training</h2>\n<div class="card"><div class="pictures">${figures.join('\n')}</div><p class="caption">As the model gets it: cut, augmented, normalised (which is undone for the eye).</p></div>`;
}

function epochTable(history: RunHistory): string {
  const { epochs, best } = history;
  if (epochs.length === 0) return '';
  const names = scoreRows(history).map(({ name }) => name);
  const sides = (['train', 'validation'] as const).filter((side) => epochs.some((epoch) => epoch[side] !== undefined));
  const logged = [...new Set(epochs.flatMap((epoch) => Object.keys(epoch.logged ?? {})))];
  const columns = ['epoch', ...sides.flatMap((side) => names.map((name) => `${side} ${name}`)), ...logged, 'learning rate', 'time'];
  const rows = epochs.map((epoch) => [
    `${epoch.epoch}${epoch.epoch === best?.epoch ? ' (best)' : ''}`,
    ...sides.flatMap((side) => names.map((name) => showScore(epoch[side]?.[name]))),
    ...logged.map((name) => showScore(epoch.logged?.[name])),
    epoch.lr.map((lr) => String(Number(lr.toPrecision(4)))).join(', '),
    showDuration(epoch.seconds),
  ]);
  const table = htmlTable({ columns: columns.map((title) => ({ title, align: 'right' as const })), rows });
  return `<h2>Epochs</h2>\n<div class="card"><details><summary>${plural(epochs.length, 'epoch')}, one by one</summary>${table}</details></div>`;
}
