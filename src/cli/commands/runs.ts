/** `hone runs`: what has been trained here, read from the folders of the runs. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { ArgumentError } from '../../errors.js';
import { meantName } from '../../tensor/arguments/spelling.js';
import { compareRuns } from '../runs/compare.js';
import { type DeleteFlags, deleteRuns } from '../runs/delete.js';
import { asciiJson, type ListFlags, list, plainNamed } from '../runs/list.js';
import { namesIn } from '../runs/names.js';
import { type Look, show } from '../runs/show.js';

const collect = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value];

/** Columns of the terminal; a file or a pipe gets as many as a table needs. */
const room = () => (process.stdout.isTTY ? process.stdout.columns || 100 : 1000);

/** The options that say where runs lie. */
function withRoot(command: Command): Command {
  return command
    .addOption(new Option('--root <folder>', 'the folder of the runs').default('runs', 'runs'))
    .addOption(new Option('--out <folder>', 'the same, as the commands that make runs call it').hideHelp());
}

interface ShowFlags {
  root: string;
  out?: string;
  whole?: boolean;
  json?: boolean;
}

/** A file or a pipe gets lines as of a usual terminal. */
function lookOf({ whole = false }: { whole?: boolean }): Look {
  const { isTTY, columns } = process.stdout;
  return {
    room: isTTY ? Math.max(40, columns || 80) : 100,
    colors: Boolean(isTTY) && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
    whole,
  };
}

const rootOf = <F extends { root: string; out?: string }>(flags: F): F => (flags.out === undefined ? flags : { ...flags, root: flags.out });

export function addRunsCommand(runs: Command): void {
  runs
    .description(
      'Shows what has been trained here: runs of hone train, studies, and each run of a study. Everything is read from the plain files in their folders.',
    )
    .helpCommand(false)
    .addHelpText(
      'after',
      `
A run is named as the list names it, by the beginning of that name where only
one begins so, or by its folder.

Examples:
  hone runs
  hone runs list --sort score --filter "variant=drop*"
  hone runs list --study digits --csv > digits.csv`,
    );
  withRoot(runs.command('list [name...]', { isDefault: true }))
    .summary('a row for each run (also without "list")')
    .description('Lists runs, the newest first. Where there are more than 60, studies stand for their runs.')
    .option('--sort <field>', 'order by name, state, variant, score, duration, when, a score such as test.loss, or a setting')
    .option('--reverse', 'in the opposite order')
    .option(
      '--filter <condition>',
      'only those of which it is true, in quotes: "variant=dropout", "state!=done", "score>0.9", "name=train-*"; several may be given',
      collect,
    )
    .option('--study <name>', 'only this study and its runs')
    .option('--all', 'each run, however many there are')
    .option('--json', 'print them for programs')
    .option('--csv', 'print rows, every score a column')
    .action((names: string[], flags: ListFlags & { out?: string }) => {
      const [first] = names;
      const commands = runs.commands.map((command) => command.name());
      const meant = first === undefined ? undefined : meantName(first, commands);
      // What is no command is taken for a name, and a slip of the finger would be one.
      if (meant !== undefined && !process.argv.includes('list') && !existsSync(join(rootOf(flags).root, first!)))
        throw new ArgumentError(`runs: there is no command and no run "${first}". Did you mean hone runs ${meant}?`);
      process.stdout.write(list(names, rootOf(flags), room()));
    });
  withRoot(runs.command('show <run>'))
    .summary('all that is known of a run, a variant or a study')
    .description(
      'Shows settings, scores, curves, epochs and files of a run; of a study its verdict, its variants and its runs; and how to go on with it or to repeat it.',
    )
    .option('--whole', 'every epoch, and all of the model')
    .option('--json', 'print it for programs, with every epoch')
    .action(async (name: string, flags: ShowFlags) => {
      const found = namesIn('runs', rootOf(flags).root).get(name);
      process.stdout.write(flags.json ? `${asciiJson(plainNamed(found))}\n` : await show(found, lookOf(flags)));
    });
  withRoot(runs.command('compare <runs...>'))
    .summary('what differs between runs, variants or studies, and what it is worth')
    .description(
      'Compares runs side by side; variants of studies, all repeats of each, by the verdict of a study, with the first that is named; studies variant by variant, where their runs have the same seeds.',
    )
    .action(async (given: string[], flags: { root: string; out?: string }) => {
      process.stdout.write(await compareRuns(namesIn('runs', rootOf(flags).root), given, lookOf({})));
    });
  withRoot(runs.command('delete <run...>'))
    .summary('delete runs, variants or studies')
    .description(
      'Deletes the files that Hone wrote of runs, and their folders where nothing else lies in them. Asks before, in a terminal. A run that is running is not deleted.',
    )
    .option('--yes', 'do not ask')
    .option('--dry-run', 'say what would be deleted, and delete nothing')
    .action(async (names: string[], flags: DeleteFlags & { out?: string }) => {
      process.stdout.write(await deleteRuns(namesIn('runs', rootOf(flags).root), names, flags));
    });
}
