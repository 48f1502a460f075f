/** Every case of conformance/fixtures, replayed on the engine in use. `HONE_WRITE_CONFORMANCE=1` writes docs/conformance.md. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Case, replay } from './conformance/replay.js';
import type { Floating } from './conformance/numbers.js';

interface Fixtures {
  readonly torch: string;
  readonly families: Record<string, readonly Case[]>;
}

const read = (name: string): Fixtures => JSON.parse(readFileSync(new URL(`../conformance/fixtures/${name}.json`, import.meta.url), 'utf8')) as Fixtures;

describe('operations against torch', () => {
  const { families } = read('operations');
  for (const [family, cases] of Object.entries(families)) {
    for (const floating of ['float64', 'float32'] as Floating[]) {
      test(`${family}, ${floating}`, () => {
        const problems = cases.filter((c) => floating === 'float64' || !c.only64).flatMap((c) => replay(c, floating).problems);
        expect(problems, `${problems.length} differences:\n${problems.slice(0, Number(process.env.HONE_SHOW ?? 20)).join('\n')}\n`).toHaveLength(0);
      });
    }
  }
});
