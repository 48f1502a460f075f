/** `hone study`: which technique helped, by a preset or by a file of one's own. */
import { basename, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { isFile } from '#files';
import { ArgumentError } from '../../errors.js';
import { type SourceOfVariation, sourcesOfVariation } from '../../report/study/figures.js';
import { type PresetDataName, presetDataTexts } from '../../study/presets/base/data.js';
import { studies } from '../../study/presets/studies.js';
import { meantName } from '../../tensor/arguments/spelling.js';
import { listOf, oneOf, wholeNumber } from '../options.js';
import { presetLines, presetList } from '../study/list.js';
import type { Asked } from '../study/request.js';
import { beginStudy, reportStudy, resumeStudy } from '../study/run.js';
import { showPath } from './run.js';

interface StudyFlags {
  list?: boolean;
  resume?: string;
  report?: string;
  variants?: string[];
  repeats?: number;
  untilDecided?: number | true;
  halving?: number | true;
  seed?: number;
  vary?: SourceOfVariation[];
  epochs?: number;
  quick?: boolean;
  data?: PresetDataName;
  root?: string;
  limit?: number;
  processes?: number;
  json?: boolean;
  name?: string;
  out: string;
}

const dataNames = Object.keys(presetDataTexts) as PresetDataName[];

/** Names separated by commas, in one flag or several. */
const names = (text: string, before: string[] = []) => [...before, ...text.split(',').map((name) => name.trim())];

export function addStudyCommand(command: Command): void {
  command
    .description(
      'Trains each variant of a study several times, with seeds that the variants share, and says which differences are more than chance. Writes a page, the figures, and a log for TensorBoard of each run.',
    )
    .argument('[study]', 'the name of a preset, or a file that exports a study: my-study.ts')
    .optionsGroup('What there is:')
    .option('--list', 'show the presets, each with the claim that it looks at')
    .optionsGroup('What is compared:')
    .option('--variants <names>', 'some of the variants, separated by commas; the baseline always is one', names)
    .option('--repeats <count>', 'runs of each variant, each with seeds of its own', wholeNumber(1))
    .option(
      '--until-decided [budget]',
      'further repeats only of what is still open, until each comparison is decided, or has had this many; default: 20',
      wholeNumber(1),
    )
    .option(
      '--halving [factor]',
      'successive halving, for many variants: one of so many goes on, by its validation scores; default: 2',
      wholeNumber(2),
    )
    .option('--seed <number>', 'another first seed', wholeNumber(0))
    .option(
      '--vary <sources>',
      `what differs between repeats: some of ${sourcesOfVariation.join(', ')}; default: all`,
      listOf(sourcesOfVariation),
    )
    .optionsGroup('How they are trained:')
    .option('--epochs <count>', 'epochs of each run', wholeNumber(1))
    .option('--quick', 'of a preset: a size of about two minutes on two cores')
    .option('--data <name>', `of a preset: ${dataNames.join(', ')}; default: the document's, where its files are at hand`, oneOf(dataNames))
    .option('--root <folder>', 'of a preset: where the files of the data are')
    .option('--limit <count>', 'of a preset: train and choose on the first so many images', wholeNumber(1))
    .option(
      '--processes <count>',
      'runs at once, each in a process of its own; changes no figures; default: one for each processor',
      wholeNumber(1),
    )
    .optionsGroup('Where results go:')
    .option('--name <name>', "the name of the study's own folder; default: that of the preset or the file")
    .addOption(new Option('--out <folder>', 'that folder is made in this one').default('runs', 'runs'))
    .option('--json', 'print the verdict as JSON instead of a table')
    .optionsGroup('A study that is there:')
    .option('--resume <folder>', 'go on with a study that was stopped or killed')
    .option('--report <folder>', 'make the verdict and the report anew from the figures')
    .optionsGroup('Help:')
    .helpOption('-h, --help', 'print this help')
    .allowExcessArguments(false)
    .addHelpText(
      'after',
      () => `
Presets:
${presetLines(80)}

Examples:
  hone study digits --quick
  hone study digits --variants batchnorm --repeats 10
  hone study my-study.ts
  hone study --resume runs/my-study`,
    )
    .action((what: string | undefined, flags: StudyFlags, command: Command) => studyCommand(what, flags, command));
}

async function studyCommand(what: string | undefined, flags: StudyFlags, command: Command): Promise<void> {
  const { threads } = command.optsWithGlobals<{ threads?: number }>();
  const running = { processes: flags.processes, threads, json: flags.json };
  const alone = (['list', 'resume', 'report'] as const).filter((name) => flags[name] !== undefined);
  if (alone.length === 0) {
    if (what === undefined) command.help({ error: true });
    const { name, ...asked } = askedFor(what!, flags);
    return beginStudy(asked, flags.out, flags.name ?? name, running);
  }
  const [mode] = alone;
  if (what !== undefined) throw new ArgumentError(`--${mode} takes no study beside it; there is ${what}. Leave one out.`);
  const allowed = [mode!, 'json', ...(mode === 'resume' ? ['processes'] : [])];
  const idle = command.options.find(
    (option) => command.getOptionValueSource(option.attributeName()) === 'cli' && !allowed.includes(option.attributeName()),
  );
  if (idle) {
    const why =
      mode === 'resume'
        ? 'goes on with the options that the study was begun with'
        : mode === 'report'
          ? 'reads what was measured'
          : 'shows the presets';
    throw new ArgumentError(`--${mode} ${why}. Leave out ${idle.long}.`);
  }
  if (flags.resume !== undefined) return resumeStudy(flags.resume, running);
  if (flags.report !== undefined) return reportStudy(flags.report, running);
  process.stdout.write(flags.json ? `${JSON.stringify(presetList(), null, 2)}\n` : `${presetLines(process.stdout.columns || 80, true)}\n`);
}

/** The study that is asked for, and what its folder is called. */
function askedFor(what: string, flags: StudyFlags): Asked & { name: string } {
  const { variants, repeats, untilDecided, halving, seed, vary: varies, epochs, quick, data, root, limit } = flags;
  if (untilDecided !== undefined && repeats !== undefined)
    throw new ArgumentError(
      `--repeats ${repeats}: --until-decided runs as many as are needed. Give the largest number you allow: --until-decided ${repeats}.`,
    );
  if (untilDecided !== undefined && halving !== undefined)
    throw new ArgumentError(
      '--until-decided and --halving do not go together: halving chooses variants by the repeats that the tests look at. Halve first, then study those that are left: --variants a,b --until-decided.',
    );
  const adaptive = {
    ...(untilDecided !== undefined && { untilDecided }),
    ...(halving !== undefined && { halving: halving === true ? halving : { factor: halving } }),
  };
  const changes = { ...(variants && { variants }), ...(varies && { varies }) };
  const run = { ...(repeats !== undefined && { repeats }), ...(epochs !== undefined && { epochs }) };
  if (Object.hasOwn(studies, what)) {
    const given = { quick, data, limit, seed, ...run, root: root === undefined ? undefined : resolve(root) };
    const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    return { source: { preset: what, options }, changes, run: adaptive, name: quick ? `${what}-quick` : what };
  }
  const looksLikeFile = /[\\/.]/.test(what);
  if (!looksLikeFile && !isFile(what)) {
    const meant = meantName(what, Object.keys(studies));
    throw new ArgumentError(
      `there is no preset ${JSON.stringify(what)}, and no file of that name. ${meant === undefined ? 'hone study --list shows the presets.' : `Did you mean ${meant}?`}`,
    );
  }
  const idle = Object.entries({ quick, data, root, limit }).find(([, value]) => value !== undefined);
  if (idle)
    throw new ArgumentError(
      `--${idle[0]} belongs to the presets; ${showPath(what)} says by itself what it trains on, and how long. Leave it out.`,
    );
  const name = basename(what).replace(/(\.study)?\.[cm]?[jt]s$/, '') || 'study';
  return {
    source: { file: resolve(what) },
    changes: { ...changes, ...(seed !== undefined && { seed }) },
    run: { ...run, ...adaptive },
    name,
  };
}
