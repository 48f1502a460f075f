/** The suite with one fault in it: run.ts names it in HONE_FAULT. */
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vitest/config';
import { alias } from '../../vitest.config.js';
import { faults } from './faults.js';

const fault = faults.find(({ name }) => name === process.env['HONE_FAULT']);

const plant: Plugin = {
  name: 'hone:fault',
  enforce: 'pre',
  transform: (code) => (fault !== undefined && code.includes(fault.find) ? code.replace(fault.find, () => fault.replace) : null),
};

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  resolve: { alias },
  plugins: [plant],
  test: { include: ['src/**/*.test.ts', 'test/**/*.test.ts'], setupFiles: ['test/setup.ts'], testTimeout: 120_000, isolate: false },
});
