/** Imports a file of the user's, TypeScript or JavaScript, so that mistakes in it are told with their place. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { register, SourceMap, type SourceMapping } from 'node:module';
import { basename, dirname, extname, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { setWorkerHooks } from '../../engine/tasks/worker-url.js';
import { FileError, FormatError, HoneError } from '../../errors.js';
import { meantName } from '../../tensor/arguments/spelling.js';
import type { HookData, LoadedFile } from './typescript-hooks.js';

/** Whether this is the package's source, as in its own tests: whatever runs that reads TypeScript, and knows which `hone` is meant. */
const fromSource = import.meta.url.endsWith('.ts');

const ENDINGS = ['.ts', '.mts', '.js', '.mjs', '.cjs'];

/** Where the hooks tell of the files that they load, and those that they told of. */
let files: MessagePort | undefined;
const loaded: LoadedFile[] = [];

/** Lets Node read TypeScript, and `hone` be this Hone wherever a file lies. Once is enough. */
function prepare(): void {
  if (fromSource || files !== undefined) return;
  // Stack traces name the lines that the user wrote.
  process.setSourceMapsEnabled(true);
  const { port1, port2 } = new MessageChannel();
  files = port1;
  port1.unref();
  const hooks = new URL('./typescript-hooks.js', import.meta.url).href;
  const data: HookData = { home: import.meta.url };
  register<HookData>(hooks, { data: { ...data, port: port2 }, transferList: [port2] });
  setWorkerHooks(hooks, data);
}

/** The path of a file that is given by it, or by its address. */
export const pathOfFile = (file: string | URL): string => (file instanceof URL || file.startsWith('file:') ? fileURLToPath(file) : file);

/**
 * What a file exports.
 * @throws {FileError} where there is no such file, and where it imports what is not there. @throws {FormatError} for one with a mistake in its
 * syntax. What the file itself throws stays as it is.
 */
export async function importFile(path: string, op: string): Promise<Record<string, unknown>> {
  const full = resolve(path);
  assertReadable(full, path, op);
  prepare();
  try {
    return (await import(/* @vite-ignore */ pathToFileURL(full).href)) as Record<string, unknown>;
  } catch (error) {
    throw await explained(error, full, op);
  }
}

function assertReadable(full: string, path: string, op: string): void {
  if (!existsSync(full)) {
    const folder = dirname(full);
    if (!existsSync(folder)) throw new FileError(`${op}: there is no file ${path}: the folder ${show(folder)} does not exist.`);
    const others = readdirSync(folder).filter((name) => ENDINGS.includes(extname(name)));
    const meant = others.find((name) => name.startsWith(`${basename(full)}.`)) ?? meantName(basename(full), others);
    throw new FileError(`${op}: there is no file ${path}.${meant === undefined ? '' : ` Did you mean ${show(resolve(folder, meant))}?`}`);
  }
  if (statSync(full).isDirectory()) throw new FileError(`${op}: ${path} is a folder, expected a file such as my-study.ts.`);
  if (!ENDINGS.includes(extname(full)))
    throw new FileError(
      `${op}: ${path} is not a TypeScript or JavaScript file; its name ends in ${extname(full) || 'nothing'}, expected ${ENDINGS.join(', ')}.`,
    );
}

/** A path as short as it can be said from here. */
export function show(path: string): string {
  const near = relative('.', path);
  return near !== '' && !near.startsWith('..') ? near : path;
}

async function explained(error: unknown, full: string, op: string): Promise<unknown> {
  if (!(error instanceof Error)) return error;
  if (error instanceof HoneError) {
    const place = placeIn(error, full);
    if (place !== undefined) error.message = `${place}: ${error.message}`;
    return error;
  }
  const { code = '' } = error as NodeJS.ErrnoException;
  if (error instanceof SyntaxError) return new FormatError(`${op}: ${await mistake(error, full)}`, { cause: error });
  if (/^(ERR_)?MODULE_NOT_FOUND$|^ERR_(UNSUPPORTED_DIR_IMPORT|PACKAGE_PATH_NOT_EXPORTED|IMPORT_A|UNKNOWN_FILE_EXT)/.test(code))
    return new FileError(`${op}: ${missing(error, full)}`, { cause: error });
  return error;
}

/** The line of the file from which an error came: `my-study.ts:12:3`. */
function placeIn({ stack = '' }: Error, full: string): string | undefined {
  const here = stack.split('\n').find((line) => line.includes(full) || line.includes(pathToFileURL(full).href));
  const place = here && /:(\d+:\d+)\)?$/.exec(here)?.[1];
  return place && `${show(full)}:${place}`;
}

/** What is imported and is not there. */
function missing({ message }: Error, full: string): string {
  const [, by] = /(?:imported from|Require stack:\n-) (.+)$/m.exec(message) ?? [];
  const from = show(by === undefined ? full : by.startsWith('file:') ? fileURLToPath(by) : by);
  const [, entry] = /^Package subpath '\.\/([^']+)'/.exec(message) ?? [];
  if (entry !== undefined && from === show(fileURLToPath(import.meta.url)))
    return `${show(full)}, or a file that it imports, imports "hone/${entry}", which does not exist. There are hone, hone/data, hone/formats, hone/vision, hone/train, hone/study, hone/report and hone/tensorboard.`;
  const [, name] = /^Cannot find (?:package|module) '((?:@[^/']+\/)?[^./'][^/']*)[^']*'/.exec(message) ?? [];
  if (name !== undefined)
    return `${from} imports the package "${name}", which is not to be found from there. Install it (npm install ${name}), or correct the name; the paths of a tsconfig.json are not known here.`;
  const [, file] = /^Cannot find module '([^']+)'/.exec(message) ?? [];
  if (file !== undefined) return `${from} imports ${show(file)}, which does not exist. Check the path.`;
  return `${from}, or a file that it imports: ${message.replace(/\.?$/, '.')}`;
}

const fileName = (url: string) => show(url.startsWith('file:') ? fileURLToPath(url) : url);

/** A mistake in the syntax, with its place. */
async function mistake(error: SyntaxError, full: string): Promise<string> {
  const said = error.message;
  if (/^\S.*:\d+:\d+: /.test(said)) return said.replace(/^.*?(?=:\d+:\d+: )/, show); // the hooks', which has its place
  const [head = '', ...rest] = (error.stack ?? '').split('\n');
  const [, placed, line] = /^(file:\/\/\S+|\/.+|[A-Z]:\\.+):(\d+)$/.exec(head) ?? [];
  const name = placed === undefined ? show(full) : fileName(placed);
  const [, from, wanted] = /^The requested module '([^']+)' does not provide an export named '([^']+)'/.exec(said) ?? [];
  if (from !== undefined) return `${name} imports ${wanted} of "${from}", which has no such export.${await meantExport(from, wanted!)}`;
  if (/^Cannot use import statement outside a module|^Unexpected token 'export'/.test(said))
    return `${name} is a module, but Node does not read it as one, since ${name.endsWith('.cjs') ? 'its name ends in .cjs' : 'its package.json has "type": "commonjs"'}. Name it .mjs or .ts.`;
  if (placed !== undefined) return `${name}:${line}: ${said}\n${rest.slice(0, 2).join('\n').trimEnd()}`;
  return foundIn() ?? `${name}, or a file that it imports, has a mistake in its syntax: ${said}`;
}

/** What was meant of what Hone exports. */
async function meantExport(from: string, wanted: string): Promise<string> {
  if (!/^hone(\/|$)/.test(from)) return '';
  const meant = meantName(wanted, Object.keys((await import(/* @vite-ignore */ from)) as object));
  return meant === undefined ? '' : ` Did you mean ${meant}?`;
}

/** Node does not say in which module a mistake is: each that was loaded is asked, the last one first. */
function foundIn(): string | undefined {
  for (let next = files && receiveMessageOnPort(files); next; next = receiveMessageOnPort(files!)) loaded.push(next.message as LoadedFile);
  for (const { url, code, map } of loaded.toReversed()) {
    const { stderr } = spawnSync(process.execPath, ['--input-type=module', '--check'], { input: code, encoding: 'utf8' });
    const found = /^(?:\[stdin\]|\S+):(\d+)\n(.*)\n( *)\^+\n[\s\S]*?^SyntaxError: (.*)$/m.exec(stderr);
    if (!found) continue;
    const [, line, snippet, before, message] = found;
    const [row, column] = [Number(line), before!.length];
    const { originalLine, originalColumn } = (
      map === undefined ? {} : new SourceMap(JSON.parse(map)).findEntry(row - 1, column)
    ) as Partial<SourceMapping>;
    const place = originalLine === undefined ? [row, column + 1] : [originalLine + 1, originalColumn! + 1];
    const more = /^\s*@/.test(snippet!)
      ? ' (decorators are not read)'
      : /^\s*(static )?accessor\b/.test(snippet!)
        ? ' (accessor fields are not read)'
        : '';
    return `${show(fileURLToPath(url))}:${place.join(':')}: ${message}${more}\n${snippet}\n${before}^`;
  }
  return undefined;
}
