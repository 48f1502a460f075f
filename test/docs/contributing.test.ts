/** CONTRIBUTING.md points to files that there are. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

test('every path in CONTRIBUTING.md exists, in the repository or in src', () => {
  const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8').replace(/```[\s\S]*?```/g, '');
  const words = [...text.matchAll(/`([^`\s]+)`/g)].map(([, word]) => word!);
  const paths = words.filter((word) => /^[\w.][\w.-]*(\/[\w.-]*)+$/.test(word));
  expect(paths.length).toBeGreaterThan(80);
  expect(paths.filter((path) => !existsSync(join(root, path)) && !existsSync(join(root, 'src', path)))).toEqual([]);
});

test('every script of npm in CONTRIBUTING.md exists', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
  const names = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name!);
  expect(names).toContain('gen');
  expect(names.filter((name) => !(name in scripts))).toEqual([]);
});
