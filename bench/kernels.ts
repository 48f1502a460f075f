/** Where time goes, kernel by kernel: wraps the engine's table while a function runs. */
import { loadedEngine } from '../dist/engine/engine.js';

/** Runs `step` `count` times and prints, per kernel (for products per shape), the time a step spends there; the rest is JavaScript. */
export function profileKernels(step: () => void, count: number): void {
  const { kernels } = loadedEngine();
  const table = kernels as unknown as Record<string, (...args: number[]) => number>;
  const plain = { ...table };
  const spent = new Map<string, { calls: number; ms: number }>();
  for (const [name, kernel] of Object.entries(plain)) {
    table[name] = (...args) => {
      const start = performance.now();
      const status = kernel(...args);
      const ms = performance.now() - start;
      const label =
        name === 'gemm' ? `gemm ${args[1]! & 1 ? 'T' : 'N'}${args[1]! & 2 ? 'T' : 'N'} m ${args[3]} n ${args[4]} k ${args[5]}` : name;
      const entry = spent.get(label) ?? { calls: 0, ms: 0 };
      entry.calls++;
      entry.ms += ms;
      spent.set(label, entry);
      return status;
    };
  }
  const start = performance.now();
  for (let i = 0; i < count; i++) step();
  const whole = performance.now() - start;
  Object.assign(table, plain);
  const us = (ms: number) => ((ms * 1e3) / count).toFixed(1).padStart(9);
  let inside = 0;
  for (const [label, { calls, ms }] of [...spent].sort(([, a], [, b]) => b.ms - a.ms)) {
    inside += ms;
    const flops = /m (\d+) n (\d+) k (\d+)/.exec(label);
    const rate = flops ? `  ${((2 * Number(flops[1]) * Number(flops[2]) * Number(flops[3]) * calls) / ms / 1e6).toFixed(0)} GFLOP/s` : '';
    console.log(`  ${us(ms)} us  ${(calls / count).toFixed(1).padStart(5)} calls  ${label}${rate}`);
  }
  console.log(`  ${us(whole - inside)} us  JavaScript and this profile's own cost`);
}
