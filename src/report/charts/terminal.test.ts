/** Curves as text. */
import { terminalChart } from 'hone/report';
import { describe, expect, test } from 'vitest';
import { width as columnsOf } from '../progress/cells.js';

/** The dots of braille letters: columns and rows from the top left. */
function dotsOf(lines: readonly string[]): [x: number, y: number][] {
  const bits = [
    [0x01, 0x08],
    [0x02, 0x10],
    [0x04, 0x20],
    [0x40, 0x80],
  ];
  return lines.flatMap((line, row) =>
    [...line].flatMap((c, column) => {
      const code = c.codePointAt(0)! - 0x2800;
      if (code < 0 || code > 255) return [];
      return bits.flatMap((pair, y) =>
        pair.flatMap((bit, x) => ((code & bit) > 0 ? [[2 * column + x, 4 * row + y] as [number, number]] : [])),
      );
    }),
  );
}

const plotLines = (text: string) =>
  text
    .split('\n')
    .filter((line) => /[│┤]/.test(line))
    .map((line) => line.slice(line.search(/[│┤]/) + 1));

describe('terminalChart', () => {
  test('puts a straight line from corner to corner', () => {
    const text = terminalChart({ y: [0, 1], from: 0, columns: 40, rows: 10 });
    const lines = plotLines(text);
    expect(lines).toHaveLength(10);
    const dots = dotsOf(lines);
    const width = 2 * (40 - 3 - 2);
    expect(dots).toContainEqual([0, 39]);
    expect(dots).toContainEqual([width - 1, 0]);
    for (const [x, y] of dots) expect(Math.abs(39 - y - (x * 39) / (width - 1))).toBeLessThanOrEqual(1);
    expect(text.split('\n').at(-1)!.trim()).toMatch(/^0\s+1$/);
  });

  test.each([20, 40, 60, 80, 200])('is no wider than %i columns', (columns) => {
    const series = Array.from({ length: 5 }, (_, i) => ({
      name: `a curve with a long name, 曲線 ${i}`,
      values: [1, i, 3, Number.NaN, i / 7],
    }));
    for (const colors of [false, true]) {
      const text = terminalChart({ title: 'Loss 損失 '.repeat(20), series, xLabel: 'epoch '.repeat(30), columns, colors });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are escapes.
      const plain = text.replace(/\u001b\[[\d;]*m/g, '');
      expect(Math.max(...plain.split('\n').map(columnsOf))).toBeLessThanOrEqual(columns);
      expect(text.includes('\u001b')).toBe(colors);
    }
  });

  test('several curves without colours have a sign each, in the legend too', () => {
    const text = terminalChart({ y: { one: [0, 0, 0], two: [1, 1, 1] }, columns: 40, rows: 5 });
    const lines = plotLines(text);
    expect(lines[0]).toMatch(/^\++$/);
    expect(lines[4]).toMatch(/^•+$/);
    expect(text).toContain('• one   + two');
  });

  test('gaps stay gaps, a point stands alone, nothing is an empty plot', () => {
    expect(dotsOf(plotLines(terminalChart({ y: [1, Number.NaN, 1] })))).toHaveLength(2);
    expect(dotsOf(plotLines(terminalChart({ y: [1] })))).toHaveLength(1);
    expect(dotsOf(plotLines(terminalChart({ y: [] })))).toHaveLength(0);
    expect(() => terminalChart({ y: [1], columns: 10 })).toThrow(/columns is 10, expected a whole number from 20/);
    expect(() => terminalChart({ y: [1e9, 1e9 + 1], columns: 20 })).toThrow(/20 columns leave/);
  });

  test('holds a value until the next where a curve has steps', () => {
    const lines = plotLines(terminalChart({ series: [{ values: [1, 0], step: true }], columns: 40, rows: 4 }));
    const top = dotsOf(lines).filter(([, y]) => y === 0);
    expect(top.length).toBe(2 * (40 - 3 - 2));
  });
});
