/** How Hone and its peers are started, and which of the peers are installed. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PeerCommand } from './peer.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What Hone is started with. */
export interface HoneSettings {
  engine: 'native' | 'wasm';
  threads: number;
  /** The sources instead of what `npm run build` made. */
  source: boolean;
}

export function honeCommand({ engine, threads, source }: HoneSettings): PeerCommand {
  return {
    name: engine === 'native' ? 'hone' : 'hone wasm',
    family: 'hone',
    command: process.execPath,
    args: ['--import', 'tsx', here('../hone/worker.ts')],
    env: {
      HONE_ENGINE: engine,
      HONE_THREADS: String(threads),
      TSX_TSCONFIG_PATH: here(source ? '../../tsconfig.tools.json' : '../tsconfig.json'),
      ...(source ? { HONE_BENCH_SOURCE: '1' } : {}),
    },
  };
}

/** The Python that HONE_TORCH_PYTHON names, or the line that says how to have PyTorch. */
function python(): { path: string } | string {
  const path = process.env['HONE_TORCH_PYTHON'];
  if (path === undefined || path === '') return 'PyTorch is left out: set HONE_TORCH_PYTHON to a Python that has torch and torchvision.';
  return existsSync(path) ? { path } : `PyTorch is left out: HONE_TORCH_PYTHON is ${path}, which is not there.`;
}

/** PyTorch, or why not. */
export function torchCommand(threads: number, compiled: boolean): PeerCommand | string {
  const found = python();
  if (typeof found === 'string') return found;
  return {
    name: compiled ? 'torch.compile' : 'torch',
    family: 'torch',
    command: found.path,
    args: [here('torch/worker.py'), String(threads), ...(compiled ? ['--compile'] : [])],
    env: { OMP_NUM_THREADS: String(threads) },
  };
}

/** torchvision, loading images, or why not. */
export function torchvisionCommand(): PeerCommand | string {
  const found = python();
  if (typeof found === 'string') return found;
  return { name: 'torchvision', family: 'torch', command: found.path, args: [here('torch/images_worker.py')] };
}

/** TensorFlow.js with its WebAssembly and its plain backend, and jax-js; or how to have them. */
export function javascriptCommands(threads: number): readonly PeerCommand[] | string {
  if (!existsSync(here('node_modules'))) return 'TensorFlow.js and jax-js are left out: npm ci --prefix bench/peers installs them.';
  const tfjs = (backend: 'wasm' | 'cpu'): PeerCommand => ({
    name: `tfjs-${backend}`,
    family: 'tfjs',
    command: process.execPath,
    args: [here('tfjs_worker.mjs'), backend, String(threads)],
  });
  const jax: PeerCommand = {
    name: 'jax-js',
    family: 'jax',
    command: process.execPath,
    // On by default from Node 22 on, where the flag still is one.
    args: ['--experimental-wasm-relaxed-simd', here('jax_worker.mjs')],
  };
  return [tfjs('wasm'), tfjs('cpu'), jax];
}
