/** Warnings: for calls that work as in PyTorch but are seldom meant. */

const said = new Set<string>();

/** Writes a warning to the console, once for each text. */
export function warnOnce(message: string): void {
  if (said.has(message)) return;
  said.add(message);
  console.warn(`hone: ${message}`);
}

/** Lets every warning be given once more: for tests that share a process. */
export function forgetWarnings(): void {
  said.clear();
}
