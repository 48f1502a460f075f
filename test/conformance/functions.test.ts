import { readFileSync } from 'node:fs';
import { test } from 'vitest';
import { type CallCase, replayCall } from './kinds/calls.js';
import { againstTorch, expectNone } from './suite.js';

againstTorch('functions');

// Other seeds than those of the fixtures: see conformance/random_calls.py.
const drawn = process.env['HONE_CALLS'];
test.runIf(drawn !== undefined)('random calls', () => {
  const cases = JSON.parse(readFileSync(drawn!, 'utf8')) as CallCase[];
  expectNone(cases.flatMap((c) => replayCall(c).problems));
});
