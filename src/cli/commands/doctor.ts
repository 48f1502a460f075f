/** `hone doctor`: what runs the arithmetic on this machine, and why. */
import { cpus } from 'node:os';
import type { Command } from 'commander';
import { nativeReport } from '../../engine/host-node.js';
import { showBytes } from '../../engine/memory/allocator.js';
import { type EngineInfo, engineInfo, setEngine } from '../../engine/select.js';
import { hasRelaxedSimd } from '../../engine/wasm/wasm-file.js';
import { HoneError } from '../../errors.js';
import { plural } from '../../report/text.js';
import { version } from '../version.js';

export function addDoctorCommand(command: Command): void {
  command.description('Shows which engine runs here, and why.').action(() => {
    const { text, healthy } = doctor();
    process.stdout.write(`${text}\n`);
    if (!healthy) process.exitCode = 1;
  });
}

/** The findings, as lines of text; unhealthy where no engine can be used as things are set. */
export function doctor(): { text: string; healthy: boolean } {
  let info: EngineInfo | undefined;
  let trouble = '';
  try {
    info = engineInfo();
  } catch (error) {
    trouble = messageOf(error);
  }
  const [native, wasm] = [probe('native'), probe('wasm')];
  if (info) setEngine(info.name);
  const cores = cpus();
  const lines: [string, string][] = [
    ['hone', version],
    ['node', `${process.version} on ${process.platform} ${process.arch}`],
    ['processor', `${cores[0]?.model.trim() ?? 'unknown'}, ${plural(cores.length, 'core')}`],
    ['engine in use', info ? `${info.name} (${info.isa}, ${plural(info.threads, 'thread')})` : `none: ${trouble}`],
    ...(info
      ? ([
          ['why', why(info.name, info.reason)],
          ['memory limit', showBytes(info.memoryLimit)],
        ] as [string, string][])
      : []),
    ['native engine', native],
    ['wasm engine', wasm],
    ['relaxed SIMD', hasRelaxedSimd() ? 'yes' : 'not in this host'],
  ];
  if (nativeReport.supported.length > 0)
    lines.push(['instruction sets', `${nativeReport.supported.join(', ')} (what the processor runs, best first)`]);
  const width = Math.max(...lines.map(([name]) => name.length));
  return { text: lines.map(([name, text]) => `${name.padEnd(width)}  ${text}`).join('\n'), healthy: info !== undefined };
}

function why(engine: string, reason: string | undefined): string {
  const wanted = process.env['HONE_ENGINE'];
  if (wanted) return `HONE_ENGINE=${wanted} asks for it`;
  if (engine === 'native') return 'the native addon loads, and is the faster engine';
  return reason ?? '--engine asks for it';
}

/** Whether an engine loads, or the loader's own message. */
function probe(name: 'native' | 'wasm'): string {
  try {
    setEngine(name);
    const { isa } = engineInfo();
    return `loads (${isa})`;
  } catch (error) {
    return `does not load: ${messageOf(error)}`;
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof HoneError)) throw error;
  return error.message;
}
