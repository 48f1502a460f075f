/** examples/study.ts is a study, and what docs/guide/studies.md shows. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStudy } from 'hone/study';
import { expect, test } from 'vitest';
import study from '../../examples/study.js';

const root = join(import.meta.dirname, '../..');

test('the guide shows it', () => {
  expect(readFileSync(join(root, 'docs/guide/studies.md'), 'utf8')).toContain(
    `\`\`\`ts\n${readFileSync(join(root, 'examples/study.ts'), 'utf8')}\`\`\``,
  );
});

test('it compares what it says', async () => {
  const { variants, data } = await runStudy(study, { epochs: 1, repeats: 1 });
  expect(data).toEqual({ train: 1000, validation: 200, test: 2000 });
  expect(variants.map(({ name }) => name)).toEqual(['baseline', 'dropout 0.2', 'dropout 0.5', 'batchNorm true']);
  for (const { runs } of variants) expect(runs[0]!.scores!.test['accuracy']).toBeGreaterThan(0.3);
});
