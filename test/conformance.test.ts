/**
 * Every case of conformance/fixtures, replayed on the engine in use. `HONE_WRITE_CONFORMANCE=1` writes docs/conformance.md from what
 * was measured; `HONE_SHOW=n` prints n differences of a family instead of 20.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { engineInfo } from 'hone';
import { afterAll, describe, expect, test } from 'vitest';
import type { Floating } from './conformance/numbers.js';
import { type Case, type Replayed, replay } from './conformance/replay.js';
import {
  type OptimizerCase,
  type PromotionRow,
  replayOptimizer,
  replayPromotion,
  replaySchedule,
  type ScheduleCase,
} from './conformance/tables.js';

const read = <Families>(name: string) =>
  JSON.parse(readFileSync(new URL(`../conformance/fixtures/${name}.json`, import.meta.url), 'utf8')) as {
    readonly torch: string;
    readonly families: Families;
  };

const operations = read<Record<string, readonly Case[]>>('operations');
const tables = read<{ promotion: readonly PromotionRow[]; creation: readonly Case[]; random: readonly Case[] }>('tables');
const training = read<{ optimizers: readonly OptimizerCase[]; schedules: readonly ScheduleCase[] }>('training');

interface Row {
  readonly family: string;
  readonly dtype: string;
  readonly cases: number;
  /** How many of the cases are calls that torch refuses. */
  readonly refused: number;
  readonly error: number;
}

const rows: Row[] = [];

function family(name: string, dtype: string, results: () => readonly Replayed[], refused = 0): void {
  test(`${name}, ${dtype}`, () => {
    const replayed = results();
    const problems = replayed.flatMap((r) => r.problems);
    rows.push({ family: name, dtype, cases: replayed.length, refused, error: Math.max(0, ...replayed.map((r) => r.error)) });
    expect(replayed.length).toBeGreaterThan(0);
    expect(
      problems,
      `${problems.length} differences:\n${problems.slice(0, Number(process.env.HONE_SHOW ?? 20)).join('\n')}\n`,
    ).toHaveLength(0);
  });
}

describe('against torch', () => {
  for (const [name, cases] of Object.entries(operations.families)) {
    for (const floating of ['float64', 'float32'] as Floating[]) {
      const own = cases.filter((c) => floating === 'float64' || !c.only64);
      family(name, floating, () => own.map((c) => replay(c, floating)), own.filter((c) => c.err !== undefined).length);
    }
  }
  family('result types', 'all pairs', () => tables.families.promotion.map(replayPromotion));
  for (const name of ['creation', 'random'] as const) {
    const cases = tables.families[name];
    family(name, 'bit for bit', () => cases.map((c) => replay(c, 'float64')), cases.filter((c) => c.err !== undefined).length);
  }
  for (const floating of ['float64', 'float32'] as Floating[])
    family('optimizers, 100 steps', floating, () => training.families.optimizers.map((c) => replayOptimizer(c, floating)));
  family('schedules, 120 steps', 'float64', () => training.families.schedules.map(replaySchedule));
});

afterAll(() => {
  if (process.env.HONE_WRITE_CONFORMANCE !== '1') return;
  const errors = (row: Row) => (row.dtype.startsWith('float') ? row.error.toExponential(1) : '');
  const table = rows.map((r) => `| ${r.family} | ${r.dtype} | ${r.cases} | ${r.refused || ''} | ${errors(r)} |`);
  const page = `# Hone against PyTorch

Written by \`HONE_WRITE_CONFORMANCE=1 npx vitest run test/conformance.test.ts\` on the ${engineInfo().name} engine from what PyTorch ${operations.torch}
computed (\`conformance/generate.py\`). A case is one call, or a small program, on shapes and memory layouts drawn by chance: its results, the gradients of a
weighted sum of them for every input, and for smooth operations the gradients of those. "Refused" counts calls that PyTorch refuses, where Hone must throw a
named error. The error is the largest one of the family, relative to the largest value of the tensor; float32 is compared with the float64 result,
and where PyTorch's own float32 is far from that, four times as far is allowed. What is compared bit for bit is so on the native engine; in WebAssembly float32
is too, while float64 may differ in the last digits.

| family | compared in | cases | refused | largest error |
| --- | --- | ---: | ---: | ---: |
${table.join('\n')}
`;
  mkdirSync(new URL('../docs/', import.meta.url), { recursive: true });
  writeFileSync(new URL('../docs/conformance.md', import.meta.url), page);
});
