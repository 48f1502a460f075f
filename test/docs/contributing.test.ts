/** CONTRIBUTING.md and conformance/README.md point to files that there are. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

test.each([
  ['CONTRIBUTING.md', 80, ['.', 'src']],
  ['conformance/README.md', 15, ['.', 'conformance']],
] as const)('every path in %s exists', (page, many, folders) => {
  const text = readFileSync(join(root, page), 'utf8').replace(/```[\s\S]*?```/g, '');
  const words = [...text.matchAll(/`([^`\s]+)`/g)].map(([, word]) => word!);
  const paths = words.filter((word) => /^[\w.][\w.-]*(\/[\w.-]*)+$/.test(word));
  expect(paths.length).toBeGreaterThan(many);
  // What programs make is there once they have run.
  const made = /^(dist|build|release|runs)\//;
  expect(paths.filter((path) => !made.test(path) && !folders.some((folder) => existsSync(join(root, folder, path))))).toEqual([]);
});

test('every script of npm in CONTRIBUTING.md exists', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
  const names = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name!);
  expect(names).toContain('gen');
  expect(names.filter((name) => !(name in scripts))).toEqual([]);
});
