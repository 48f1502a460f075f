/** Values as Python prints them, for texts that are PyTorch's own. */

/** A number as Python prints a float: `0.5`, `1.0`, `1e-05`. */
export function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    const [digits, power] = value.toExponential().split('e') as [string, string];
    return `${digits}e${power[0]}${power.slice(1).padStart(2, '0')}`;
  }
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** `True`, `False`. */
export function pythonBool(value: boolean): string {
  return value ? 'True' : 'False';
}
