/** How optimizers print: PyTorch's text. */
import { pythonBool, pythonFloat } from '../../tensor/arguments/python-text.js';
import { snakeCase } from '../../tensor/arguments/spelling.js';

/**
 * A name, then each group's options in alphabetical order of PyTorch's names.
 * @param floats options that Python prints as floats where they are whole: `lr: 1.0`.
 */
export function optimizerText(name: string, groups: readonly object[], floats: readonly string[]): string {
  const texts = groups.map((group, i) => {
    const lines = Object.entries(group)
      .filter(([option]) => option !== 'params')
      .map(
        ([option, value]) =>
          `    ${snakeCase(option)}: ${option === 'paramNames' ? nameList(value) : text(value, floats.includes(option))}\n`,
      );
    return `\nParameter Group ${i}\n${lines.sort().join('')}`;
  });
  return `${name} (${texts.join('')})`;
}

const nameList = (names: readonly string[]) => `[${names.map((name) => `'${name}'`).join(', ')}]`;

/** A value as Python writes it. A whole number is an int unless it is known to be a float. */
function text(value: unknown, isFloat = false): string {
  if (typeof value === 'number') return isFloat || !Number.isInteger(value) ? pythonFloat(value) : String(value);
  if (typeof value === 'boolean') return pythonBool(value);
  if (value === null) return 'None';
  return Array.isArray(value) ? `(${value.map((each) => text(each)).join(', ')})` : String(value);
}
