import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^hone$/, replacement: source('src/index.ts') },
      { find: /^hone\/(\w+)$/, replacement: source('src/$1/index.ts') },
      { find: '#host', replacement: source('src/engine/host-node.ts') },
      { find: '#files', replacement: source('src/formats/files/files-node.ts') },
    ],
  },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    pool: 'forks',
    setupFiles: ['test/setup.ts'],
    testTimeout: 30_000,
  },
});
