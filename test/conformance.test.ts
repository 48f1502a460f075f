/**
 * Every case of conformance/fixtures, replayed on the engine in use. `HONE_WRITE_CONFORMANCE=1` writes docs/conformance.md from what
 * was measured; `HONE_SHOW=n` prints n differences of a family instead of 20.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { engineInfo } from 'hone';
import { afterAll, describe, expect, test } from 'vitest';
import { type CallCase, replayCall } from './conformance/calls.js';
import { families, torchVersions } from './conformance/fixtures.js';
import { kinds } from './conformance/kinds.js';

interface Row {
  readonly family: string;
  readonly compared: string;
  readonly cases: number;
  /** How many of the cases are calls that torch refuses. */
  readonly refused: number;
  readonly error: number;
}

const rows: Row[] = [];

describe('against torch', () => {
  for (const { name, kind, cases } of families) {
    for (const [label, floating] of kinds[kind]!.compared) {
      test(`${name}, ${label}`, () => {
        const own = cases.filter((c) => floating === 'float64' || !c.only64);
        const replayed = own.map((c) => kinds[kind]!.replay(c as never, floating));
        const problems = replayed.flatMap((r) => r.problems);
        const refused = own.filter((c) => c.err !== undefined).length;
        rows.push({ family: name, compared: label, cases: own.length, refused, error: Math.max(0, ...replayed.map((r) => r.error)) });
        expect(own.length).toBeGreaterThan(0);
        const shown = problems.slice(0, Number(process.env.HONE_SHOW ?? 20)).join('\n');
        expect(problems, `${problems.length} differences:\n${shown}\n`).toHaveLength(0);
      });
    }
  }
});

// Other seeds than those of the fixtures: see conformance/random_calls.py.
const drawn = process.env.HONE_CALLS;
test.runIf(drawn !== undefined)('random calls', () => {
  const cases = JSON.parse(readFileSync(drawn!, 'utf8')) as CallCase[];
  const problems = cases.flatMap((c) => replayCall(c).problems);
  expect(problems, `${problems.length} differences:\n${problems.slice(0, Number(process.env.HONE_SHOW ?? 20)).join('\n')}\n`).toHaveLength(
    0,
  );
});

afterAll(() => {
  if (process.env.HONE_WRITE_CONFORMANCE !== '1') return;
  const errors = (row: Row) => (row.compared.startsWith('float') ? row.error.toExponential(1) : '');
  const table = rows.map((r) => `| ${r.family} | ${r.compared} | ${r.cases} | ${r.refused || ''} | ${errors(r)} |`);
  const total = families.reduce((sum, { cases }) => sum + cases.length, 0);
  const page = `# Hone against PyTorch

Written by \`HONE_WRITE_CONFORMANCE=1 npx vitest run test/conformance.test.ts\` on the ${engineInfo().name} engine from what PyTorch ${torchVersions.join(', ')}
computed (\`conformance/generate.py\`): ${total.toLocaleString('en')} cases. A case is one call, a small program, or one use of a layer, on shapes and memory layouts drawn by chance:
its results, the gradients of a weighted sum of them for every input and parameter, and for smooth operations the gradients of those; of a layer also its printed
text, the keys of its state dict and its seeded initial state. "Refused" counts calls that PyTorch refuses, where Hone must throw a named error. The error is
the largest one of the family, relative to the largest value of the tensor; float32 is compared with the float64 result, and where PyTorch's own float32 is far from
that, four times as far is allowed. What is compared bit for bit is so on the native engine; in WebAssembly float32 is too, while float64 may differ in the
last digits.

| family | compared in | cases | refused | largest error |
| --- | --- | ---: | ---: | ---: |
${table.join('\n')}
`;
  mkdirSync(new URL('../docs/', import.meta.url), { recursive: true });
  writeFileSync(new URL('../docs/conformance.md', import.meta.url), page);
});
