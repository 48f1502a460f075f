/** `hone runs compare`: what differs between runs, variants or studies, and what that is worth. */
import { ArgumentError } from '../../errors.js';
import { terminalChart } from '../../report/charts/terminal-chart.js';
import { oneLine } from '../../report/progress/cells.js';
import { showScore } from '../../report/run/history.js';
import { showCount, showDuration } from '../../report/text.js';
import { type FitColumn, fitTable } from './fit-table.js';
import type { Named, Names, VariantRuns } from './names.js';
import { type Paired, pairedSentences, pairedTable } from './paired.js';
import { type RunInfo, type StudyInfo, scoreOf } from './read/info.js';
import { heading, type Look, showSpread, spreadOf, wrapped } from './show.js';

const KINDS: Readonly<Record<Named['kind'], string>> = {
  train: 'a run',
  run: 'a run',
  variant: 'a variant',
  study: 'a study',
  log: 'a log',
  eval: 'a measurement',
  'lr-find': 'a search for a learning rate',
  damaged: 'damaged',
};

/** @throws {ArgumentError} for fewer than two, and for things of two kinds. */
export async function compareRuns(names: Names, given: readonly string[], look: Look): Promise<string> {
  const named = [...new Set(given.map((name) => names.get(name)))];
  const [first] = named;
  if (first === undefined || named.length < 2)
    throw new ArgumentError(`runs compare: ${oneLine(given[0] ?? '')} is the only one named. Name what to compare it with.`);
  const runs = named.filter((one): one is RunInfo => one.kind === 'train' || one.kind === 'run');
  const variants = named.filter((one): one is VariantRuns => one.kind === 'variant');
  const studies = named.filter((one): one is StudyInfo => one.kind === 'study');
  if (runs.length === named.length) return compareSingle(runs, look);
  if (variants.length === named.length) return await compareVariants(variants, look);
  if (studies.length === named.length) return await compareStudies(studies, look);
  const other = named.find((one) => KINDS[one.kind] !== KINDS[first.kind]) ?? first;
  throw new ArgumentError(
    KINDS[other.kind] === KINDS[first.kind]
      ? `runs compare: ${oneLine(first.name)} is ${KINDS[first.kind]}; compared are runs, variants, or studies.`
      : `runs compare: ${oneLine(first.name)} is ${KINDS[first.kind]}, ${oneLine(other.name)} ${KINDS[other.kind]}. Name runs, or variants, or studies.`,
  );
}

/** Settings by the name of whose they are. */
interface Of {
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** What says nothing of a run: when it ran and for how long. */
const ASIDE = new Set(['command', 'started', 'duration', 'title']);

/** The settings that are not the same in all, as a table. */
export function differences(all: readonly Of[], { room }: Look): string {
  const settings = [...new Set(all.flatMap((one) => Object.keys(one.settings)))].filter((name) => !ASIDE.has(name));
  const rows = settings.flatMap((setting) => {
    const values = all.map((one) => (Object.hasOwn(one.settings, setting) ? one.settings[setting]! : '-'));
    return new Set(values).size > 1 ? [[setting, ...values]] : [];
  });
  const text =
    rows.length === 0
      ? 'None that is noted.\n'
      : `${fitTable([{ title: '', least: 8 }, ...all.map(({ name }): FitColumn => ({ title: oneLine(name), least: 8 }))], rows, room)}\n`;
  return `${heading('Settings that differ', room)}${text}`;
}

/** Runs, one of each. */
function compareSingle(runs: readonly RunInfo[], look: Look): string {
  const { room } = look;
  const settings = runs.map((run) => ({
    name: run.name,
    settings: {
      ...(run.variant !== undefined && { variant: run.variant, repeat: String(run.repeat) }),
      ...run.settings,
      ...(run.model && { parameters: showCount(run.model.parameters) }),
    },
  }));
  const sides = (['train', 'validation', 'test'] as const).flatMap((side) =>
    [...new Set(runs.flatMap((run) => Object.keys(run.scores[side] ?? {})))].map((name) => ({ side, name })),
  );
  const rows = sides.map(({ side, name }) => {
    const values = runs.map((run) => run.scores[side]?.[name]);
    const [a, b] = values;
    return [`${side} ${name}`, ...values.map(showScore), ...(runs.length === 2 ? [signed((b ?? Number.NaN) - (a ?? Number.NaN))] : [])];
  });
  rows.push(
    ['best epoch', ...runs.map(({ chosen, epochs }) => (chosen > 0 ? `${chosen} of ${epochs.length}` : '-')), ''],
    ['duration', ...runs.map(({ seconds }) => (seconds > 0 ? showDuration(seconds) : '-')), ''],
    ['state', ...runs.map(({ state }) => state), ''],
  );
  const columns: FitColumn[] = [
    { title: '' },
    ...runs.map(({ name }): FitColumn => ({ title: oneLine(name), align: 'right', least: 8 })),
    ...(runs.length === 2 ? [{ title: 'difference', align: 'right' as const }] : []),
  ];
  return [
    differences(settings, look).trimStart(),
    `${heading('Scores', room)}${fitTable(columns, rows, room)}\n`,
    curves(
      runs.map((run) => ({ name: run.name, runs: [run] })),
      look,
    ),
    `\n${wrapped(verdictOnSingle(runs), room).join('\n')}\n`,
  ].join('');
}

function verdictOnSingle(runs: readonly RunInfo[]): string {
  const [a] = runs;
  const same = runs.every((run) => run.study === a!.study && run.variant === a!.variant && run.variant !== undefined);
  if (same) {
    const values = runs.map((run) => scoreOf(run).value).filter(Number.isFinite);
    const most =
      values.length > 1 ? ` Here that is up to ${showScore(Math.max(...values) - Math.min(...values))} of ${a!.metric.name}.` : '';
    return `These are repeats of one variant: what differs between them is what seeds do.${most}`;
  }
  const studies = new Set(runs.map(({ study, variant }) => (study !== undefined && variant !== undefined ? study : '')));
  const variants = [...new Set(runs.map((run) => `${run.study}/${run.variant}`))];
  const advice =
    studies.size === 1 && !studies.has('')
      ? `Compare the variants with all of their repeats: hone runs compare ${variants.map((name) => JSON.stringify(oneLine(name))).join(' ')}`
      : 'A study trains each with several seeds and says what is more than chance: hone study --help';
  return `One run of each decides nothing: another seed may turn such a difference round. ${advice}`;
}

/** `+0.0123`. */
export function signed(value: number): string {
  if (Number.isNaN(value)) return '-';
  return `${value > 0 ? '+' : ''}${showScore(value)}`;
}

/** The metric over the epochs, of validation data where there is some: the mean over the runs of each. */
function curves(all: readonly { name: string; runs: readonly RunInfo[] }[], { room, colors }: Look): string {
  const { metric } = all[0]!.runs[0]!;
  const series = (side: 'train' | 'validation') =>
    all.flatMap(({ name, runs }) => {
      const length = Math.max(0, ...runs.map(({ epochs }) => epochs.length));
      const values = Array.from({ length }, (_, i) => {
        const known = runs.flatMap(({ epochs }) => epochs[i]?.[side][metric.name] ?? []).filter(Number.isFinite);
        return known.length === 0 ? Number.NaN : spreadOf(known).mean;
      });
      return values.length > 1 && values.some(Number.isFinite) ? [{ name: oneLine(name), values }] : [];
    });
  const side = series('validation').length > 0 ? 'validation' : 'train';
  const lines = series(side);
  if (lines.length === 0) return '';
  const title = `${side} ${metric.name}${all.some(({ runs }) => runs.length > 1) ? ', mean over the repeats' : ''}`;
  return `\n${terminalChart({ series: lines, title, xLabel: 'epoch', columns: Math.max(20, Math.min(room, 80)), rows: 10, colors })}\n`;
}

/** Variants, the first of which the others are compared with. */
async function compareVariants(variants: readonly VariantRuns[], look: Look): Promise<string> {
  const one = new Set(variants.map(({ study }) => study.folder)).size === 1;
  const titles = variants.map(({ name, variant }) => (one ? variant : name));
  const settings = variants.map(({ runs, study, variant }, i) => ({
    name: titles[i]!,
    settings: {
      ...(!one && { study: study.name }),
      ...(runs[0]?.settings ?? {}),
      variant,
      parameters: showCount(runs.find((run) => run.model)?.model?.parameters ?? 0),
    },
  }));
  const paired: Paired = {
    title: `${titles.slice(1).join(', ')} against ${titles[0]}`,
    variants: variants.map((of, i) => ({ ...of, name: titles[i]! })),
  };
  return [
    differences(settings, look).trimStart(),
    spreads(
      variants.map(({ runs }, i) => ({ name: titles[i]!, runs })),
      look,
    ),
    await pairedSentences(paired, look),
    curves(
      variants.map(({ runs }, i) => ({ name: titles[i]!, runs })),
      look,
    ),
  ].join('');
}

/** Mean and deviation of every score. */
function spreads(all: readonly { name: string; runs: readonly RunInfo[] }[], { room }: Look): string {
  const sides = (['train', 'validation', 'test'] as const).flatMap((side) =>
    [...new Set(all.flatMap(({ runs }) => runs.flatMap((run) => Object.keys(run.scores[side] ?? {}))))].map((name) => ({ side, name })),
  );
  const rows = sides.map(({ side, name }) => [
    `${side} ${name}`,
    ...all.map(({ runs }) => showSpread(runs.flatMap((run) => run.scores[side]?.[name] ?? []).filter(Number.isFinite))),
  ]);
  rows.push(['runs', ...all.map(({ runs }) => String(runs.length))]);
  const columns: FitColumn[] = [{ title: '' }, ...all.map(({ name }): FitColumn => ({ title: oneLine(name), align: 'right', least: 8 }))];
  return `${heading('Scores, mean ± deviation over the repeats', room)}${fitTable(columns, rows, room)}\n`;
}

/** Studies: each variant that all of them have, with itself in the first. */
async function compareStudies(studies: readonly StudyInfo[], look: Look): Promise<string> {
  const [first] = studies;
  const common = first!.variants.filter((variant) => studies.every((study) => study.variants.includes(variant)));
  const settings = studies.map((study) => ({ name: study.name, settings: { ...study.settings, variants: study.variants.join(', ') } }));
  const parts = [differences(settings, look).trimStart()];
  if (common.length === 0)
    parts.push('\nThese studies have no variant of the same name. Name two variants: hone runs compare STUDY/VARIANT STUDY/VARIANT\n');
  else {
    const of = (study: StudyInfo, variant: string): VariantRuns => ({
      kind: 'variant',
      name: `${study.name}/${variant}`,
      study,
      variant,
      runs: study.runs.filter((run) => run.variant === variant),
    });
    for (const study of studies.slice(1))
      parts.push(
        await pairedTable(
          common.map((variant) => ({ title: variant, variants: [of(first!, variant), of(study, variant)] })),
          look,
        ),
      );
  }
  return parts.join('');
}
