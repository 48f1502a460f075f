import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export const alias = [
  { find: /^hone$/, replacement: source('src/index.ts') },
  { find: /^hone\/(\w+)$/, replacement: source('src/$1/index.ts') },
  { find: '#host', replacement: source('src/engine/host-node.ts') },
  { find: '#threads', replacement: source('src/engine/tasks/threads-node.ts') },
  { find: '#files', replacement: source('src/formats/files/files-node.ts') },
  { find: '#download', replacement: source('src/formats/files/download-node.ts') },
  { find: '#processes', replacement: source('src/study/processes/host/processes-node.ts') },
  { find: '#images', replacement: source('src/vision/io/decode-node.ts') },
];

/** What no engine can change: text, parsers, walks over what is exported, and the mathematics of gradients (test/coverage.test.ts). */
const once = [
  'test/{bench,class-names,coverage,floors,readme}.test.ts',
  'test/{docs,editor}/**/*.test.ts',
  'src/cli/{program,schedules}.test.ts',
  'src/cli/runs/*.test.ts',
  'src/data/loader/state/loader-state.test.ts',
  'src/formats/**/{hold,small-files,hostile,zip}.test.ts',
  'src/report/**/{charts,comparison,pictures,progress,study,terminal,text,training-charts}.test.ts',
  'src/study/presets/*.test.ts',
  'src/study/{statistics,verdict}/*.test.ts',
  'src/report/study/page/page.test.ts',
  'src/study/{run/clock,schedule/adaptive}.test.ts',
  'src/study/{define/change-study,load/load-study}.test.ts',
  'src/cli/study/*.test.ts',
  'src/train/checkpoint/training/*.test.ts',
  'src/train/metrics/reference.test.ts',
  'src/tensorboard/**/*.test.ts',
  'src/cli/commands/tensorboard.test.ts',
  'src/vision/models/*.test.ts',
];
/** What changes the process around it (the engine in use, hooks of all modules, collected garbage), or measures it. */
const alone = ['src/engine/**/*.test.ts', 'test/misuse.test.ts'];
/** Programs that train, threads that start, pages in a browser, packages that are packed and installed. */
const slow = [
  'test/{examples,browser,package}/**/*.test.ts',
  'test/kill/*.test.ts',
  'test/same-seed.test.ts',
  'src/cli/{cli,photos}.test.ts',
  'src/data/loader/workers/*.test.ts',
  'src/data/loader/state/workers-state.test.ts',
  'src/vision/folder/loader.test.ts',
];
/** Of those, what starts its own engines. */
const anyEngine = ['test/{browser,package}/**/*.test.ts', 'src/data/loader/state/workers-state.test.ts'];

/** One engine, or `native,wasm`; scripts/test.mjs sets it. */
const engines = (process.env['HONE_ENGINE'] || (existsSync(source('dist/native')) ? 'native' : 'wasm')).split(',');

function project(name: string, engine: string, include: string[], exclude: string[], isolate: boolean): TestProjectConfiguration {
  return {
    resolve: { alias },
    test: {
      name,
      include,
      exclude,
      isolate,
      env: { HONE_ENGINE: engine },
      pool: 'forks',
      setupFiles: ['test/setup.ts'],
      testTimeout: isolate ? 300_000 : 120_000,
    },
  };
}

export default defineConfig({
  test: {
    // The default leaves one processor idle, which is half of a small machine.
    maxWorkers: availableParallelism(),
    slowTestThreshold: 3000,
    // Warnings that tests provoke are of interest where one fails.
    silent: 'passed-only',
    reporters: process.env['HONE_WRITE_CONFORMANCE'] === '1' ? ['default', './test/conformance/page.ts'] : ['default'],
    projects: [
      project('once', engines[0]!, once, [], false),
      project('pages', engines[0]!, anyEngine, [], true),
      ...engines.flatMap((engine) => [
        project(engine, engine, ['src/**/*.test.ts', 'test/**/*.test.ts'], [...once, ...alone, ...slow], false),
        project(`${engine}:alone`, engine, alone, [], true),
        project(`${engine}:slow`, engine, slow, anyEngine, true),
      ]),
    ],
  },
});
