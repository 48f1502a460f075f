/** What JSON.parse does not report about hostile texts. */

/**
 * The first key that appears twice in one object of a JSON text, or undefined: JSON.parse silently drops all but the last. The text
 * must be valid JSON; it is only walked, not checked.
 */
export function duplicateKey(json: string): string | undefined {
  const open: (Set<string> | null)[] = []; // one entry per open bracket: the keys seen in an object, null for an array
  for (let i = 0; i < json.length; i++) {
    const ch = json[i];
    if (ch === '{') open.push(new Set());
    else if (ch === '[') open.push(null);
    else if (ch === '}' || ch === ']') open.pop();
    else if (ch === '"') {
      const start = i++;
      while (json[i] !== '"') i += json[i] === '\\' ? 2 : 1;
      const keys = open[open.length - 1];
      if (!keys) continue;
      let next = i + 1;
      while (json[next] === ' ' || json[next] === '\n' || json[next] === '\t' || json[next] === '\r') next++;
      if (json[next] !== ':') continue;
      const key = JSON.parse(json.slice(start, i + 1)) as string;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}

/** A value from a file, short enough for a message. */
export function showValue(value: unknown): string {
  try {
    return (JSON.stringify(value) ?? 'nothing').slice(0, 120);
  } catch {
    return 'deeply nested lists';
  }
}
