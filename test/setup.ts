/** Before every test: the same random numbers, so that a test that passes once passes always. */
import { manualSeed } from 'hone';
import { beforeEach } from 'vitest';

beforeEach(() => {
  manualSeed(0);
});
