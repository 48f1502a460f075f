// Writes src/ops/methods/method-types.gen.ts: what the editor shows of the methods of Tensor that are functions of src/ops under the same name,
// taken from the comments at those functions.
//
//   node scripts/gen-method-types.mjs            writes the file
//   node scripts/gen-method-types.mjs --print    prints it: the test compares
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const ops = join(root, 'src/ops');
const source = (name) => readFileSync(join(ops, name), 'utf8');

/** The comment at each exported function or constant of src/ops, by name; the first one counts. */
function comments() {
  const found = new Map();
  const files = readdirSync(ops, { recursive: true, encoding: 'utf8' })
    .filter((f) => f.endsWith('.ts') && !/\.(test|test-helper|gen)\.ts$/.test(f))
    .sort();
  for (const file of files)
    for (const [, comment, name] of source(file).matchAll(/^(\/\*\*(?:(?!\*\/)[\s\S])*\*\/)\nexport (?:function|const) (\w+)/gm))
      if (!found.has(`${file}:${name}`)) found.set(`${file}:${name}`, comment);
  return found;
}

/** A comment in parts: its text, and its tags but for examples and what the method's own object is. */
function parts(comment, self) {
  const plain = comment
    .replace(/^\/\*\*|\*\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trim())
    .join('\n')
    .replace(/@example[\s\S]*$/, '')
    .trim();
  const [text, ...tags] = plain.split(/(?:^|\s)(?=@(?:param|returns|throws|see|typeParam)\b)/);
  const kept = tags.filter((tag) => !new RegExp(`^@param ${self}\\b`).test(tag));
  return { text: text.replace(/\s+/g, ' ').trim(), tags: kept.map((tag) => tag.replace(/\s+/g, ' ').trim()) };
}

function wrap(text, first, rest) {
  const lines = [];
  let line = first;
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > 138 && line !== first) {
      lines.push(line);
      line = rest;
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}

function written(text, tags) {
  if (tags.length === 0 && text.length < 120) return `  /** ${text} */`;
  return ['  /**', ...wrap(text, '   *', '   *'), ...tags.flatMap((tag) => wrap(tag, '   *', '   *  ')), '   */'].join('\n');
}

const methods = source('methods/methods.ts');
/** A path that a file of src/ops/methods imports, from src/ops. */
const fromOps = (path) => `${posix.normalize(`methods/${path}`)}.ts`;
const known = comments();
/** The file behind `import * as sums from '../reduce/sum.js'`. */
const fileOf = (text, space) => fromOps(new RegExp(`import \\* as ${space} from '(\\.[\\w/.-]+)\\.js'`).exec(text)?.[1]);
const names = (list) => [...new RegExp(`const ${list} = \\[([^;]*);`).exec(methods)[1].matchAll(/'(\w+)'/g)].map(([, name]) => name);

/** Entries `name: space.function` of an object literal. */
function table(text, name) {
  const body = new RegExp(`const ${name} = \\{([\\s\\S]*?)\\n\\}`).exec(text)[1].replace(/\/\/.*$/gm, '');
  const plain = [.../import \{([^}]*)\} from '(\.[\w/.-]+)\.js'/g[Symbol.matchAll](text)];
  const home = (fn) => fromOps(plain.find(([, list]) => list.split(',').some((item) => item.trim().replace(/^type /, '') === fn))?.[2]);
  return body
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [, method, , space, fn] = /^(\w+)(: (?:(\w+)\.)?(\w+))?/.exec(entry);
      const own = fn ?? method;
      return [method, space === undefined ? `${home(own)}:${own}` : `${fileOf(text, space)}:${own}`];
    });
}

const lines = [];
const seen = new Set();
function add(method, type, key, inPlace = false) {
  if (seen.has(method)) return;
  seen.add(method);
  const comment = known.get(key);
  if (comment === undefined) throw new Error(`gen-method-types: ${key}, the function behind Tensor.${method}, has no comment.`);
  const self =
    /\(\s*(\w+)/.exec(source(key.split(':')[0]).split(new RegExp(`export (?:function|const) ${key.split(':')[1]}\\b`))[1] ?? '')?.[1] ??
    'x';
  const { text, tags } = parts(comment, self);
  lines.push(written(inPlace ? `In place, returning this tensor: ${text}` : text, tags));
  lines.push(`  ${method}: ${type}['${method}'];`);
}

/** What a file exports, in its order. */
const exportsOf = (file) => [...source(file).matchAll(/^export (?:function|const) (\w+)/gm)].map(([, name]) => name);
const unaryNames = exportsOf('elementwise/unary.ts');
const kernels = readFileSync(join(root, 'kernels/ops.def'), 'utf8');
for (const name of unaryNames) add(name, 'UnaryMethods', `elementwise/unary.ts:${name}`);
for (const name of names('binaryNames')) add(name, 'BinaryMethods', `elementwise/binary.ts:${name}`);
for (const name of exportsOf('elementwise/comparison.ts')) add(name, 'ComparisonMethods', `elementwise/comparison.ts:${name}`);
for (const name of unaryNames.filter((name) => new RegExp(`HONE_UNARY\\w*\\(${name},`).test(kernels)))
  add(`${name}_`, 'UnaryInPlaceMethods', `elementwise/unary.ts:${name}`, true);
for (const [method, key] of table(methods, 'direct')) add(method, 'DirectMethods', key);
const forms = source('methods/inplace-forms.ts');
for (const [method, key] of table(forms, 'forms')) add(`${method}_`, 'InPlaceForms', key, true);

const text = `// Written by scripts/gen-method-types.mjs from the comments at the functions: npm run gen.
import type { InPlaceForms } from './inplace-forms.js';
import type { BinaryMethods, ComparisonMethods, DirectMethods, UnaryInPlaceMethods, UnaryMethods } from './methods.js';

/** Methods of Tensor that are functions of the same name; the tensor takes the place of the first argument. */
export interface DescribedMethods {
${lines.join('\n')}
}
`;
if (process.argv.includes('--print')) process.stdout.write(text);
else writeFileSync(join(ops, 'methods/method-types.gen.ts'), text);
