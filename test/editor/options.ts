/** Which functions and constructors take options, and what the types of these options should be called. */
import { readFileSync } from 'node:fs';
import type { Shown } from './declarations.js';

/** An exported function or class that takes options. */
export interface TakesOptions {
  /** As `F.dropout`, `nn.Dropout`. */
  readonly name: string;
  /** As `F.DropoutOptions`. */
  readonly options: string;
}

/** Types that many functions share, of which each need not have a name of its own: makers of tensors, draws, JavaScript's errors. */
const SHARED = ['TensorOptions', 'RandomOptions', 'NumbersOptions', 'ErrorOptions'];

const mentionsOptions = (parameters: string): boolean =>
  (parameters.match(/\b(\w+Options|Arguments)\b/g) ?? []).some((name) => !SHARED.includes(name));

/** The parameters of a function, or of the constructor of a class or of its base, in a file of declarations; null where there is none. */
function parametersOf(text: string, name: string): string | null {
  const functions = [...text.matchAll(new RegExp(`^export declare function ${name}\\b([^;]*?)\\): `, 'gms'))].map(([, all]) => all!);
  if (functions.length > 0) return functions.join('\n');
  const arrow = new RegExp(`^export declare const ${name}: \\(([^;]*?)\\) => `, 'ms').exec(text);
  if (arrow) return arrow[1]!;
  const start = new RegExp(`^(export )?declare (abstract )?class ${name}\\b`, 'm').exec(text)?.index;
  if (start === undefined) return null;
  const body = text.slice(start, text.indexOf('\n}', start));
  const constructors = [...body.matchAll(/^ {4}constructor\(([\s\S]*?)\);$/gm)].map(([, all]) => all!);
  const base = /^[^{]* extends (\w+)/.exec(body)?.[1];
  return constructors.length === 0 && base !== undefined ? parametersOf(text, base) : constructors.join('\n');
}

/** `arguments` of a file that are types of its own: `...args: DropoutArguments`, which is written with Arguments<…>. */
function spelledOut(text: string, parameters: string): string {
  return parameters.replace(/\b\w+Arguments\b/g, (name) => new RegExp(`type ${name}\\b[^;]*`).exec(text)?.[0] ?? 'Arguments');
}

/** All exported functions and classes that take options by name. */
export function takingOptions(all: readonly Shown[], exported: ReadonlySet<string>): TakesOptions[] {
  const texts = new Map<string, string>();
  return all.flatMap(({ name, file }) => {
    if (!exported.has(name)) return [];
    const own = name.slice(name.lastIndexOf('.') + 1);
    if (!texts.has(file)) texts.set(file, readFileSync(file, 'utf8'));
    const text = texts.get(file)!;
    const parameters = parametersOf(text, own);
    if (parameters === null || !mentionsOptions(spelledOut(text, parameters))) return [];
    const base = own.replace(/_$/, '');
    return [{ name, options: `${name.slice(0, -own.length)}${base[0]!.toUpperCase()}${base.slice(1)}Options` }];
  });
}
