/** A study's report as Markdown: what repositories, pull requests and terminals show. */
import { oneLine } from '../progress/cells.js';
import { showCount, showDuration } from '../text.js';
import { checkStudy } from './check.js';
import type { StudyFigures, StudyVariantFigures } from './figures.js';
import { studyTable } from './table.js';
import { TESTS, testRows } from './tests.js';
import {
  endingOf,
  furtherPairs,
  headline,
  isNumber,
  lettersOf,
  outcomeOf,
  scoreNames,
  showDifference,
  showInterval,
  showP,
  showRatio,
  showShare,
  showSpread,
  showValue,
  type Units,
  unitsOf,
  withBaseline,
} from './units.js';
import type { ComparisonVerdict, StudyVerdict } from './verdict.js';
import { CLAIMS, method, setup, spoken } from './words.js';

/** Text in which nothing is taken for Markdown or HTML. */
export function escapeMarkdown(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_[\]#|~$]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/(^|\s)(\d+)([.)])(?=\s)/g, '$1$2\\$3')
    .replace(/^([-+=])/, '\\$1')
    .replace(/\b(https?:|www\.|[\w.]+@)/g, (found) => `${found.slice(0, -1)}&#${found.charCodeAt(found.length - 1)};`);
}

const e = escapeMarkdown;

/** Text between fences that are longer than any within. */
function code(text: string, language = ''): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

function table(columns: readonly (string | { right: string })[], rows: readonly (readonly string[])[]): string {
  const title = (column: string | { right: string }) => (typeof column === 'string' ? column : column.right);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(columns.map(title)), line(columns.map((c) => (typeof c === 'string' ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

const right = (title: string) => ({ right: title });

/**
 * The report as Markdown: the verdict in words, the ranked table, every run, settings, method, and how to repeat it.
 * @throws {ArgumentError} for anything but the figures of a study and the verdict on them.
 * @example
 * studyMarkdown(figures, verdict).slice(0, 2); // '# '
 */
export function studyMarkdown(figures: StudyFigures, verdict: StudyVerdict): string {
  checkStudy('studyMarkdown', figures, verdict);
  const units = unitsOf(figures.metric.name, figures.variants);
  const pairs = furtherPairs(figures, verdict);
  const { whole, single } = spoken(figures, verdict);
  const command = figures.settings['command'];
  const parts = [
    `# ${e(figures.title)}`,
    figures.stopped ? `> ${e(figures.stopped)}` : '',
    e(figures.summary),
    '## Verdict',
    ...whole.map((sentence) => `**${e(sentence)}**`),
    single.map((sentence) => `- ${e(sentence)}`).join('\n'),
    ...(figures.remarks ?? []).map((remark) => `> ${e(remark)}`),
    claim(figures, verdict),
    '## Ranking',
    ranking(figures, verdict, units),
    `Mean ± standard deviation over the runs, on test data. Variants with a letter in common cannot be told apart. Differences are from the baseline, ${e(figures.baseline)}; p is corrected for all comparisons (Holm).`,
    pairs.length === 0 ? '' : `### Further pairs\n\n${comparisons(pairs, units)}`,
    code(studyTable(figures, verdict, 100), 'text'),
    verdict.comparisons.length === 0
      ? ''
      : `### All tests\n\n${table(
          [TESTS[0], ...TESTS.slice(1).map(right)],
          testRows(figures, verdict).map((row) => row.map(e)),
        )}`,
    '## Every run',
    runs(figures, units),
    '## Variants',
    variants(figures),
    '## Settings',
    table(
      ['setting', 'value'],
      [...setup(figures), ...Object.entries(figures.settings)].map(([name, value]) => [e(name), e(value)]),
    ),
    '## Method',
    method(figures, verdict).map(e).join(' '),
    command === undefined ? '' : `## How to repeat it\n\n${code(command, 'sh')}`,
    'Made by Hone. The raw figures are in figures.json and figures.csv beside this file.',
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function claim({ claim: made }: StudyFigures, verdict: StudyVerdict): string {
  if (made === undefined || made === null) return '';
  const original = made.original === undefined ? '' : `\n> ${e(made.original)}`;
  const became =
    verdict.claim === undefined ? '' : `\n\n**${CLAIMS[verdict.claim.verdict] ?? e(verdict.claim.verdict)}** ${e(verdict.claim.words)}`;
  return `### What the document says\n\n> ${e(made.quote)}${original === '' ? '' : `\n>${original}`}\n>\n> ${e(made.document)}${became}`;
}

function ranking(figures: StudyFigures, verdict: StudyVerdict, units: Units): string {
  const letters = lettersOf(verdict);
  const gaps = verdict.variants.some(({ gap }) => isNumber(gap));
  const rows = verdict.variants.map((variant, i) => {
    const c = withBaseline(figures, verdict, variant.name);
    const outcome = c === undefined ? '' : outcomeOf(c.outcome);
    return [
      String(i + 1),
      e(variant.name),
      showSpread(units, variant),
      e(letters.get(variant.name) ?? ''),
      variant.name === figures.baseline ? 'baseline' : showDifference(units, c?.mean),
      c === undefined ? '' : showInterval(units, headline(c)),
      c === undefined ? '' : e(showP(c.adjusted)),
      outcome === '' ? '' : e(`${outcome.sign} ${outcome.word}`),
      c === undefined ? '' : showShare(c.better.probability),
      showDuration(variant.seconds),
      ...(gaps ? [showDifference(units, variant.gap)] : []),
      `${variant.runs}${variant.failed > 0 ? ` (${variant.failed} failed)` : ''}`,
    ];
  });
  const points = units.differenceUnit === '' ? '' : ` (${units.differenceUnit})`;
  const columns = [
    right('#'),
    'variant',
    right(`test ${e(figures.metric.name)}`),
    'group',
    right(`difference${points}`),
    right('95 % interval'),
    right('p'),
    'outcome',
    right('better on a new seed'),
    right('time a run'),
    ...(gaps ? [right(`gap${points}`)] : []),
    right('runs'),
  ];
  return table(columns, rows);
}

function comparisons(list: readonly ComparisonVerdict[], units: Units): string {
  const columns = ['pair', right('difference'), right('95 % interval'), right('p'), 'outcome', right('time')];
  return table(
    columns,
    list.map((c) => [
      e(`${c.variant} − ${c.against}`),
      showDifference(units, c.mean),
      showInterval(units, headline(c)),
      e(showP(c.adjusted)),
      e(`${outcomeOf(c.outcome).sign} ${outcomeOf(c.outcome).word}`),
      showRatio(c.time?.ratio),
    ]),
  );
}

function runs(figures: StudyFigures, units: Units): string {
  const names = scoreNames(figures);
  const [metric, ...others] = names;
  const plain = new Map(others.map((name) => [name, unitsOf(name, figures.variants)]));
  const rows = figures.variants.flatMap((variant) =>
    variant.runs.map((run) => [
      e(variant.name),
      String(run.repeat),
      ...(['train', 'validation', 'test'] as const).map((part) => showValue(units, run.scores?.[part][metric!])),
      ...others.map((name) => showValue(plain.get(name)!, run.scores?.test[name])),
      String(run.chosen),
      showDuration(run.seconds),
      e(endingOf(run)),
    ]),
  );
  const columns = [
    ...['variant', right('repeat')],
    ...(['train', 'validation', 'test'] as const).map((part) =>
      right(`${part} ${e(metric!)}${units.unit === '' ? '' : ` (${units.unit})`}`),
    ),
    ...others.map((name) => right(`test ${e(name)}${plain.get(name)!.unit === '' ? '' : ' (%)'}`)),
    ...[right('epoch'), right('time'), 'ending'],
  ];
  return rows.length === 0 ? 'None has run yet.' : table(columns, rows);
}

function variants({ variants: list }: StudyFigures): string {
  const settings = [...new Set(list.flatMap(({ setting }) => Object.keys(setting)))];
  const row = (variant: StudyVariantFigures) => [
    e(variant.name),
    e(variant.description),
    showCount(variant.parameters),
    ...settings.map((name) => e(variant.setting[name] ?? '')),
  ];
  return table(['variant', 'what it is', right('parameters'), ...settings.map(e)], list.map(row));
}
