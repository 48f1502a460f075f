/** Programs with Hone bundled into them: for Node they find their engine, in workers of pages too, and minified ones say what others say. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type BuildOptions, build } from 'esbuild';
import { build as buildWithVite } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root, type Stage, stagePackage } from '../browser/stage.js';

const run = promisify(execFile);
const hasNative = existsSync(join(root, 'dist/native', `${process.platform}-${process.arch}`, 'hone-cpu.node'));

let stage: Stage;
let home: string;
/** A folder from which no package can be found. */
let far: string;

beforeAll(async () => {
  stage = await stagePackage();
  home = join(stage.folder, 'node_modules/hone');
  for (const part of ['dist/wasm', ...(hasNative ? ['dist/native'] : [])]) cpSync(join(root, part), join(home, part), { recursive: true });
  cpSync(join(root, 'dist/digits.gz'), join(home, 'dist/digits.gz'));
  far = mkdtempSync(join(tmpdir(), 'hone-far-'));
}, 60_000);
afterAll(() => {
  stage?.remove();
  rmSync(far, { recursive: true, force: true });
});

/** Runs a program; what it printed, or the line of the error that ended it. */
async function node(file: string, folder: string): Promise<string> {
  try {
    const { stdout } = await run(process.execPath, [file], { cwd: folder, env: { ...process.env, HONE_ENGINE: '' } });
    return stdout.trim();
  } catch (error) {
    const { stderr } = error as { stderr: string };
    return /^\w*Error: .*$/m.exec(stderr)?.[0] ?? stderr;
  }
}

describe('bundled for Node', () => {
  const program = `
    import { engineInfo, ones } from 'hone';
    import { datasets } from 'hone/vision';
    console.log(engineInfo().name, ones([3]).sum().item(), new datasets.Digits({ train: false }).length);`;

  /** Bundles the program into `out/` beside the package, and returns the file's name. */
  async function bundled(bundler: 'esbuild, ESM' | 'esbuild, CommonJS' | 'Vite, ssr.noExternal'): Promise<string> {
    const out = join(stage.folder, 'out');
    if (bundler.startsWith('Vite')) {
      writeFileSync(join(stage.folder, 'server.mjs'), program);
      await buildWithVite({
        root: stage.folder,
        configFile: false,
        logLevel: 'silent',
        ssr: { noExternal: true },
        build: { ssr: 'server.mjs', outDir: 'out', emptyOutDir: false },
      });
      return 'server.mjs';
    }
    const format = bundler.endsWith('ESM') ? 'esm' : 'cjs';
    const name = `main.${format === 'esm' ? 'mjs' : 'cjs'}`;
    await build({
      stdin: { contents: program, resolveDir: stage.folder },
      bundle: true,
      platform: 'node',
      format,
      outfile: join(out, name),
      logLevel: 'silent',
    });
    return name;
  }

  it.each(['esbuild, ESM', 'esbuild, CommonJS', 'Vite, ssr.noExternal'] as const)(
    '%s: finds its engine, or says what to do',
    async (bundler) => {
      const name = await bundled(bundler);
      expect(await node(join('out', name), stage.folder)).toBe(`${hasNative ? 'native' : 'wasm'} 3 2000`);

      // Deployed without node_modules: with the engine's files beside it, and with nothing.
      const place = mkdtempSync(join(far, 'app-'));
      cpSync(join(stage.folder, 'out', name), join(place, name));
      expect(await node(name, place)).toMatch(
        /^EngineError: wasm engine: .*bundled without its engine\. Keep hone out of the bundle \(esbuild: --external:hone .*Vite: .*Next: serverExternalPackages.*dist\/wasm folder beside the program/,
      );
      cpSync(join(root, 'dist/wasm'), join(place, 'wasm'), { recursive: true });
      expect(await node(name, place)).toMatch(
        /^FileError: Digits: there is no file .*digits\.gz\. This program was bundled without it: .*copy the package's dist\/digits\.gz beside the program/,
      );
      cpSync(join(root, 'dist/digits.gz'), join(place, 'digits.gz'));
      expect(await node(name, place)).toBe('wasm 3 2000');
    },
  );
});

describe('bundled for pages by Vite', () => {
  it('takes the builds of the engine along, and the digits where they are asked for, and needs no option for web workers', async () => {
    const app = join(stage.folder, 'page');
    mkdirSync(app);
    writeFileSync(join(app, 'index.html'), '<!doctype html><script type="module" src="/main.js"></script>');
    writeFileSync(
      join(app, 'main.js'),
      "import { ones } from 'hone'; import digits from 'hone/digits.gz?url'; import Work from './worker.js?worker'; globalThis.done = [ones([2]), digits, new Work(), new Worker(new URL('./worker.js', import.meta.url))];",
    );
    writeFileSync(
      join(app, 'worker.js'),
      "import { nn, ones } from 'hone'; postMessage(new nn.Linear(2, 2).forward(ones([1, 2])).toArray());",
    );
    await buildWithVite({ root: app, configFile: false, logLevel: 'silent' });
    const assets = readdirSync(join(app, 'dist/assets'));
    for (const part of ['index', 'worker', 'hone-simd', 'hone-relaxed', 'digits'])
      expect(
        assets.some((name) => name.startsWith(part)),
        part,
      ).toBe(true);
    // A classic worker: no import, no export, no await at its top.
    const worker = readFileSync(join(app, 'dist/assets', assets.find((name) => name.startsWith('worker'))!), 'utf8');
    expect(() => new Function(worker)).not.toThrow();
    expect(worker).toMatch(/hone-simd-[\w-]+\.wasm/);
  });
});

describe('linked, as npm install path/to/hone leaves it', () => {
  it('is bundled for pages without anything of Node', async () => {
    const app = mkdtempSync(join(far, 'linked-'));
    mkdirSync(join(app, 'node_modules'));
    symlinkSync(root, join(app, 'node_modules/hone'));
    const { metafile } = await build({
      stdin: { contents: "import { ones } from 'hone'; console.log(ones([2]));", resolveDir: app },
      bundle: true,
      format: 'esm',
      outdir: join(app, 'out'),
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
    const files = Object.keys(metafile.inputs);
    expect(files.some((file) => file.endsWith('dist/engine/host-browser.js'))).toBe(true);
    expect(files.filter((file) => /host-node|\/src\//.test(file))).toEqual([]);
  });
});

describe('minified', () => {
  /** What names could show in: texts, errors, counts, groups, files. */
  const program = `
    import * as hone from 'hone';
    import * as data from 'hone/data';
    import * as train from 'hone/train';
    const { nn, optim, summary, tensor, ones, zeros } = hone;
    const lines = [];
    const attempt = (run) => {
      hone.manualSeed(1);
      try { lines.push(String(run())); } catch (error) {
        // What the language itself says of a variable is no text of Hone's.
        lines.push(error instanceof hone.HoneError ? [error.name, error.code, error.message, String(error)].join(' | ') : Object.prototype.toString.call(error));
      }
    };

    hone.manualSeed(1);
    const net = new nn.Sequential(new nn.Conv2d(3, 8, 3, { padding: 1 }), new nn.BatchNorm2d(8), new nn.ReLU(), new nn.MaxPool2d(2), new nn.Flatten(), new nn.Linear(2048, 4));
    const info = summary(net, [2, 3, 32, 32], { verbose: 0 });
    attempt(() => info.totalMultAdds);
    attempt(() => [JSON.stringify(ones([2])), [...ones([2, 1])].length, +tensor(3)]);
    attempt(() => info);
    attempt(() => net);
    attempt(() => Object.keys(net.stateDict()));
    attempt(() => hone.saveBytes(net.stateDict()).length);

    // Every class that is exported, made with sizes that many take, and refused with an option that none has.
    const spaces = { hone, nn, optim, lrScheduler: optim.lrScheduler, data, train };
    for (const [space, entries] of Object.entries(spaces))
      for (const [name, entry] of Object.entries(entries)) {
        if (typeof entry !== 'function' || !/^[A-Z]/.test(name) || name === 'Generator') continue;
        attempt(() => name + ': ' + String(new entry(4, 2)));
        attempt(() => name + ': ' + String(new entry(4, 2, 2)));
        attempt(() => name + ': ' + String(new entry({ noSuchOption: 1 })));
        attempt(() => name + ': ' + String(new entry(net.parameters(), { noSuchOption: 1 })));
        attempt(() => name + ': ' + String(new entry(new optim.SGD(net.parameters(), { lr: 0.1 }), { noSuchOption: 1 })));
        attempt(() => name + ': ' + String(new entry(net.parameters(), { lr: 0.1 })));
      }

    // Functions that fail, and the names of gradients.
    for (const [name, run] of Object.entries({ ...nn.functional, ...hone }))
      if (typeof run === 'function' && !/^[A-Z]/.test(name) && !/^(seed|initialSeed|getRngState|ready|save|setEngine|engineInfo|memoryStats|empty|scope|keep|noGrad|enableGrad|inferenceMode|forkRng|rand|bernoulli|normal|multinomial|dropout|alphaDropout|featureDropout|gumbelSoftmax|rrelu)/.test(name) && !/[dD]ropout|rand|Like$/.test(name)) {
        attempt(() => run(ones([2, 3]), zeros([5, 7])));
        attempt(() => run(ones([2, 3]).requiresGrad_()).gradFn);
        attempt(() => run({ noSuchOption: 1 }));
      }
    const optimizer = new optim.AdamW(net.parameters());
    attempt(() => JSON.stringify(optimizer.stateDict().paramGroups ?? optimizer.stateDict().param_groups));
    attempt(() => optimizer);
    attempt(() => net.forward(ones([2, 2])));
    attempt(() => new optim.SGD(net.parameters(), { lrr: 1 }));
    if (nn.utils?.weightDecayGroups) attempt(() => JSON.stringify(nn.utils.weightDecayGroups(net, 0.1).map((group) => group.params.length)));
    console.log(JSON.stringify(lines));`;

  async function said(options: BuildOptions): Promise<string[]> {
    const outfile = join(stage.folder, 'out', `${options.minify ? 'small' : 'plain'}.mjs`);
    await build({
      stdin: { contents: program, resolveDir: stage.folder },
      bundle: true,
      external: ['*/echarts.js'], // loaded when a chart is drawn
      platform: 'node',
      format: 'esm',
      outfile,
      logLevel: 'silent',
      ...options,
    });
    const { stdout } = await run(process.execPath, [outfile], {
      cwd: stage.folder,
      maxBuffer: 1 << 26,
      env: { ...process.env, HONE_ENGINE: '' },
    });
    return JSON.parse(stdout) as string[];
  }

  it('a program says what it says otherwise: texts, errors, counts, names', async () => {
    const [plain, small] = await Promise.all([said({}), said({ minify: true, keepNames: false })]);
    expect(plain[0]).toBe(String(2 * (8 * 27 + 8) * 1024 + 2 * 16 + 2 * (2048 * 4 + 4)));
    expect(plain[1]).toBe('[1,1],2,3');
    expect(plain.length).toBeGreaterThan(1000);
    expect(small).toHaveLength(plain.length);
    expect(
      small
        .map((line, i) => (line === plain[i] ? '' : [plain[i], line].map((text) => text?.slice(0, 200)).join('\n-> ')))
        .filter((line) => line !== ''),
    ).toEqual([]);
  });
});
