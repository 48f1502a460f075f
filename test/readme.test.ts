/** What README shows is what the examples hold, and the examples run. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

function run(example: string): string {
  const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
  return execFileSync(process.execPath, [tsx, join(root, 'examples', example)], {
    cwd: mkdtempSync(join(tmpdir(), 'hone-example-')),
    encoding: 'utf8',
  });
}

describe('README', () => {
  const blocks = [...read('README.md').matchAll(/```ts.*\n([\s\S]*?)```/g)].map(([, code]) => code!);

  test('the first example is examples/quick-start.ts', () => {
    expect(blocks[0]).toBe(read('examples/quick-start.ts'));
  });

  test('the loop stands in examples/loop-by-hand.ts', () => {
    const indented = blocks[1]!.replace(/^(?=.)/gm, '  ');
    expect(read('examples/loop-by-hand.ts')).toContain(indented);
  });

  test('the examples learn the digits', () => {
    const fitted = run('quick-start.ts');
    expect(fitted).toContain('(bn1): BatchNorm1d(256');
    expect(Number(/epoch 3\/3.*validation.* accuracy (\d\.\d+)/.exec(fitted)![1])).toBeGreaterThan(0.92);
    const byHand = run('loop-by-hand.ts');
    expect(Number(/epoch 3: test accuracy (\d\.\d+)/.exec(byHand)![1])).toBeGreaterThan(0.9);
  });
});
