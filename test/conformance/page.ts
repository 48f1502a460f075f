/** A reporter that writes docs/conformance.md from what the tests measured: vitest.config.ts takes it where HONE_WRITE_CONFORMANCE is 1. */
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';
import { families, torchVersions } from './fixtures.js';
import type { Row } from './suite.js';

export default class ConformancePage implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = modules.flatMap((m) => [...m.children.allTests()].flatMap((t) => t.meta().conformance ?? []));
    const ran = new Set(rows.map(({ family }) => family));
    const missing = families.filter(({ name }) => !ran.has(name)).map(({ name }) => name);
    if (missing.length > 0) throw new Error(`docs/conformance.md is not written: ${missing.join(', ')} did not run.`);
    const order = families.map(({ name }) => name);
    rows.sort((a, b) => order.indexOf(a.family) - order.indexOf(b.family));
    mkdirSync(new URL('../../docs/', import.meta.url), { recursive: true });
    writeFileSync(new URL('../../docs/conformance.md', import.meta.url), page(rows));
  }
}

function page(rows: readonly Row[]): string {
  const errors = (row: Row) => (row.compared.startsWith('float') ? row.error.toExponential(1) : '');
  const table = rows.map((r) => `| ${r.family} | ${r.compared} | ${r.cases} | ${r.refused || ''} | ${errors(r)} |`);
  const total = families.reduce((sum, { cases }) => sum + cases.length, 0);
  return `# Hone against PyTorch

Written by \`HONE_WRITE_CONFORMANCE=1 npx vitest run test/conformance\` on the ${rows[0]!.engine} engine from what PyTorch ${torchVersions.join(', ')}
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
}
