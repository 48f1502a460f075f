/** Numbers as tables write them. */

const WHOLE = /^[+-]?\d+$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^[+-]?inf(?:inity)?$/i;

/** Whether a text is a whole number. */
export const isWhole = (text: string): boolean => WHOLE.test(text);

/** Whether a text is a number: `1`, `-2.5e3`, `.5`, `inf`. */
export const isNumber = (text: string): boolean => NUMBER.test(text) || INFINITE.test(text);

/** The number of a text for which {@link isNumber} holds. */
export function numberOf(text: string): number {
  if (!INFINITE.test(text)) return Number(text);
  return text.startsWith('-') ? -Infinity : Infinity;
}

const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, True: true, TRUE: true, false: false, False: false, FALSE: false };

/** True or false, as JavaScript, Python and spreadsheets write them; undefined for another text. */
export const booleanOf = (text: string): boolean | undefined => (Object.hasOwn(BOOLEANS, text) ? BOOLEANS[text] : undefined);

const DATE = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** Milliseconds since 1970 of a date as ISO 8601 writes it, in UTC where it names no zone; NaN for another text. */
export function dateOf(text: string): number {
  const match = DATE.exec(text);
  if (match === null) return Number.NaN;
  const [, day, time = '00:00', zone = 'Z'] = match;
  // Milliseconds are the finest that Date reads everywhere.
  return Date.parse(`${day}T${time.replace(/(\.\d{3})\d+$/, '$1')}${zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone}`);
}
