/** Gradcheck of what the fixtures hold: the gradients of a case in float64 against finite differences, apart from what torch says. */
import { autograd, isfinite, Tensor } from 'hone';
import { type ModuleCase, prepare } from '../conformance/kinds/modules.js';
import { type Case, runProgram } from '../conformance/kinds/programs.js';
import { makeInput, viewOf } from '../conformance/numbers.js';
import { groupBy } from './group-by.js';

/** Whether finite differences can be taken at its inputs: no ties, no infinities, no integers that stand for floats. */
const smooth = (specs: readonly { readonly k: string; readonly ng?: boolean }[]) =>
  specs.every(({ k, ng }) => ng || !'svtz'.includes(k[0]!));
const size = (specs: readonly { readonly s: readonly number[] }[]) => specs.reduce((sum, { s }) => sum + s.reduce((a, b) => a * b, 1), 0);

/** The cases whose gradients are worth checking, the smallest first. */
function worthChecking<C extends { readonly in: readonly { readonly k: string; readonly s: readonly number[] }[] }>(
  cases: readonly C[],
): C[] {
  return cases.filter((c) => smooth(c.in) && size(c.in) > 1).sort((a, b) => size(a.in) - size(b.in));
}

/** The single calls of each operation that torch differentiates. */
export function differentiable(cases: readonly Case[]): Map<string, Case[]> {
  const single = cases.filter((c) => c.prog?.length === 1 && Array.isArray(c.g) && c.g.some((g) => g !== null));
  return new Map([...groupBy(single, (c) => c.prog[0]![1])].map(([op, own]) => [op, worthChecking(own)]));
}

/** The uses of each class with gradients. */
export function differentiableModules(cases: readonly ModuleCase[]): Map<string, ModuleCase[]> {
  const own = cases.filter((c) => c.runs?.some(({ g }) => g?.some((x) => x !== null)));
  return new Map([...groupBy(own, (c) => c.name)].map(([name, list]) => [name, worthChecking(list)]));
}

/** Throws unless the gradients of a call are those of finite differences; false where its results are not finite. */
export function checkCall(c: Case): boolean {
  const leaves = c.in.map((spec, i) => makeInput(spec, c.seed + i, 'float64').leaf);
  const call = (...inputs: Tensor[]) =>
    runProgram(
      c,
      inputs.map((leaf, i) => viewOf(leaf, c.in[i]!)),
    ).filter((y) => y instanceof Tensor);
  if (!call(...leaves).every((y) => isfinite(y).all().item())) return false;
  autograd.gradcheck(call, leaves);
  return true;
}

/** Throws unless the gradients of a module's inputs and parameters are those of finite differences; false where its results are not finite. */
export function checkModule(c: ModuleCase): boolean {
  const { module, call, wanted } = prepare(c, 'float64');
  module.train(c.runs!.some(({ train }) => train));
  const results = () => call().filter((y) => y instanceof Tensor);
  if (!results().every((y) => isfinite(y).all().item())) return false;
  autograd.gradcheck(results, wanted);
  return true;
}
