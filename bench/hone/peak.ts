/** The most memory that this process has had resident, in MB. */
import { readFileSync } from 'node:fs';

/** VmHWM where there is one: what getrusage says may be of the process that this one was forked from. */
export function peakMemory(): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}
