/**
 * Runs every preset at its quick size, one after the other, each into a folder of its own: `npm run study:all`, in about forty minutes on two cores.
 * What has ended is not run again, and what was stopped or killed goes on, so that the same command may be given again at any time.
 * `--only dropout2d,schedules` runs some of them, `--full` the sizes of the documents (for hours), `--root runs/docs` says where; what follows `--` goes to
 * `hone study`: `-- --processes 1`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { studies } from 'hone/study';

const { values, positionals } = parseArgs({
  options: { root: { type: 'string', default: 'runs/docs' }, only: { type: 'string' }, full: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const command = join(import.meta.dirname, '../../dist/node/cli.js');
const names = values.only?.split(',') ?? Object.keys(studies);
const unknown = names.filter((name) => !Object.hasOwn(studies, name));
if (unknown.length > 0) throw new Error(`There is no preset ${unknown.join(', ')}; there are ${Object.keys(studies).join(', ')}.`);

/** Whether a folder has the figures of a study that went to its end. */
function isDone(folder: string): boolean {
  try {
    return (JSON.parse(readFileSync(join(folder, 'figures.json'), 'utf8')) as { stopped?: string }).stopped === undefined;
  } catch {
    return false; // none, or half of them: the study goes on
  }
}

const times: string[] = [];
for (const name of names) {
  const folder = join(values.root, name);
  if (isDone(folder)) {
    times.push(`${name}: has ended before`);
    continue;
  }
  const start = Date.now();
  const begun = existsSync(join(folder, 'study.json'));
  const args = begun ? ['--resume', folder] : [name, ...(values.full ? [] : ['--quick']), '--out', values.root, '--name', name];
  console.log(`\n${name}: ${begun ? 'goes on' : 'begins'}`);
  const { status, signal } = spawnSync(process.execPath, [command, 'study', ...args, ...positionals], { stdio: 'inherit' });
  const seconds = Math.round((Date.now() - start) / 1000);
  times.push(`${name}: ${seconds} s${status === 0 ? '' : `, ended with ${signal ?? status}`}`);
  if (signal !== null || status === 130) break; // by hand
}
console.log(`\n${times.join('\n')}`);
process.exitCode = names.every((name) => isDone(join(values.root, name))) ? 0 : 1;
