/**
 * Whatever Hone offers is held against torch, and whatever torch offers is here or missing for a reason: walks the tables of operations,
 * layers, losses, initialisers, optimizers and schedules. `HONE_WRITE_COVERAGE=1` writes docs/coverage.md.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import * as hone from 'hone';
import { nn, optim } from 'hone';
import { describe, expect, test } from 'vitest';
import { families } from './conformance/fixtures.js';
import type { ModuleCase } from './conformance/kinds/modules.js';
import type { Case } from './conformance/kinds/programs.js';
import { elsewhere, noGradcheck, noOperations, notDifferentiable, ownInit, withoutFixture } from './coverage/exceptions.js';
import { checkCall, checkModule, differentiable, differentiableModules } from './coverage/gradients.js';
import { unusedReasons } from './coverage/missing.js';
import { modules, page } from './coverage/names.js';

const cases = <C>(kind: string) => families.filter((f) => f.kind === kind).flatMap((f) => f.cases as unknown as C[]);
const programs = [...cases<Case>('program'), ...cases<Case>('bits')];
const layers = cases<ModuleCase>('module');
const rows = cases<{ readonly op: string }>('promotion');

/** Every operation that a fixture calls. */
const called = new Set([...programs.flatMap((c) => c.prog.map(([, op]) => op)), ...rows.map(({ op }) => op)]);
const gradients = differentiable(programs);
const layerGradients = differentiableModules(layers);

const functionsOf = (space: object) =>
  Object.entries(space)
    .filter(([name, value]) => typeof value === 'function' && !/^[A-Z]/.test(name))
    .map(([name]) => name);
const classesOf = (space: object, base: abstract new (...args: never[]) => unknown) =>
  Object.entries(space)
    .filter(([, value]) => typeof value === 'function' && value.prototype instanceof base)
    .map(([name]) => name);

const linalg = functionsOf(hone.linalg).map((name) => `linalg.${name}`);
const operations = [...new Set([...functionsOf(hone), ...functionsOf(nn.functional), ...linalg])]
  .filter((name) => !(name in noOperations))
  .sort();
const initialisers = functionsOf(nn.init);
const layerClasses = classesOf(nn, nn.Module);
const optimizers = classesOf(optim, optim.Optimizer as never);
const schedules = classesOf(optim.lrScheduler, (optim.lrScheduler as unknown as { LRScheduler: never }).LRScheduler);

/** The names for which `holds` is false, or what it throws. */
const failing = (names: readonly string[], holds: (name: string) => boolean): string[] =>
  names.flatMap((name) => {
    try {
      return holds(name) ? [] : [name];
    } catch (error) {
      return [`${name}: ${(error as Error).message}`];
    }
  });

describe('has fixtures from torch', () => {
  const named = (name: string) => (c: object) => (c as { readonly name?: string }).name === name;

  test('every operation', () => {
    expect(failing(operations, (name) => called.has(name) || name in withoutFixture)).toEqual([]);
  });
  test('every initialiser', () => {
    expect(failing(initialisers, (name) => called.has(`init.${name}`) || name in ownInit)).toEqual([]);
  });
  test('every layer and loss', () => {
    expect(failing(layerClasses, (name) => layers.some(named(name)) || name in elsewhere)).toEqual([]);
  });
  test('every optimizer', () => {
    expect(failing(optimizers, (name) => families.some((f) => f.cases.some(named(name))))).toEqual([]);
  });
  test('every schedule', () => {
    expect(failing(schedules, (name) => families.some((f) => JSON.stringify(f.cases).includes(`"${name}"`)))).toEqual([]);
  });
});

/** Checks the gradients of the `count` first cases that can be checked; how many there were. */
function checkFirst<C>(own: readonly C[], count: number, check: (c: C) => boolean): number {
  let checked = 0;
  for (const c of own) if (checked < count && check(c)) checked++;
  return checked;
}

describe('gradients are those of finite differences', () => {
  test('of every operation', () => {
    const checked = (name: string) =>
      name in noGradcheck || checkFirst(gradients.get(name) ?? [], 2, checkCall) > 0 || name in notDifferentiable || name in withoutFixture;
    expect(failing(operations, checked)).toEqual([]);
  });
  test('of every layer and loss', () => {
    const checked = (name: string) =>
      name in noGradcheck || checkFirst(layerGradients.get(name) ?? [], 1, checkModule) > 0 || name in elsewhere;
    expect(failing(layerClasses, checked)).toEqual([]);
  });
});

describe('the exceptions', () => {
  test('are needed', () => {
    const known = new Set([...functionsOf(hone), ...functionsOf(nn.functional), ...linalg]);
    expect(Object.keys(noOperations).filter((name) => !known.has(name))).toEqual([]);
    expect(Object.keys(notDifferentiable).filter((name) => !known.has(name) || (gradients.get(name) ?? []).length > 0)).toEqual([]);
    expect(Object.keys(withoutFixture).filter((name) => !known.has(name) || called.has(name))).toEqual([]);
    expect(Object.keys(elsewhere).filter((name) => !layerClasses.includes(name) || layers.some((c) => c.name === name))).toEqual([]);
    expect(Object.keys(ownInit).filter((name) => !initialisers.includes(name) || called.has(`init.${name}`))).toEqual([]);
  });
});

describe('docs/coverage.md', () => {
  const missing = modules.flatMap(({ lines }) => lines.filter((l) => l.hone === null));

  test('gives a reason for everything that is missing', () => {
    expect(missing.filter((l) => l.reason === null).map((l) => l.torch)).toEqual([]);
    expect(unusedReasons(missing.map((l) => l.torch))).toEqual([]);
  });

  test('is what the library says', () => {
    const file = new URL('../docs/coverage.md', import.meta.url);
    if (process.env.HONE_WRITE_COVERAGE === '1') writeFileSync(file, page());
    expect(existsSync(file) && readFileSync(file, 'utf8') === page(), 'docs/coverage.md is old: write it again').toBe(true);
  });
});
