/** How claims are put into words. */

/** A share in percentage points: `1.3`, `−0.2`. */
export function points(share: number): string {
  const text = (Math.abs(share) * 100).toFixed(1);
  return `${share < 0 && Number(text) !== 0 ? '−' : ''}${text}`;
}

/** Words with a full stop at their end. */
export function sentence(words: string): string {
  return /[.!?]$/.test(words) ? words : `${words}.`;
}
