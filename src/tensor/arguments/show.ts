/** How values stand in messages, and what to do with one that is of another kind than expected. */

import { Tensor } from '../tensor.js';
import { classNameOf } from './class-name.js';

/** A value in a message: `[1, 2]`, `"mean"`, `a Tensor`. */
export function show(value: unknown): string {
  if (value instanceof Tensor) return `a Tensor of shape [${value.shape.join(', ')}]`;
  if (typeof value === 'string') return `"${value}"`;
  if (typeof value === 'function') return showFunction(value);
  if (Array.isArray(value)) return value.length > 8 ? `a list of ${value.length}` : `[${value.map(show).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (isOptions(value)) return 'an object';
  const name = classNameOf(value);
  return `${/^[AEIO]/.test(name) ? 'an' : 'a'} ${name}`;
}

/** Names of functions are left out, since minifiers change them; classes have theirs. */
function showFunction(value: object): string {
  if (Object.hasOwn(value, 'className')) return `the class ${classNameOf(value)}`;
  return /^class\b/.test(Function.prototype.toString.call(value)) ? 'a class' : 'a function';
}

/** Whether it is an object literal: no tensor, list or instance of a class. */
export function isOptions(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** {@link show}, where nothing at all is `missing` and a list is `a list`: of what should have been a tensor. */
export function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  return show(value);
}

/** What to do instead, as a sentence that begins with a space; empty where nothing is known. */
export function adviceFor(value: unknown): string {
  if (value instanceof Promise) return ' Await it.';
  if (Array.isArray(value) && value[0] instanceof Tensor) return adviceForList(value);
  if (Array.isArray(value) || ArrayBuffer.isView(value) || typeof value === 'number' || typeof value === 'boolean')
    return ' Make one with tensor(…).';
  return '';
}

/** Two tensors in the place of one may be what a recurrent layer gave, or a batch of a loader; others are to be joined. */
function adviceForList(list: readonly unknown[]): string {
  const join = 'Join tensors with stack or cat.';
  if (list.length !== 2) return ` ${join}`;
  return ` Take it apart: const [output, state] = … for what a recurrent layer gives, for (const [x, y] of loader) for a batch. ${join}`;
}
