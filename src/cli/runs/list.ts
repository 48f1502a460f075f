/** `hone runs list`: a row for each run. */
import { existsSync } from 'node:fs';
import { ArgumentError } from '../../errors.js';
import { cut, oneLine } from '../../report/progress/cells.js';
import { plural } from '../../report/text.js';
import { showPath } from '../commands/run.js';
import { type FitColumn, fitTable } from './fit-table.js';
import { type Named, namesIn, someOf } from './names.js';
import { type Found, findRuns } from './read/find-runs.js';
import type { Info, RunInfo } from './read/info.js';
import { bestOf, endedOf, fieldNamed, matches, readFilter, scoreFor, showSeconds, showWhen, sorted, valueOf } from './rows.js';

export interface ListFlags {
  readonly root: string;
  readonly sort?: string;
  readonly reverse?: boolean;
  readonly filter?: readonly string[];
  readonly study?: string;
  readonly all?: boolean;
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** So many rows are shown without folding studies. */
const MANY = 60;

/** Text of runs for a terminal, and how many runs were folded into their studies. */
export function list(names: readonly string[], flags: ListFlags, room: number): string {
  if (flags.json && flags.csv) throw new ArgumentError('--json and --csv exclude each other. Leave one of them out.');
  // Before the first training there is no such folder, which is no mistake.
  if (flags.root === 'runs' && names.length === 0 && !flags.json && !flags.csv && !existsSync(flags.root))
    return 'There are no runs here yet. hone train and hone study make some, in the folder runs.\n';
  const chosen = choose(names, flags);
  const { found, infos, folded } = chosen;
  if (flags.json) return `${asciiJson(infos.map(plainOf))}\n`;
  if (flags.csv) return csvOf(infos);
  if (infos.length === 0) {
    const any = found.infos.length > 0;
    return `${any ? 'No run is as you ask.' : `There are no runs in ${showPath(found.root)}. hone train and hone study make some.`}\n${notesOn(found, room)}`;
  }
  const notes = [
    ...(folded > 0 ? [`${plural(folded, 'run')} of studies not shown: --all shows each, --study NAME those of one study.`] : []),
  ];
  return `${tableOf(infos, room)}\n${notes.length > 0 ? `\n${notes.join('\n')}\n` : ''}${notesOn(found, room)}`;
}

interface Chosen {
  readonly found: Found;
  readonly infos: readonly Info[];
  readonly folded: number;
}

function choose(names: readonly string[], { root, sort, reverse = false, filter = [], study, all, json, csv }: ListFlags): Chosen {
  const within = names.length > 0 || study !== undefined ? namesIn('runs', root) : undefined;
  const found = within?.found ?? findRuns(root);
  const filters = filter.map(readFilter);
  let tops: readonly Info[] = found.infos;
  if (within) {
    const wanted = [...names, ...(study === undefined ? [] : [study])].map((name) => within.get(name));
    if (study !== undefined && wanted.at(-1)!.kind !== 'study')
      throw new ArgumentError(`--study ${oneLine(study)} is not a study. Give the name of one.`);
    tops = [...new Set(wanted.flatMap((one): readonly Info[] => (one.kind === 'variant' ? one.runs : [one])))];
  }
  const grouped = within ? tops : [...tops].sort((a, b) => b.changed - a.changed || (a.name < b.name ? -1 : 1));
  const runs = (infos: readonly Info[]) => infos.flatMap((info): Info[] => (info.kind === 'study' ? [info, ...info.runs] : [info]));
  const every = runs(grouped);
  // Every name of a condition is asked for in what there is, so that a slip of the finger does not hide all rows.
  if (every.length > 0) for (const one of filters) fieldNamed('--filter', one.field, every);
  const kept = every.filter((info) => filters.every((one) => matches(info, one)));
  if (sort !== undefined) {
    // A study stands for its runs, which are there themselves.
    const flat = kept.filter((info) => info.kind !== 'study' || sort === 'name' || sort === 'when');
    return { found, infos: every.length > 0 ? sorted(flat, fieldNamed('--sort', sort, every), reverse) : [], folded: 0 };
  }
  const ordered = reverse ? [...kept].reverse() : kept;
  const open = all || json || csv || within !== undefined || filters.length > 0 || ordered.length <= MANY;
  const shown = open ? ordered : ordered.filter(({ kind }) => kind !== 'run');
  return { found, infos: shown, folded: ordered.length - shown.length };
}

const COLUMNS: readonly FitColumn[] = [
  { title: 'name', least: 16 },
  { title: 'kind', rank: 6 },
  { title: 'state' },
  { title: 'variant', rank: 7, least: 8 },
  { title: 'repeat', align: 'right', rank: 5 },
  { title: 'best epoch', align: 'right', rank: 4 },
  { title: 'score', align: 'right' },
  { title: 'measured', rank: 3, least: 8 },
  { title: 'duration', align: 'right', rank: 2 },
  { title: 'when', align: 'right', rank: 1 },
];

/** The table that fits into so many columns. */
export function tableOf(infos: readonly Info[], room: number): string {
  const scores = infos.map(scoreFor);
  const measures = new Set(scores.map(({ measure }) => measure).filter((measure) => measure !== ''));
  // Where all scores are of one kind, the heading says it once.
  const only = measures.size === 1 ? [...measures][0]! : undefined;
  const columns = COLUMNS.map((column) => (column.title === 'score' && only !== undefined ? { ...column, title: cut(only, 24) } : column));
  const rows = infos.map((info, i) => {
    const run = info.kind === 'train' || info.kind === 'run' ? info : undefined;
    const best = info.kind === 'study' ? bestOf(info) : undefined;
    const of = info.kind === 'study' ? info.planned || info.runs.length : 0;
    return [
      info.name,
      info.kind,
      stateOf(info),
      best ? `best: ${best.variant}` : (run?.variant ?? ''),
      info.kind === 'study' ? `${endedOf(info)} of ${of}` : run?.repeat === undefined ? '' : String(run.repeat),
      run && run.chosen > 0 ? `${run.chosen} of ${run.epochs.length}` : '',
      scores[i]!.text,
      only === undefined ? scores[i]!.measure : '',
      showSeconds(info),
      showWhen(info.changed),
    ];
  });
  return fitTable(columns, rows, room);
}

function stateOf(info: Info): string {
  const failed = info.kind === 'study' && info.state !== 'failed' ? info.runs.filter(({ state }) => state === 'failed').length : 0;
  return info.kind === 'log' ? '' : `${info.state}${failed > 0 ? `, ${failed} failed` : ''}`;
}

/** What the folder holds beside, in lines. */
function notesOn({ root, foreign, links, unreadable, infos }: Found, room: number): string {
  const damaged = infos.flatMap((info): Info[] =>
    info.kind === 'study' ? [info, ...info.runs].filter(({ state }) => state === 'damaged') : info.state === 'damaged' ? [info] : [],
  );
  const lines = [
    ...(foreign.length > 0 ? [`${showPath(root)} also holds ${plural(foreign.length, 'folder')} of others: ${someOf(foreign)}.`] : []),
    ...(links.length > 0 ? [`${plural(links.length, 'link')} not followed: ${someOf(links)}.`] : []),
    ...unreadable.slice(0, 5).map((text) => `Cannot be read: ${text}`),
    ...damaged.slice(0, 5).map(({ name, reason }) => `Damaged: ${name}${reason === undefined ? '' : `: ${reason}`}`),
    ...(damaged.length > 5 ? [`${damaged.length - 5} more are damaged.`] : []),
  ];
  return lines.length === 0 ? '' : `\n${lines.map((line) => cut(oneLine(line), Math.max(room, 60))).join('\n')}\n`;
}

/** JSON in which nothing steers a terminal. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A run as a program takes it; numbers that are not finite are null. */
export function plainOf(info: Info): Record<string, unknown> {
  const { name, folder, kind, state, reason, changed } = info;
  const base = { name, kind, state, ...(reason !== undefined && { reason }), folder, changed: new Date(changed).toISOString() };
  if (info.kind === 'study') {
    const best = bestOf(info);
    return {
      ...base,
      title: info.title,
      metric: info.metric,
      variants: info.variants,
      runs: { ended: endedOf(info), planned: info.planned || info.runs.length },
      ...(best && { best: { variant: best.variant, mean: best.mean } }),
      ...(info.command !== undefined && { command: info.command }),
      ...(info.started !== undefined && { started: info.started }),
    };
  }
  return info.kind === 'train' || info.kind === 'run' ? { ...base, ...plainRun(info) } : base;
}

function plainRun(run: RunInfo): Record<string, unknown> {
  const { study, variant, repeat, seeds, epochs, chosen, metric, scores, seconds, settings, command, started, extra } = run;
  return {
    ...(study !== undefined && { study, variant, repeat }),
    seeds,
    epochs: epochs.length,
    bestEpoch: chosen,
    metric,
    scores,
    seconds,
    ...(Object.keys(extra).length > 0 && { extra }),
    settings,
    ...(command !== undefined && { command }),
    ...(started !== undefined && { started }),
  };
}

/** A run with each of its epochs, a study or a variant with its runs. */
export function plainNamed(named: Named): Record<string, unknown> {
  switch (named.kind) {
    case 'train':
    case 'run':
      return { ...plainOf(named), history: named.epochs };
    case 'study':
      return { ...plainOf(named), all: named.runs.map(plainNamed) };
    case 'variant':
      return { kind: named.kind, name: named.name, study: named.study.name, variant: named.variant, all: named.runs.map(plainNamed) };
    default:
      return plainOf(named);
  }
}

const cell = (value: unknown) => {
  const text = value === undefined || (typeof value === 'number' && Number.isNaN(value)) ? '' : oneLine(String(value));
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** A row for each run, every score a column. */
function csvOf(infos: readonly Info[]): string {
  const runs = infos.filter((info): info is RunInfo => info.kind === 'train' || info.kind === 'run');
  const scores = [
    ...new Set(
      runs.flatMap(({ scores }) =>
        (['train', 'validation', 'test'] as const).flatMap((side) => Object.keys(scores[side] ?? {}).map((name) => `${side}.${name}`)),
      ),
    ),
  ];
  const fixed = ['name', 'kind', 'state', 'study', 'variant', 'repeat', 'epochs', 'best', 'score'];
  const columns = [...fixed, 'measured', ...scores, 'duration', 'changed', 'folder'];
  const rows = infos.map((info) => [
    ...fixed.map((field) => valueOf(info, field)),
    scoreFor(info).measure,
    ...scores.map((name) => (info.kind === 'train' || info.kind === 'run' ? valueOf(info, name) : undefined)),
    valueOf(info, 'duration'),
    info.changed === 0 ? '' : new Date(info.changed).toISOString(),
    info.folder,
  ]);
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('');
}
