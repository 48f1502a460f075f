/** Tells modules from other values, for the files that `Module` is made of: they cannot import the class. */
import type { Module } from './module.js';

/** What every module has, whatever its class. */
export const MODULE: unique symbol = Symbol('module');

/** Whether it is a module. */
export function isModule(value: unknown): value is Module {
  return typeof value === 'object' && value !== null && MODULE in value;
}
