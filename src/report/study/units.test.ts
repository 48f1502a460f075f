import { expect, test } from 'vitest';
import { showP } from './units.js';

test('a p above 0.05 is not written as 0.05', () => {
  expect([0.05, 0.0499, 0.0504, 0.05003, 0.0508, 0.2, 0.0078125, 1e-5].map(showP)).toEqual([
    '0.050',
    '0.050',
    '0.0504',
    '0.05003',
    '0.051',
    '0.20',
    '0.0078',
    '< 0.0001',
  ]);
});
