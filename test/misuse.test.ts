/** Everything that is exported refuses options that it does not know, and says in a named error what it cannot mean: a walk over all of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as hone from 'hone';
import { ArgumentError, nn, ones, optim, Tensor } from 'hone';
import { transforms } from 'hone/vision';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { families } from './conformance/fixtures.js';
import { build, type ModuleCase } from './conformance/kinds/modules.js';
import { type Case, call, resolve } from './conformance/kinds/programs.js';
import { makeInput } from './conformance/numbers.js';
import { calls } from './misuse/calls.js';
import { manyOperands, notTried, raw } from './misuse/exceptions.js';
import { instances, internal } from './misuse/instances.js';
import { type Class, classes, type Fn, functions, isOptimizer, methodsOf, tensorMethods } from './misuse/surface.js';
import { callsOf, everyTransform } from './misuse/transforms.js';
import { tryWild } from './misuse/wild.js';

vi.spyOn(console, 'warn').mockImplementation(() => {});

// Where a path such as 'x' is written to, nothing else lies.
const home = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'hone-misuse-'));
beforeAll(() => process.chdir(folder));
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

/** How a call with an option that there is not ends: 'refused', or what it did instead. */
async function outcome(use: () => unknown): Promise<string> {
  try {
    await use();
    return 'silent';
  } catch (error) {
    if (error instanceof ArgumentError && error.message.includes('"unheardOf"')) return 'refused';
    return `${(error as Error).name}: ${(error as Error).message.slice(0, 100)}`;
  }
}

describe('an unknown option is refused by name', () => {
  const programs = families.filter(({ kind }) => kind === 'program' || kind === 'bits').flatMap((f) => f.cases as unknown as Case[]);
  const simple = new Map<string, () => unknown>();
  for (const c of programs) {
    const [step] = c.prog;
    if (c.err !== undefined || c.prog.length !== 1 || step === undefined || simple.has(step[1])) continue;
    const [, op, args, options] = step;
    simple.set(op, () => {
      const env = new Map<string, unknown>(c.in.map((spec, i) => [`x${i}`, makeInput(spec, c.seed + i, 'float64').x]));
      const given = args.map((a) => resolve(a, env));
      return call(op, given, { ...(resolve(options, env) as Record<string, unknown>), unheardOf: 1 });
    });
  }

  test('by every operation', async () => {
    expect(simple.size).toBeGreaterThan(150);
    const wrong: string[] = [];
    const silent = new Set<string>();
    for (const [op, use] of simple) {
      const how = await outcome(use);
      if (how === 'refused') continue;
      silent.add(op);
      if (!manyOperands.has(op)) wrong.push(`${op}: ${how}`);
    }
    expect(wrong).toEqual([]);
    expect([...manyOperands].filter((op) => !silent.has(op))).toEqual([]);
  });

  test('by every layer and loss', async () => {
    const layers = families.filter(({ kind }) => kind === 'module').flatMap((f) => f.cases as unknown as ModuleCase[]);
    const wrong: string[] = [];
    const seen = new Set<string>();
    for (const c of layers) {
      if (c.err !== undefined || seen.has(c.name)) continue;
      seen.add(c.name);
      const how = await outcome(() => build({ ...c, kwargs: { ...c.kwargs, unheard_of: 1 } }, 'float32'));
      // PyTorch's Identity takes anything, so that it can stand where another layer stood.
      if ((how === 'refused') === (c.name === 'Identity')) wrong.push(`${c.name}: ${how}`);
    }
    expect(wrong).toEqual([]);
  });

  test('by every optimizer and schedule', async () => {
    const wrong: string[] = [];
    const parameters = () => [new nn.Parameter(ones(2, 2))];
    for (const { name, value } of classes) {
      if (!isOptimizer(value) || value === (optim.Optimizer as unknown)) continue;
      const how = await outcome(() => new (value as unknown as Class)(parameters(), { unheardOf: 1 }));
      if (how !== 'refused') wrong.push(`${name}: ${how}`);
    }
    for (const [name, value] of Object.entries(optim.lrScheduler as unknown as Record<string, Class>)) {
      if (/^(LRScheduler|SequentialLR|ChainedScheduler)$/.test(name)) continue;
      const how = await outcome(() => new value(new optim.SGD(parameters(), { lr: 0.1, momentum: 0.9 }), { unheardOf: 1 }));
      if (how !== 'refused') wrong.push(`${name}: ${how}`);
    }
    expect(wrong).toEqual([]);
  });

  test('by every transform of images, as a class and as a function', async () => {
    const wrong: string[] = [];
    for (const { name, make } of everyTransform()) {
      const how = await outcome(() => make({ unheardOf: 1 }));
      // Where options follow a list that may have any length, they are taken for one of it.
      if (how !== 'refused' && name !== 'transforms.v2.Lambda') wrong.push(`${name}: ${how}`);
    }
    for (const space of [transforms.functional, transforms.v2.functional])
      for (const [name, f] of Object.entries(space)) {
        const found = new Set<string>();
        for (const use of callsOf(f as (...given: unknown[]) => unknown, { unheardOf: 1 })) found.add(await outcome(use));
        if (!found.has('refused') || found.has('silent')) wrong.push(`functional.${name}: ${[...found].join(', ').slice(0, 300)}`);
      }
    expect(wrong).toEqual([]);
  });

  test.each(Object.keys(calls))('by %s', async (name) => {
    expect(await outcome(() => calls[name]!({ unheardOf: 1 }))).toBe('refused');
  });
});

describe('untyped arguments give named errors, or work', () => {
  async function walk(prefix: string, names: readonly string[], of: (name: string) => Fn): Promise<void> {
    const wrong: string[] = [];
    for (const name of names) {
      if (prefix + name in notTried) continue;
      const found = await tryWild(of(name));
      if (prefix + name in raw) expect(found, `${prefix}${name} needs no exception any more`).not.toEqual([]);
      else wrong.push(...found.slice(0, 2).map((error) => `${prefix}${name}${error}`));
    }
    expect(wrong).toEqual([]);
  }
  const named = (list: typeof functions) => new Map(list.map(({ name, value }) => [name, value]));

  test('of functions', async () => {
    const all = named(functions);
    expect(all.size).toBeGreaterThan(300);
    await walk('', [...all.keys()], (name) => all.get(name)!);
  });

  test('of constructors', async () => {
    const all = named(classes);
    expect(all.size).toBeGreaterThan(150);
    await walk(
      'new ',
      [...all.keys()],
      (name) =>
        (...args) =>
          new (all.get(name) as unknown as Class)(...args),
    );
  });

  test('of the methods of tensors', async () => {
    expect(tensorMethods.length).toBeGreaterThan(200);
    const x = (name: string) => ones([2, 3], { requiresGrad: !name.endsWith('_') }) as unknown as Record<string, Fn>;
    await walk(
      'x.',
      tensorMethods,
      (name) =>
        (...args) =>
          x(name)[name]!(...args),
    );
  });

  test('of the methods of modules, optimizers, schedules, data sets and generators', async () => {
    expect(Object.keys(instances).length).toBeGreaterThan(50);
    const wrong: string[] = [];
    const tried = new Set<unknown>();
    for (const [kind, make] of Object.entries(instances)) {
      for (const name of methodsOf(make())) {
        // What a class inherits is tried once.
        const method = (make() as Record<string, Fn>)[name];
        if (internal.has(name) || internal.has(`${kind}.${name}`) || (name !== 'forward' && tried.has(method))) continue;
        tried.add(method);
        const found = await tryWild((...args) => (make() as Record<string, Fn>)[name]!(...args));
        wrong.push(...found.slice(0, 2).map((error) => `${kind}.${name}${error}`));
      }
    }
    expect(wrong).toEqual([]);
  });

  test('the exceptions exist', () => {
    const all = new Set([
      ...functions.map((f) => f.name),
      ...classes.map((c) => `new ${c.name}`),
      ...tensorMethods.map((name) => `x.${name}`),
    ]);
    expect([...Object.keys(notTried), ...Object.keys(raw)].filter((name) => !all.has(name))).toEqual([]);
    expect(Tensor.prototype).toBe(hone.Tensor.prototype);
  });
});
