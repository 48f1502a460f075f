/**
 * The programs that a page of the documentation holds: its fenced blocks of TypeScript. The pages run them in the browser, the tests in Node, and
 * both make them into a function here. docs/README.md says what the words behind `ts` mean.
 */

/** A fenced block. */
export interface Fence {
  readonly language: string;
  /** The words behind the language: `continued`, `throws`, `node`, `fragment`, `file`, `slow`. */
  readonly words: readonly string[];
  readonly code: string;
  /** The line of the page on which it begins, from 1. */
  readonly line: number;
}

/** What stands behind ```` ``` ````: the language, and the words after it. */
export function readInfo(info: string): Pick<Fence, 'language' | 'words'> {
  const [language = '', ...words] = info.trim().split(/\s+/);
  return { language, words };
}

/** The fenced blocks of a page, in order. */
export function fencesOf(markdown: string): Fence[] {
  const fences: Fence[] = [];
  let open: { fence: string; info: string; line: number; code: string[] } | undefined;
  markdown.split('\n').forEach((line, i) => {
    const [, fence, info] = /^(`{3,})(.*)$/.exec(line) ?? [];
    if (open === undefined) {
      if (fence !== undefined) open = { fence, info: info!, line: i + 1, code: [] };
    } else if (fence === open.fence && info!.trim() === '') {
      fences.push({ ...readInfo(open.info), code: `${open.code.join('\n')}\n`, line: open.line });
      open = undefined;
    } else open.code.push(line);
  });
  return fences;
}

/** The programs among fences: each block of `ts` begins one, and those that are `continued` go on with the one above them. */
export function programsOf(fences: readonly Fence[]): Fence[][] {
  const programs: Fence[][] = [];
  for (const fence of fences) {
    if (fence.language !== 'ts') continue;
    if (!fence.words.includes('continued')) programs.push([fence]);
    else if (programs.length > 0) programs.at(-1)!.push(fence);
    else throw new Error(`line ${fence.line}: there is no block above that could be continued`);
  }
  return programs;
}

/** What a comment behind a line may promise: a number, a text, a list, a tensor as it is printed. */
const LITERAL = /^(-?[\d.[]|'|"|true\b|false\b|null\b|tensor\()/;

/** The code with `expression; // literal` made a call of `$show`, which gets the value, what the comment says, and the expression. */
export function withShows(code: string): string {
  return code
    .replaceAll('{ … }', '{}')
    .split('\n')
    .map((line) => {
      const [, indent, expression, said] =
        /^(\s*)(?!const |let |for |class |if |return |import |\/\/)(\S.*?);\s+\/\/ (.*)$/.exec(line) ?? [];
      if (expression === undefined || !LITERAL.test(said!) || !balanced(expression)) return line;
      return `${indent}$show(${expression}, ${JSON.stringify(said)}, ${JSON.stringify(expression)});`;
    })
    .join('\n');
}

/** A line that closes what an earlier one opened is no expression of its own. */
function balanced(expression: string): boolean {
  let depth = 0;
  for (const c of expression) {
    if ('([{'.includes(c)) depth++;
    if (')]}'.includes(c) && --depth < 0) return false;
  }
  return depth === 0;
}

/** One module in TypeScript of several blocks: `$cell(i)` is called where a block begins, `$show` for lines that promise a value. */
export function moduleOf(codes: readonly string[]): string {
  return codes.map((code, i) => `$cell(${i});\n${withShows(code)}`).join('\n');
}

/** What stands between an import's braces, types left out: names, some of them `as` others. */
const named = (what: string): string[] =>
  (/\{([\s\S]*)\}/.exec(what)?.[1] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !name.startsWith('type '));

/** What the braces of a module's imports name, and from where. */
export function importsOf(module: string): { names: string[]; from: string }[] {
  return [...module.matchAll(/^import\s+(?!type\s)([^'"]+?)\s+from\s+['"]([^'"]+)['"]/gm)].map(([, what, from]) => ({
    names: named(what!).map((name) => name.replace(/\s+as\s.*/, '')),
    from: from!,
  }));
}

/**
 * The body of an async function of a module in JavaScript, types stripped: imports, which several blocks may repeat, become `await $import(from)`,
 * and `export default` notes its value by `$export`.
 */
export function bodyOf(module: string): string {
  const imports = new Map<string, Set<string>>();
  const whole: string[] = [];
  const body = module
    .replace(/^import\s+([^'"]+?)\s+from\s+(['"])([^'"]+)\2;?[ \t]*$/gm, (_, what: string, _quote, from: string) => {
      const outside = what.replace(/,?\s*\{[\s\S]*\}\s*,?/, '').trim();
      const names = imports.get(from) ?? new Set();
      imports.set(from, names);
      for (const name of named(what)) names.add(name.replace(/\s+as\s+/, ': '));
      if (outside.startsWith('*')) whole.push(`const ${outside.replace(/^\*\s+as\s+/, '')} = await $import(${JSON.stringify(from)});`);
      else if (outside !== '') names.add(`default: ${outside}`);
      return '';
    })
    .replace(/^export default /gm, 'const $exported = ')
    .replace(/^export (?=const|let|class|function|async)/gm, '');
  const lines = [...imports].map(
    ([from, names]) =>
      `const { ${[...names].join(', ')} } = await $import(${JSON.stringify(from)}, ${JSON.stringify([...names].map((name) => name.replace(/:.*/, '')))});`,
  );
  return [...lines, ...new Set(whole), body].join('\n');
}

/** What a program finds around it. */
export interface Surroundings {
  /** A module by its name. */
  import(name: string): Promise<object>;
  /** Called where block `i` begins. */
  cell(i: number): void;
  /** Called for `expression; // said`. */
  show(value: unknown, said: string, expression: string): void;
  readonly console: Pick<Console, 'log' | 'info' | 'warn' | 'error' | 'assert'>;
}

export const AsyncFunction = (async () => {}).constructor as new (...args: string[]) => (...args: unknown[]) => Promise<void>;

/** Runs blocks that make one program. @param strip takes the types out of a module. */
export async function runProgram(codes: readonly string[], strip: (module: string) => string, around: Surroundings): Promise<void> {
  const body = bodyOf(strip(moduleOf(codes)));
  const run = new AsyncFunction('$import', '$cell', '$show', 'console', `'use strict';\n${body}`);
  const imported = async (from: string, names: readonly string[] = []) => {
    const module = await around.import(from);
    const missing = names.find((name) => !(name in module));
    if (missing !== undefined) throw new SyntaxError(`the module '${from}' does not export '${missing}'`);
    return module;
  };
  await run(imported, around.cell, around.show, around.console);
}
