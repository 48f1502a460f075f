/** Numbers and lists as Python writes them in a summary. */
import { showCount } from '../text.js';

/** Two digits after the point; where the number lies exactly between two, the even one, as in Python. */
export function fixed2(value: number): string {
  const hundredths = value * 100;
  const between = Number.isInteger(value * 8) && hundredths % 1 === 0.5;
  const text = (between ? (2 * Math.round(hundredths / 2)) / 100 : value).toFixed(2);
  const [whole, digits] = text.split('.') as [string, string];
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${digits}`;
}

/** A count in millions, or from 10^9 in G, from 10^12 in T: ` (M): 1.57`. */
export function withUnit(count: number): string {
  const [unit, size] = count >= 1e12 ? (['T', 1e12] as const) : count >= 1e9 ? (['G', 1e9] as const) : (['M', 1e6] as const);
  const value = count / size;
  return ` (${unit}): ${Number.isInteger(value) ? showCount(value) : fixed2(value)}`;
}

/** `[200, 10]`. */
export function listText(value: number | readonly (number | readonly number[])[]): string {
  return typeof value === 'number' ? String(value) : `[${value.map(listText).join(', ')}]`;
}

/** Filled up with spaces on the right, counting characters, not UTF-16 units. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - [...text].length));
}
