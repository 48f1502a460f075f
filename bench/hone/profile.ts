/** Where the time of a step goes, kernel by kernel: wraps the engine's table while it runs. */
import { loadedEngine } from './hone.js';

/** What of a kernel's arguments says which size it works at: those that are small whole numbers, not addresses. */
function labelOf(name: string, args: readonly number[]): string {
  if (name === 'gemm') return `gemm ${args[1]! & 1 ? 'T' : 'N'}${args[1]! & 2 ? 'T' : 'N'} m ${args[3]} n ${args[4]} k ${args[5]}`;
  return name;
}

/** Runs `call` `count` times; lines of the kernels that it spends its time in, those of products by shape. What is left is JavaScript. */
export function profileOf(call: () => void, count: number): string[] {
  const { kernels, memory } = loadedEngine();
  const table = kernels as unknown as Record<string, (...args: number[]) => number>;
  const plain = { ...table };
  const spent = new Map<string, { calls: number; ms: number }>();
  const add = (label: string, ms: number) => {
    const entry = spent.get(label) ?? { calls: 0, ms: 0 };
    entry.calls++;
    entry.ms += ms;
    spent.set(label, entry);
  };
  for (const [name, kernel] of Object.entries(plain)) {
    table[name] = (...args) => {
      const start = performance.now();
      const status = kernel(...args);
      add(labelOf(name, args), performance.now() - start);
      return status;
    };
  }
  const collect = memory.collect;
  memory.collect = function (this: typeof memory) {
    const start = performance.now();
    collect.call(this);
    add('(collections)', performance.now() - start);
  };
  const start = performance.now();
  for (let i = 0; i < count; i++) call();
  const whole = performance.now() - start;
  Object.assign(table, plain);
  memory.collect = collect;
  const row = (ms: number, calls: string, label: string) =>
    `${((ms * 1e3) / count).toFixed(1).padStart(10)} us ${((100 * ms) / whole).toFixed(1).padStart(5)} %  ${calls.padStart(8)}  ${label}`;
  let inside = 0;
  const lines = [...spent]
    .sort(([, a], [, b]) => b.ms - a.ms)
    .map(([label, { calls, ms }]) => {
      inside += ms;
      const sizes = /m (\d+) n (\d+) k (\d+)/.exec(label);
      const rate = sizes ? `  ${((2 * Number(sizes[1]) * Number(sizes[2]) * Number(sizes[3]) * calls) / ms / 1e6).toFixed(0)} GFLOP/s` : '';
      return row(ms, `${(calls / count).toFixed(1)} ×`, `${label}${rate}`);
    });
  return [...lines, row(whole - inside, '', "JavaScript and this profile's own cost")];
}
