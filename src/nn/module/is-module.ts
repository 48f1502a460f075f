/** Tells modules from other values, for the files that `Module` is made of: they cannot import the class. */
import { ArgumentError } from '../../errors.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { show } from '../../tensor/arguments/show.js';
import type { Module } from './module.js';

/** What every module has, whatever its class. */
export const MODULE: unique symbol = Symbol('module');

/** Whether it is a module. */
export function isModule(value: unknown): value is Module {
  return typeof value === 'object' && value !== null && MODULE in value;
}

/**
 * Throws unless `value` is a module.
 * @param hint what to write instead, as a sentence; where a class was given, it is to make one of it.
 * @throws {ArgumentError} that says what it is.
 */
export function assertModule(op: string, name: string, value: unknown, hint?: string): asserts value is Module {
  if (isModule(value)) return;
  if (typeof value === 'function') hint = `For a class, write new ${Object.hasOwn(value, 'className') ? classNameOf(value) : 'Layer'}(…).`;
  throw new ArgumentError(`${op}: ${name} is ${show(value)}, expected an nn.Module.${hint === undefined ? '' : ` ${hint}`}`);
}
