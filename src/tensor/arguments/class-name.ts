/** The names of classes, as texts show them. */

/**
 * The name of an object's class, or of a class: its own static `className`, which minifiers leave alone, else the name that it has in
 * the code that runs. A subclass goes by its own name, not by that of the class it extends.
 */
export function classNameOf(value: object): string {
  const type = (typeof value === 'function' ? value : value.constructor) as { className?: unknown; name?: unknown } | undefined;
  if (type === undefined) return 'Object';
  if (Object.hasOwn(type, 'className') && typeof type.className === 'string') return type.className;
  return typeof type.name === 'string' ? type.name : '';
}

/** Whether a value is a class, written as such, rather than an object of it or a plain function. */
export const isClass = (value: unknown): value is abstract new (...args: never[]) => object =>
  typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));

/** The name of an object's class and of those that it extends, the nearest first. */
export function classNamesOf(value: object): string[] {
  const names: string[] = [];
  for (let type: unknown = value.constructor; typeof type === 'function' && type.prototype; type = Object.getPrototypeOf(type))
    names.push(classNameOf(type));
  return names;
}
