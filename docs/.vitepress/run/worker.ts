/** Runs one program of a page, away from the page, which stays responsive and may end it at any moment. */
import { transform } from 'sucrase';
import { watchFiles } from './files.js';
import type { Told, Wanted } from './messages.js';
import { runProgram } from './program.js';

/** What programs may import; loaded when one does. */
const modules: Record<string, () => Promise<object>> = {
  hone: () => import('hone'),
  'hone/data': () => import('hone/data'),
  'hone/formats': () => import('hone/formats'),
  'hone/report': () => import('hone/report'),
  'hone/study': () => import('hone/study'),
  'hone/tensorboard': () => import('hone/tensorboard'),
  'hone/train': () => import('hone/train'),
  'hone/vision': () => import('hone/vision'),
};

async function load(name: string): Promise<object> {
  const found = modules[name];
  if (!found) throw new Error(`This page has no module '${name}': it has ${Object.keys(modules).join(', ')}.`);
  const { ready } = await import('hone');
  await ready();
  return found();
}

const strip = (module: string) =>
  transform(module, { transforms: ['typescript'], disableESTransforms: true, preserveDynamicImport: true }).code;

let cell = 0;
const tell = (told: Told) => self.postMessage(told);

/** A value as a console shows it. */
function shown(value: unknown, depth = 0): string {
  if (typeof value === 'string') return depth === 0 ? value : `'${value}'`;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return `[${value.name || 'function'}]`;
  if (value === null || typeof value !== 'object') return String(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  const items = Array.isArray(value) || ArrayBuffer.isView(value) ? [...(value as Iterable<unknown>)] : undefined;
  if (items) {
    const most = items.slice(0, 100).map((item) => shown(item, depth + 1));
    return `[${most.join(', ')}${items.length > 100 ? `, … ${items.length - 100} more` : ''}]`;
  }
  // Tensors, models, charts and tables say themselves what they are.
  if (value.toString !== Object.prototype.toString) return String(value);
  if (depth > 3) return '{…}';
  if (value instanceof Map) return shown(Object.fromEntries(value), depth);
  return `{ ${Object.entries(value)
    .map(([name, item]) => `${name}: ${shown(item, depth + 1)}`)
    .join(', ')} }`;
}

const print =
  (kind: 'text' | 'warning') =>
  (...values: unknown[]) =>
    tell({ kind, cell, text: values.map((value) => shown(value)).join(' ') });
const output = {
  ...console,
  log: print('text'),
  info: print('text'),
  debug: print('text'),
  warn: print('warning'),
  error: print('warning'),
};
// What Hone prints itself, tables and warnings, goes to the worker's console.
Object.assign(self.console, { log: output.log, warn: output.warn });

const TYPES: Record<string, string> = { svg: 'image/svg+xml', png: 'image/png', html: 'text/html' };

watchFiles((path, bytes) => {
  const type = TYPES[/\.(\w+)$/.exec(path)?.[1] ?? ''];
  tell(type ? { kind: 'picture', cell, path, type, bytes } : { kind: 'file', cell, path, size: bytes.length });
});

self.onmessage = async ({ data }: MessageEvent<Wanted>) => {
  try {
    await runProgram(data.codes, strip, {
      import: load,
      cell: (i) => {
        cell = i;
        tell({ kind: 'cell', cell });
      },
      show: (value, _said, expression) => tell({ kind: 'value', cell, text: shown(value, 1), expression }),
      console: output,
    });
    tell({ kind: 'done' });
  } catch (error) {
    tell({ kind: 'error', cell, text: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
  }
};
