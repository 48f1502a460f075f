/** `hone runs show`: all that is known of a run, a study, a variant, a log. */
import { lstatSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { showBytes } from '../../engine/memory/allocator.js';
import { HoneError, printable } from '../../errors.js';
import { terminalChart } from '../../report/charts/terminal-chart.js';
import { cut, oneLine, width } from '../../report/progress/cells.js';
import { showScore } from '../../report/run/history.js';
import { studyTable } from '../../report/study/table.js';
import { plural, shellWord, showCount, showDuration } from '../../report/text.js';
import { readFigures } from '../../study/run/folder.js';
import { studyVerdict } from '../../study/verdict/study-verdict.js';
import { readEvents } from '../../tensorboard/read/read-events.js';
import { showPath, showTime } from '../commands/run.js';
import { fitTable } from './fit-table.js';
import { tableOf } from './list.js';
import type { Named, VariantRuns } from './names.js';
import { type EpochInfo, type OtherInfo, type RunInfo, type StudyInfo, scoreOf } from './read/info.js';
import { endedOf } from './rows.js';

/** How a page for the terminal is written. */
export interface Look {
  readonly room: number;
  readonly colors: boolean;
  /** Every epoch, and all of the model. */
  readonly whole: boolean;
}

/** How many epochs are shown, and how many lines of a model. */
const EPOCHS = 10;
const LINES = 24;
/** How many files are listed. */
const FILES = 40;

/** What is known, for a terminal. */
export async function show(named: Named, look: Look): Promise<string> {
  switch (named.kind) {
    case 'study':
      return showStudy(named, look);
    case 'variant':
      return showVariant(named, look);
    case 'train':
    case 'run':
      return showRun(named, look);
    default:
      return showOther(named, look);
  }
}

export const heading = (text: string, room: number) => `\n${text}\n${'─'.repeat(Math.min(room, Math.max(4, width(text))))}\n`;

/** What stands at the top: a name, and what is known in short. */
function head(name: string, facts: readonly (readonly [string, string])[], room: number): string {
  const title = cut(oneLine(name), room);
  return `${title}\n${'═'.repeat(width(title))}\n${pairs(facts, room)}`;
}

/** Names and values below each other; long values go on below themselves. */
export function pairs(entries: readonly (readonly [name: string, value: string])[], room: number): string {
  const shown = entries.filter(([, value]) => value !== '');
  const left = Math.min(24, Math.max(0, ...shown.map(([name]) => width(oneLine(name)))));
  return shown
    .map(([name, value]) => {
      const head = cut(oneLine(name), left);
      const lines = wrapped(oneLine(value), Math.max(20, room - left - 2));
      return lines.map((line, i) => `${i === 0 ? head + ' '.repeat(left - width(head)) : ' '.repeat(left)}  ${line}\n`).join('');
    })
    .join('');
}

/** A text in lines of so many cells, broken between words where it can be. */
export function wrapped(text: string, cells: number): string[] {
  const out: string[] = [];
  let line = '';
  for (let word of text.split(' ')) {
    if (line !== '' && width(line) + 1 + width(word) > cells) {
      out.push(line);
      line = '';
    }
    while (width(word) > cells) {
      const head = cut(word, cells + 1).slice(0, -1) || word.slice(0, cells);
      if (line !== '') out.push(line);
      line = '';
      out.push(head);
      word = word.slice(head.length);
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...out, line];
}

const stateWords = (state: string, reason: string | undefined) => (reason === undefined ? state : `${state}: ${reason}`);

/** When files were written last, and how long ago that is. */
const timeOf = (changed: number) => (changed === 0 ? '' : showTime(new Date(changed)));

/** A run that failed before it had a model has no parameters. */
const modelOf = ({ model }: RunInfo): string =>
  model === undefined
    ? ''
    : [model.description, model.parameters > 0 ? plural(model.parameters, 'parameter') : ''].filter((text) => text !== '').join('; ');

function showRun(run: RunInfo, look: Look): string {
  const { room } = look;
  const of = run.study === undefined ? '' : `run of the study ${run.study}`;
  const facts: [string, string][] = [
    ['what', run.kind === 'run' ? of : run.title || 'a training by hone train'],
    ['state', stateWords(run.state, run.reason)],
    ['variant', run.variant ?? ''],
    ['repeat', run.repeat === undefined ? '' : String(run.repeat)],
    [
      'seeds',
      Object.entries(run.seeds)
        .map(([name, seed]) => (name === 'seed' ? String(seed) : `${name} ${seed}`))
        .join(', '),
    ],
    ['epochs', `${run.epochs.length}${run.chosen > 0 ? `, the weights of epoch ${run.chosen} count` : ''}`],
    ['duration', run.seconds > 0 ? showDuration(run.seconds) : ''],
    ['started', run.started === undefined ? '' : timeOf(Date.parse(run.started) || 0)],
    ['written', timeOf(run.changed)],
    ['model', modelOf(run)],
    ['folder', showPath(run.folder)],
  ];
  return [
    head(run.name, facts, room),
    scoreTable(run, look),
    ...charts(run.epochs, run.metric.name, look),
    epochTable(run.epochs, look),
    settingsOf(run.settings, room),
    extras(run, room),
    architecture(run, look),
    files(run.folder, room),
    again(run),
  ].join('');
}

/** Loss and metrics of the weights that count. */
function scoreTable({ scores, chosen }: RunInfo, { room }: Look): string {
  const sides = (['train', 'validation', 'test'] as const).filter((side) => scores[side]);
  if (sides.length === 0) return '';
  const names = [...new Set(sides.flatMap((side) => Object.keys(scores[side]!)))];
  const rows = names.map((name) => [name, ...sides.map((side) => showScore(scores[side]![name]))]);
  return `${heading(chosen > 0 ? `Scores, epoch ${chosen}` : 'Scores', room)}${fitTable([{ title: '' }, ...sides.map((title) => ({ title, align: 'right' as const }))], rows, room)}\n`;
}

/** Curves of the loss and of the metric, where there are some. */
export function charts(epochs: readonly EpochInfo[], metric: string, { room, colors }: Look): string[] {
  const columns = Math.max(20, Math.min(room, 80));
  return [...new Set(['loss', metric])].flatMap((name) => {
    const y = Object.fromEntries(
      (['train', 'validation'] as const).flatMap((side) => {
        const values = epochs.map((epoch) => epoch[side][name] ?? Number.NaN);
        return values.some(Number.isFinite) ? [[side, values]] : [];
      }),
    );
    return epochs.length < 2 || Object.keys(y).length === 0
      ? []
      : [`\n${terminalChart({ title: name, y, xLabel: 'epoch', columns, rows: 8, colors })}\n`];
  });
}

function epochTable(epochs: readonly EpochInfo[], { room, whole }: Look): string {
  if (epochs.length === 0) return '';
  const shown = whole ? epochs : epochs.slice(-EPOCHS);
  const names = (side: 'train' | 'validation') => [...new Set(shown.flatMap((epoch) => Object.keys(epoch[side])))];
  const columns = [
    ...names('train').map((name) => ({ title: `train ${name}`, of: (epoch: EpochInfo) => epoch.train[name], rank: 2 })),
    ...names('validation').map((name) => ({ title: `validation ${name}`, of: (epoch: EpochInfo) => epoch.validation[name], rank: 1 })),
  ];
  const rows = shown.map((epoch) => [
    String(epoch.epoch),
    ...columns.map(({ of }) => showScore(of(epoch))),
    Number.isNaN(epoch.lr) ? '' : String(Number(epoch.lr.toPrecision(4))),
    Number.isFinite(epoch.seconds) ? showDuration(epoch.seconds) : '',
  ]);
  const right = (title: string, rank: number) => ({ title, rank, align: 'right' as const });
  const table = fitTable(
    [{ title: 'epoch', align: 'right' }, ...columns.map(({ title, rank }) => right(title, rank)), right('lr', 3), right('time', 4)],
    rows,
    room,
  );
  const hidden = epochs.length - shown.length;
  return `${heading('Epochs', room)}${table}\n${hidden > 0 ? `The first ${hidden} are not shown: --whole shows all.\n` : ''}`;
}

const settingsOf = (settings: Readonly<Record<string, string>>, room: number) =>
  Object.keys(settings).length === 0 ? '' : `${heading('Settings', room)}${pairs(Object.entries(settings), room)}`;

function extras({ extra }: RunInfo, room: number): string {
  const entries = Object.entries(extra).map(([name, value]): [string, string] => [
    name,
    typeof value === 'number' ? showScore(value) : value.map((one) => showScore(one)).join(', '),
  ]);
  return entries.length === 0 ? '' : `${heading('Further figures', room)}${pairs(entries, room)}`;
}

function architecture({ model }: RunInfo, { room, whole }: Look): string {
  if (!model || model.architecture === '') return '';
  const lines = model.architecture.split('\n');
  const shown = whole ? lines : lines.slice(0, LINES);
  const more = lines.length > shown.length ? `… ${lines.length - shown.length} more lines: --whole shows all.\n` : '';
  return `${heading('Model', room)}${shown.map((line) => `${cut(printable(line), room)}\n`).join('')}${more}`;
}

/** The files of a folder and those below it, without following links. */
export function filesIn(folder: string): { path: string; size: number }[] {
  const out: { path: string; size: number }[] = [];
  const visit = (at: string) => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) visit(path);
      else out.push({ path: relative(folder, path), size: lstatSync(path, { throwIfNoEntry: false })?.size ?? 0 });
    }
  };
  try {
    visit(folder);
  } catch {
    // What cannot be looked into is not listed.
  }
  return out.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function files(folder: string, room: number): string {
  const all = filesIn(folder);
  if (all.length === 0) return '';
  const rows = all.slice(0, FILES).map(({ path, size }) => [path, showBytes(size)]);
  const more = all.length > FILES ? `… and ${showCount(all.length - FILES)} more.\n` : '';
  return `${heading('Files', room)}${fitTable(
    [
      { title: 'file', least: 20 },
      { title: 'size', align: 'right' },
    ],
    rows,
    room,
  )}\n${more}`;
}

/** How to go on with it, and how to repeat it. */
function again(info: RunInfo | StudyInfo): string {
  const lines: string[] = [];
  if (info.state === 'stopped' || info.state === 'killed') {
    if (info.kind === 'train') lines.push(`Go on:   hone train --resume ${shellWord(showPath(info.folder))}`);
    if (info.kind === 'study') lines.push(`Go on:   hone study --resume ${shellWord(showPath(info.folder))}`);
  }
  if (info.command !== undefined && info.command !== '') lines.push(`Repeat:  ${oneLine(info.command)}`);
  return lines.length === 0 ? '' : `\n${lines.join('\n')}\n`;
}

async function showStudy(study: StudyInfo, look: Look): Promise<string> {
  const { room } = look;
  const planned = study.planned || study.runs.length;
  const facts: [string, string][] = [
    ['what', study.title || 'a study'],
    ['state', stateWords(study.state, study.reason)],
    ['runs', `${endedOf(study)} of ${planned} have ended`],
    ['started', study.started === undefined ? '' : timeOf(Date.parse(study.started) || 0)],
    ['compares', `${study.metric.name}, of which ${study.metric.better === 'max' ? 'more' : 'less'} is better`],
    ['written', timeOf(study.changed)],
    ['folder', showPath(study.folder)],
  ];
  return [
    head(study.name, facts, room),
    await verdictOf(study, look),
    study.runs.length === 0 ? '' : `${heading('Runs', room)}${tableOf(study.runs, room)}\n`,
    settingsOf(study.settings, room),
    again(study),
  ].join('');
}

/** The verdict on a study's figures, in words and as a table; where there is none yet, the means of the variants. */
async function verdictOf(study: StudyInfo, look: Look): Promise<string> {
  if (study.figures?.['format'] !== 1) return variantTable(study, look);
  const { room } = look;
  try {
    const figures = readFigures(study.folder);
    const verdict = await studyVerdict(figures);
    const words = verdict.words.flatMap((sentence) => wrapped(oneLine(sentence), room)).join('\n');
    return `${heading('Verdict', room)}${words}\n\n${studyTable(figures, verdict, Math.max(20, room))}\n`;
  } catch (error) {
    if (!(error instanceof HoneError)) throw error;
    return `${heading('Verdict', room)}There is none: ${error.message}\n${variantTable(study, look)}`;
  }
}

/** A row for each variant. */
function variantTable({ variants, runs, metric }: StudyInfo, { room }: Look): string {
  if (variants.length === 0) return '';
  const rows = variants.map((variant) => {
    const own = runs.filter((run) => run.variant === variant);
    const values = own.map((run) => scoreOf(run).value).filter(Number.isFinite);
    const failed = own.filter(({ state }) => state === 'failed').length;
    const model = own.find((run) => run.model)?.model;
    return [
      variant,
      `${own.length}${failed > 0 ? `, ${failed} failed` : ''}`,
      showSpread(values),
      model ? showCount(model.parameters) : '',
    ];
  });
  const side = runs.map((run) => scoreOf(run).side).find((one) => one !== '');
  const right = (title: string, rank: number) => ({ title, rank, align: 'right' as const });
  const columns = [
    { title: 'variant', least: 12 },
    right('runs', 2),
    right(`${side ?? ''} ${metric.name}`.trim(), 0),
    right('parameters', 1),
  ];
  return `${heading('Variants', room)}${fitTable(columns, rows, room)}\n`;
}

/** Mean and deviation. */
export function spreadOf(values: readonly number[]): { mean: number; deviation: number } {
  // As differences from the first, so that equal values have no deviation, not one of rounding.
  const first = values[0] ?? Number.NaN;
  const mean = first + values.reduce((sum, value) => sum + (value - first), 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : Number.NaN };
}

export const showSpread = (values: readonly number[]): string => {
  if (values.length === 0) return '-';
  const { mean, deviation } = spreadOf(values);
  return Number.isNaN(deviation) ? showScore(mean) : `${showScore(mean)} ± ${showScore(deviation)}`;
};

function showVariant({ name, study, variant, runs }: VariantRuns, { room }: Look): string {
  const values = runs.map((run) => scoreOf(run).value).filter(Number.isFinite);
  const side = runs.map((run) => scoreOf(run).side).find((one) => one !== '');
  const model = runs.find((run) => run.model)?.model;
  const facts: [string, string][] = [
    ['what', `variant ${variant} of the study ${study.name}`],
    ['is', model?.description ?? ''],
    [side === undefined ? 'score' : `${side} ${study.metric.name}`, showSpread(values)],
    ['model', model && model.parameters > 0 ? plural(model.parameters, 'parameter') : ''],
  ];
  return [head(name, facts, room), `${heading('Runs', room)}${tableOf(runs, room)}\n`, settingsOf(runs[0]!.settings, room)].join('');
}

async function showOther(info: OtherInfo, { room }: Look): Promise<string> {
  const what = {
    log: 'a log for TensorBoard',
    eval: 'a measurement by hone eval',
    'lr-find': 'a search by hone lr-find',
    damaged: 'damaged files',
  }[info.kind];
  const facts: [string, string][] = [
    ['what', what],
    ['state', stateWords(info.state, info.reason)],
    ['written', timeOf(info.changed)],
    ['folder', showPath(info.folder)],
  ];
  return [head(info.name, facts, room), info.kind === 'log' ? await scalarTable(info.folder, room) : '', files(info.folder, room)].join('');
}

/** The curves of a log, each by its first, last, least and greatest value. */
async function scalarTable(folder: string, room: number): Promise<string> {
  const damage: string[] = [];
  const curves = new Map<string, { run: string; tag: string; values: number[] }>();
  try {
    for await (const event of readEvents(folder, { onDamage: (message) => damage.push(message) })) {
      if (event.kind !== 'scalar') continue;
      const key = `${event.run}\n${event.tag}`;
      if (!curves.has(key)) curves.set(key, { run: event.run, tag: event.tag, values: [] });
      curves.get(key)!.values.push(event.value);
    }
  } catch (error) {
    damage.push((error as Error).message);
  }
  const rows = [...curves.values()].map(({ run, tag, values }) => {
    const finite = values.filter(Number.isFinite);
    const least = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const most = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    return [run, tag, String(values.length), showScore(values.at(-1)), showScore(least), showScore(most)];
  });
  if (rows.length === 0) return damage.map((text) => `${oneLine(text)}\n`).join('');
  const right = (title: string, rank: number) => ({ title, rank, align: 'right' as const });
  const columns = [
    { title: 'run', least: 8 },
    { title: 'curve', least: 8 },
    right('points', 3),
    right('last', 0),
    right('least', 1),
    right('most', 2),
  ];
  return `${heading('Curves', room)}${fitTable(columns, rows, room)}\n${damage.map((text) => `${oneLine(text)}\n`).join('')}`;
}
