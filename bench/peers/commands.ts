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

/** PyTorch, by the Python that HONE_TORCH_PYTHON names; otherwise the line that says how to have it. */
export function torchCommand(threads: number, compiled: boolean): PeerCommand | string {
  const python = process.env['HONE_TORCH_PYTHON'];
  if (python === undefined || python === '')
    return 'PyTorch is left out: set HONE_TORCH_PYTHON to a Python that has torch and torchvision.';
  if (!existsSync(python)) return `PyTorch is left out: HONE_TORCH_PYTHON is ${python}, which is not there.`;
  return {
    name: compiled ? 'torch.compile' : 'torch',
    family: 'torch',
    command: python,
    args: [here('torch/worker.py'), String(threads), ...(compiled ? ['--compile'] : [])],
    env: { OMP_NUM_THREADS: String(threads) },
  };
}
