/** Replays the cases of conformance/fixtures on the engine in use, one test for a family and a dtype. `HONE_SHOW=n` prints n differences instead of 20. */
import { engineInfo } from 'hone';
import { describe, expect, test } from 'vitest';
import { families } from './fixtures.js';
import { kinds, type Part } from './kinds/index.js';

/** A line of docs/conformance.md. */
export interface Row {
  readonly engine: string;
  readonly family: string;
  readonly compared: string;
  readonly cases: number;
  /** How many of the cases are calls that torch refuses. */
  readonly refused: number;
  readonly error: number;
}

declare module 'vitest' {
  interface TaskMeta {
    conformance?: Row;
  }
}

/** That there are no differences; the first of them, where there are. */
export function expectNone(problems: readonly string[]): void {
  const shown = problems.slice(0, Number(process.env['HONE_SHOW'] ?? 20)).join('\n');
  expect(problems, `${problems.length} differences:\n${shown}\n`).toHaveLength(0);
}

/** The families of one part: a test file for each, so that they run side by side. */
export function againstTorch(part: Part): void {
  describe('against torch', () => {
    for (const { name, kind, cases } of families) {
      const { part: own, compared, replay } = kinds[kind]!;
      if (own !== part) continue;
      for (const [label, floating] of compared) {
        test(`${name}, ${label}`, ({ task }) => {
          const taken = cases.filter((c) => floating === 'float64' || !c.only64);
          const replayed = taken.map((c) => replay(c as never, floating));
          task.meta.conformance = {
            engine: engineInfo().name,
            family: name,
            compared: label,
            cases: taken.length,
            refused: taken.filter((c) => c.err !== undefined).length,
            error: Math.max(0, ...replayed.map((r) => r.error)),
          };
          expect(taken.length).toBeGreaterThan(0);
          expectNone(replayed.flatMap((r) => r.problems));
        });
      }
    }
  });
}
