/** `hone doctor`: what runs the arithmetic on this machine, and why. */
import { cpus } from 'node:os';
import { nativeReport } from '../engine/host-node.js';
import { showBytes } from '../engine/allocator.js';
import { engineInfo, setEngine } from '../engine/select.js';
import { hasRelaxedSimd } from '../engine/wasm.js';
import { EngineError } from '../errors.js';

/** The findings, as lines of text. */
export function doctor(version: string): string {
  const info = engineInfo();
  const native = tell('native');
  const wasm = tell('wasm');
  setEngine(info.name);
  const lines: [string, string][] = [
    ['hone', version],
    ['node', `${process.version} on ${process.platform} ${process.arch}`],
    ['processor', `${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} ${cpus().length === 1 ? 'core' : 'cores'}`],
    ['engine in use', `${info.name} (${info.isa}, ${info.threads} ${info.threads === 1 ? 'thread' : 'threads'})`],
    ['why', why(info.name, info.reason)],
    ['memory limit', showBytes(info.memoryLimit)],
    ['native engine', native],
    ['wasm engine', wasm],
    ['relaxed SIMD', hasRelaxedSimd() ? 'yes' : 'not in this host (from Node 22 on by default; node --experimental-wasm-relaxed-simd before)'],
  ];
  if (nativeReport.supported.length > 0) lines.push(['instruction sets', `${nativeReport.supported.join(', ')} (what the processor runs, best first)`]);
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, text]) => `${name.padEnd(width)}  ${text}`).join('\n');
}

function why(engine: string, reason: string | undefined): string {
  const wanted = process.env['HONE_ENGINE'];
  if (wanted) return `HONE_ENGINE=${wanted} asks for it`;
  if (engine === 'native') return 'the native addon loads, and is the faster engine';
  return reason ?? '--engine asks for it';
}

/** Whether an engine loads, or the loader's own message. */
function tell(name: 'native' | 'wasm'): string {
  try {
    setEngine(name);
    const { isa } = engineInfo();
    return `loads (${isa})`;
  } catch (error) {
    if (error instanceof EngineError) return `does not load: ${error.message}`;
    throw error;
  }
}
