/** The package as npm would install it, made afresh from the sources, and programs bundled against it. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildResult, build, type Plugin } from 'esbuild';
import { bundleForNode } from '../../scripts/bundle-node.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Stage {
  /** A folder whose node_modules holds hone. */
  readonly folder: string;
  remove(): void;
}

/**
 * Compiles src/ as `npm run build` does, without checking types, into a package of its own.
 * @param options.forNode makes dist/node too, which Node loads. Default: false.
 */
export async function stagePackage({ forNode = false } = {}): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'hone-stage-'));
  const home = join(folder, 'node_modules/hone');
  mkdirSync(home, { recursive: true });
  cpSync(join(root, 'package.json'), join(home, 'package.json'));
  // What pages need of the package's dependencies.
  for (const name of ['fflate', 'crc-32', '@bufbuild/protobuf', 'cephes'])
    cpSync(join(root, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true });
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !/\.(test|test-helper|d)\.ts$/.test(file),
  );
  await build({
    entryPoints: sources.map((file) => join(root, 'src', file)),
    outbase: join(root, 'src'),
    outdir: join(home, 'dist'),
    format: 'esm',
    target: 'es2022',
    logLevel: 'silent',
  });
  cpSync(join(root, 'dist/wasm/hone-simd.js'), join(home, 'dist/wasm/hone-simd.js'));
  if (forNode) await bundleForNode(home);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Programs of this repository would find the repository's own dist/, which may be old. */
function fromStage(stage: Stage): Plugin {
  return {
    name: 'stage',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /^hone(\/|$)/ }, ({ path, kind, pluginData }) => {
        return pluginData === 'staged' ? undefined : resolve(path, { kind, resolveDir: stage.folder, pluginData: 'staged' });
      });
    },
  };
}

export interface BundleOptions {
  /** Default: false. */
  minify?: boolean;
  /** Default: browser. */
  platform?: 'browser' | 'neutral' | 'node';
  /** Default: esm. */
  format?: 'esm' | 'iife' | 'cjs';
  /** Takes the engine's copy along, for pages to which its files are not served. Default: false. */
  engine?: boolean;
}

/** A program as a page loads it: one module. `program` is a file, or the text of one. */
export async function bundle(
  stage: Stage,
  program: { file: string } | { text: string },
  options: BundleOptions = {},
): Promise<BuildResult<{ metafile: true; write: false }>> {
  const { minify = false, platform = 'browser', format = 'esm', engine = false } = options;
  return build({
    ...('file' in program
      ? { entryPoints: [program.file] }
      : { stdin: { contents: program.text, resolveDir: stage.folder, loader: 'ts' } }),
    plugins: [fromStage(stage)],
    bundle: true,
    // Loaded when a chart is drawn, and larger than the whole of Hone: pages that draw none never fetch it.
    external: ['*/echarts.js', ...(engine ? [] : ['*/hone-simd.js'])],
    format,
    target: 'es2022',
    outdir: join(stage.folder, 'out'),
    platform,
    minify,
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
}
