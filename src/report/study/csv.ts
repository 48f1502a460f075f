/** A study's figures for spreadsheets and data frames. */
import { checkFigures } from './check.js';
import { type StudyFigures, sourcesOfVariation } from './figures.js';
import { endingOf, isNumber, scoreNames } from './units.js';

/** A cell as RFC 4180 has it. */
const cell = (value: unknown): string => {
  const text = value === undefined || value === null || (typeof value === 'number' && !Number.isFinite(value)) ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/**
 * The figures as CSV, in one table: a row for each run (its `row` is `run`; the scores are those of the chosen weights) and one for each of its
 * epochs (`epoch`). Scores stand in columns such as `test accuracy`, settings in `setting dropout`, seeds in `seed init`; what a row does not
 * have is empty. In pandas, `t = pandas.read_csv('figures.csv'); t[t.row == 'run'].groupby('variant')['test accuracy'].mean()`.
 * @throws {ArgumentError} for anything but the figures of a study.
 * @example
 * studyCsv(figures).split('\n')[0].slice(0, 18); // 'variant,repeat,row'
 */
export function studyCsv(figures: StudyFigures): string {
  checkFigures('studyCsv', figures);
  return csvOf(figures);
}

/** The same of figures that are known to be some: the script of a study's page makes it, too. */
export function csvOf(figures: StudyFigures): string {
  const names = scoreNames(figures);
  const settings = [...new Set(figures.variants.flatMap(({ setting }) => Object.keys(setting)))];
  const extra = [...new Set(figures.variants.flatMap(({ runs }) => runs.flatMap((run) => Object.keys(run.extra ?? {}))))];
  const parts = ['train', 'validation', 'test'] as const;
  const columns = [
    ...['variant', 'repeat', 'row', 'epoch', 'steps', 'seconds', 'learning rate'],
    ...parts.flatMap((part) => names.map((name) => `${part} ${name}`)),
    ...['ending', 'parameters'],
    ...sourcesOfVariation.map((source) => `seed ${source}`),
    ...settings.map((name) => `setting ${name}`),
    ...extra,
  ];
  const rows = figures.variants.flatMap((variant) =>
    variant.runs.flatMap((run) => {
      const kept = settings.map((name) => variant.setting[name]);
      const seeds = sourcesOfVariation.map((source) => run.seeds[source]);
      const scores = parts.flatMap((part) => names.map((name) => run.scores?.[part][name]));
      const others = extra.map((name) => listed(run.extra?.[name]));
      const rate = run.epochs.find(({ epoch }) => epoch === run.chosen)?.lr;
      return [
        [variant.name, run.repeat, 'run', run.chosen, run.epochs.at(-1)?.steps, run.seconds, rate, ...scores]
          .concat([endingOf(run), variant.parameters, ...seeds, ...kept, ...others])
          .map(cell),
        ...run.epochs.map((e) =>
          [variant.name, run.repeat, 'epoch', e.epoch, e.steps, e.seconds, e.lr]
            .concat(names.map((name) => e.train[name]!))
            .concat(names.map((name) => e.validation[name]!))
            .concat(names.map(() => ''))
            .concat(['', variant.parameters, ...seeds, ...kept, ...extra.map(() => '')] as (string | number)[])
            .map(cell),
        ),
      ];
    }),
  );
  return `${[columns.map(cell), ...rows].map((row) => row.join(',')).join('\n')}\n`;
}

/** One number, or several with spaces between. */
const listed = (value: number | readonly number[] | undefined) =>
  Array.isArray(value) ? value.map((v) => (isNumber(v) ? v : '')).join(' ') : (value as number | undefined);
