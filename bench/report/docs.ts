/** docs/performance.md, from what a run measured and the template beside this file. */
import { readFileSync } from 'node:fs';
import type { Outcome } from '../measure/interleave.js';
import { THEMES, type Theme } from '../workloads/operations/operation.js';
import { JAVASCRIPT_MARKS } from '../workloads/steps.js';
import { digits, ratioOf, showRatio, showTiming } from './format.js';
import type { FigureResult, Results, StepResult } from './results.js';

/** A table of Markdown; of a part that was not run, a word instead. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return 'Not measured in this run.';
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const timeIn = (outcome: Outcome | undefined): string => (!outcome ? '' : 'none' in outcome ? outcome.none : showTiming(outcome.timing));

/** The ratio of a peer's time to Hone's; empty where one of them has none. */
function ratioIn(ours: Outcome | undefined, theirs: Outcome | undefined): string {
  return ours && theirs && 'timing' in ours && 'timing' in theirs ? showRatio(ratioOf(theirs.timing, ours.timing)) : '';
}

const verdict = (met: boolean, mark: string | number) => `${met ? '✓' : '✗'} ${mark}`;

/** Whether that ratio is as large as the mark asks; empty where there is none. */
function markIn(ours: Outcome | undefined, theirs: Outcome | undefined, mark: number | undefined): string {
  if (mark === undefined || !ours || !theirs || 'none' in ours || 'none' in theirs) return '';
  return verdict(ratioOf(theirs.timing, ours.timing).median >= mark, mark);
}

/** How many of the marks are met. */
function count(marks: readonly string[]): string {
  const asked = marks.filter((mark) => mark !== '');
  return `${asked.filter((mark) => mark.startsWith('✓')).length} of ${asked.length}`;
}

/** Whether a row belongs to the part of JavaScript's peers. */
const isJavaScript = ({ outcomes }: StepResult) => Object.keys(outcomes).some((name) => name.startsWith('tfjs') || name === 'jax-js');

function stepTable(results: Results, kind: string): string {
  const rows = results.steps.filter((row) => row.kind === kind && !isJavaScript(row));
  const engines = [
    ...new Set(rows.flatMap(({ outcomes, ours }) => Object.keys(outcomes).filter((name) => name !== ours && name !== 'torch'))),
  ];
  const marks = rows.map(({ outcomes, ours, mark }) => markIn(outcomes[ours], outcomes['torch'], mark));
  const lines = rows.map(({ name, threads, ours, outcomes }, i) => {
    const [own, torch] = [outcomes[ours], outcomes['torch']];
    return [
      ratioIn(own, torch),
      marks[i]!,
      name,
      String(threads),
      timeIn(own),
      timeIn(torch),
      ...engines.map((engine) => timeIn(outcomes[engine])),
    ];
  });
  const whole = table(['ratio', 'mark', 'model', 'threads', 'Hone', 'PyTorch', ...engines], lines);
  return marks.some((mark) => mark !== '') ? `${whole}\n\n${count(marks)} rows meet their mark.` : whole;
}

function javascriptTables(results: Results): string {
  const rows = results.steps.filter(isJavaScript);
  const peers = ['tfjs-wasm', 'tfjs-cpu', 'jax-js'];
  return (['train', 'forward'] as const)
    .filter((kind) => rows.some((row) => row.kind === kind))
    .map((kind) =>
      [
        kind === 'train' ? '### Training steps' : '### Forwards',
        table(
          ['model', 'threads', 'Hone wasm', 'Hone native', ...peers.flatMap((peer) => [peer, 'of wasm', 'of native'])],
          rows
            .filter((row) => row.kind === kind)
            .map(({ name, threads, outcomes }) => [
              name,
              String(threads),
              timeIn(outcomes['hone wasm']),
              timeIn(outcomes['hone']),
              ...peers.flatMap((peer) => {
                const theirs = outcomes[peer];
                const marks = kind === 'train' ? JAVASCRIPT_MARKS[peer] : undefined;
                const held = (ours: Outcome | undefined, mark: number | undefined) =>
                  `${ratioIn(ours, theirs)} ${markIn(ours, theirs, mark)}`.trim();
                return [
                  timeIn(theirs),
                  held(outcomes['hone wasm'], threads > 1 ? marks?.several : marks?.one),
                  held(outcomes['hone'], marks?.native),
                ];
              }),
            ]),
        ),
      ].join('\n\n'),
    )
    .join('\n\n');
}

function operationTables({ operations }: Results): string {
  const part = (theme: Theme) => {
    const rows = operations.filter((row) => row.theme === theme);
    const fast = rows.map(({ ours, outcomes, mark }) => markIn(outcomes[ours], outcomes['torch'], mark.ratio));
    const near = rows.map(({ share, mark }) =>
      mark.share === undefined ? '' : verdict(share >= mark.share, `${Math.round(100 * mark.share)} %`),
    );
    const lines = rows.map(({ name, threads, ours, outcomes, limit, share }, i) => [
      ratioIn(outcomes[ours], outcomes['torch']),
      `${Math.round(100 * share)} % of ${limit.by}`,
      [fast[i]!, near[i]!].filter((mark) => mark !== '').join(', '),
      name,
      String(threads),
      timeIn(outcomes[ours]),
      timeIn(outcomes['torch']),
    ]);
    const shares = near.some((mark) => mark !== '') ? `; ${count(near)} reach the share asked` : '';
    return [
      `### ${theme[0]!.toUpperCase()}${theme.slice(1)}`,
      `${count(fast)} rows are not slower than PyTorch${shares}.`,
      table(['ratio', 'share', 'marks', 'operation', 'threads', 'Hone', 'PyTorch'], lines),
    ].join('\n\n');
  };
  return THEMES.filter((theme) => operations.some((row) => row.theme === theme))
    .map(part)
    .join('\n\n');
}

function figureTable(results: Results, part: string, unit?: string): string {
  const rows = results.figures.filter((row) => row.part === part);
  const columns = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
  const value = (row: FigureResult, column: string) => {
    const number = row.values[column];
    if (number === undefined || number === null) return '';
    return `${digits(number)}${unit === undefined && column !== 'ratio' ? ` ${row.unit}` : ''}`;
  };
  return table(
    ['', ...columns.map((column) => `${column}${unit === undefined ? '' : `, ${unit}`}`), 'mark'],
    rows.map((row) => [
      row.name,
      ...columns.map((column) => value(row, column)),
      row.mark === undefined ? '' : `${row.met === undefined ? '' : row.met ? '✓ ' : '✗ '}${row.mark}`,
    ]),
  );
}

function machineText({ date, commit, processor, cores, system, node, versions, machines }: Results): string {
  const names = Object.entries(versions).map(([name, version]) => `${name}: ${version}`);
  const measured = machines.map(({ engine, threads, machine }) => {
    const { float32, float64, triad } = machine;
    const rates = triad.map(([bytes, rate]) => `${rate.toFixed(0)} (${(bytes / 2 ** 20).toFixed(1)} MB)`).join(', ');
    return `- ${engine}, ${threads} ${threads === 1 ? 'thread' : 'threads'}: multiply-adds ${float32.toFixed(0)} GFLOP/s in float32, ${float64.toFixed(0)} in float64; triad ${rates} GB/s`;
  });
  const limits = measured.length > 0 ? ' What this machine can do at best, measured in the same run:' : '';
  return [
    `${date}, commit ${commit}: ${processor}, ${cores} cores, ${system}, Node ${node}; ${names.join('; ')}.${limits}`,
    measured.join('\n'),
  ].join('\n\n');
}

/** The whole page. */
export function performancePage(results: Results): string {
  const template = readFileSync(new URL('performance.template.md', import.meta.url), 'utf8');
  return template.replaceAll(/\{\{([^}]+)\}\}/g, (_, words: string) => {
    const [what, first = '', second] = words.split(' ');
    switch (what) {
      case 'machine':
        return machineText(results);
      case 'steps':
        return stepTable(results, first);
      case 'javascript':
        return javascriptTables(results) || 'Not measured in this run: TensorFlow.js and jax-js were not installed.';
      case 'operations':
        return operationTables(results) || table([], []);
      case 'figures':
        return figureTable(results, first, second);
      default:
        throw new Error(`performance.template.md asks for ${words}, which docs.ts does not have`);
    }
  });
}
