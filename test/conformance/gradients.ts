/** Gradcheck of what the fixtures hold: the gradients of a case in float64 against finite differences, apart from what torch says. */
import { autograd, manualSeed, type Tensor } from 'hone';
import { groupBy } from '../group-by.js';
import { type ModuleCase, prepare } from './modules.js';
import { makeInput, viewOf } from './numbers.js';
import { type Case, runProgram } from './replay.js';

/** Whether finite differences can be taken at its inputs: no ties, no infinities, no integers that stand for floats. */
const smooth = (specs: readonly { readonly k: string; readonly ng?: boolean }[]) =>
  specs.every(({ k, ng }) => ng || !'svtz'.includes(k[0]!));
const size = (specs: readonly { readonly s: readonly number[] }[]) => specs.reduce((sum, { s }) => sum + s.reduce((a, b) => a * b, 1), 0);

/** The smallest cases whose gradients are worth checking, at most `count`. */
function smallest<C extends { readonly in: readonly { readonly k: string; readonly s: readonly number[] }[] }>(
  cases: readonly C[],
  count: number,
): C[] {
  return cases
    .filter((c) => smooth(c.in) && size(c.in) > 1)
    .sort((a, b) => size(a.in) - size(b.in))
    .slice(0, count);
}

/** The single calls of each operation that torch differentiates. */
export function differentiable(cases: readonly Case[]): Map<string, Case[]> {
  const single = cases.filter((c) => c.prog?.length === 1 && c.g?.some((g) => g !== null));
  return new Map([...groupBy(single, (c) => c.prog[0]![1])].map(([op, own]) => [op, smallest(own, 2)]));
}

/** The uses of each class with gradients. */
export function differentiableModules(cases: readonly ModuleCase[]): Map<string, ModuleCase[]> {
  const own = cases.filter((c) => c.runs?.some(({ g }) => g?.some((x) => x !== null)));
  return new Map([...groupBy(own, (c) => c.name)].map(([name, list]) => [name, smallest(list, 1)]));
}

/** Throws unless the gradients of a call are those of finite differences. */
export function checkCall(c: Case): void {
  const leaves = c.in.map((spec, i) => makeInput(spec, c.seed + i, 'float64').leaf);
  autograd.gradcheck((...inputs) => {
    manualSeed(c.seed);
    return runProgram(
      c,
      inputs.map((leaf, i) => viewOf(leaf, c.in[i]!)),
    ) as Tensor[];
  }, leaves);
}

/** Throws unless the gradients of a module's inputs and parameters are those of finite differences, in training. */
export function checkModule(c: ModuleCase): void {
  const { module, call, wanted } = prepare(c, 'float64');
  module.train(c.runs!.some(({ train }) => train));
  autograd.gradcheck(() => call().filter((y) => y !== null) as Tensor[], wanted);
}
