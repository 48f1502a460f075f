/** Studies in files of the user's. */
import { ArgumentError } from '../../errors.js';
import { classNameOf } from '../../tensor/arguments/class-name.js';
import { isOptions, show } from '../../tensor/arguments/show.js';
import { Study } from '../define/study.js';
import { importFile, pathOfFile } from './import-file.js';

/**
 * The study that a file exports by default. TypeScript is read on every Node, and the file's `hone` is this one, wherever it lies.
 * @param file a path or a `file:` address of a `.ts`, `.mts`, `.js`, `.mjs` or `.cjs` file.
 * @throws {FileError} where there is no such file, and where it imports what is not there. @throws {FormatError} for a mistake in its syntax.
 * @throws {ArgumentError} where it exports no study. What the file itself throws stays as it is.
 */
export async function loadStudy(file: string | URL, op = 'study'): Promise<Study> {
  const path = pathOfFile(file);
  const exported = await importFile(path, op);
  const found = (await exported['default']) as unknown;
  if (found instanceof Study) return found;
  throw new ArgumentError(`${op}: ${path} ${whyNot(found, exported)}`);
}

const HOW = 'export default defineStudy({ … })';

function whyNot(found: unknown, exported: Record<string, unknown>): string {
  if (found === undefined) {
    const named = Object.keys(exported).find((name) => exported[name] instanceof Study);
    return `has no default export. ${named === undefined ? `It should end in: ${HOW};` : `It exports a study as ${named}: write export default ${named};`}`;
  }
  if (typeof found === 'object' && found !== null && classNameOf(found) === 'Study')
    return 'exports a study of another copy of Hone than this command. Run the one that it imports: npx hone, in its folder.';
  if (isOptions(found)) return `exports a plain object, not a study. Write ${HOW}; with defineStudy from hone/study.`;
  return `exports ${show(found)}, not a study. Write ${HOW};`;
}
