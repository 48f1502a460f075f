/** A study's report as one page. */
import { escapeHtml, htmlTable } from '../../html.js';
import { plural, showCount, showDuration } from '../../text.js';
import { checkStudy } from '../check.js';
import type { StudyFigures, StudyScores } from '../figures.js';
import { endingOf, furtherPairs, isNumber, outcomeOf, scoreNames, showDifference, showValue, unitsOf } from '../units.js';
import type { ComparisonVerdict, Outcome, StudyVerdict } from '../verdict.js';
import { CLAIMS, listed, method, setup, spoken } from '../words.js';
import { chartTitle, curveNames, drawChart, extraNames } from './charts/chart.js';
import { swatch } from './charts/plot.js';
import { type PageStudy, STILL } from './charts/view.js';
import { liveHash, liveScript } from './live.gen.js';
import { packed } from './packed.js';
import { type Head, pairTable, rankingTable, sortable, testsTable } from './ranking.js';
import { style } from './style.js';

const e = escapeHtml;

/**
 * The report of a study as the text of one HTML file that loads nothing: the verdict in words, what became of a document's claim, the ranked
 * table with a forest plot, every seed's score and what cannot be told apart, curves with bands, time against score, the gap between training
 * and test data, every run, settings, method, the command that repeats it, and the raw figures to download. Where scripts run, tables can be
 * sorted, variants hidden, curves smoothed and shown along steps or time and on logarithmic axes; without, all of it
 * is there as it is, but for the CSV file, which the script makes of the JSON. It is
 * light or dark as the reader's system is, and light on paper.
 * @param figures what `runStudy` of `hone/study` gives.
 * @param verdict what `studyVerdict` of `hone/study` says of them.
 * @throws {ArgumentError} for anything but the figures of a study and the verdict on them.
 * @example
 * const page = await studyPage(figures, verdict);
 * page.slice(0, 15); // '<!doctype html>'
 */
export async function studyPage(figures: StudyFigures, verdict: StudyVerdict): Promise<string> {
  checkStudy('studyPage', figures, verdict);
  const study: PageStudy = { figures, verdict, reach: await reachOf(figures) };
  const { title, summary, settings } = figures;
  const notes = (list: readonly string[]) =>
    list.length === 0 ? '' : `<div class="note">${list.map((note) => `<p>${e(note)}</p>`).join('')}</div>`;
  const measured = figures.variants.some(({ runs }) => runs.some(({ scores }) => scores));
  const body = [
    `<h1>${e(title)}</h1>`,
    `<p class="lead">${e(summary)}</p>`,
    notes(figures.stopped ? [figures.stopped] : []),
    verdictSection(figures, verdict),
    notes(figures.remarks ?? []),
    claimSection(figures, verdict),
    `<h2>Ranking</h2><div class="card">${rankingTable(study)}${rankingCaption(figures)}${tests(study)}</div>`,
    furtherPairs(figures, verdict).length === 0 ? '' : `<h2>Further pairs</h2><div class="card">${pairTable(study)}</div>`,
    legend(figures),
    measured ? everySeed(study) : '',
    curves(study),
    extras(study),
    runs(figures),
    variants(figures),
    `<h2>Settings</h2><div class="card">${htmlTable({ columns: [{ title: 'setting' }, { title: 'value' }], rows: [...setup(figures), ...Object.entries(settings)], wrap: true })}</div>`,
    `<h2>Method</h2><div class="card"><ul class="said">${method(figures, verdict)
      .map((sentence) => `<li>${e(sentence)}</li>`)
      .join('')}</ul></div>`,
    repeat(figures),
    await raw(figures, verdict),
    '<footer>Made by Hone. This page loads nothing from anywhere.</footer>',
  ];
  return `<!doctype html>
<html lang="en" data-reach="${study.reach.map((v) => v.toFixed(4)).join(' ')}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src '${liveHash}'; base-uri 'none'; form-action 'none'">
<title>${e(title)}</title>
<style>${style}</style>
</head>
<body><main>
${body.filter((part) => part !== '').join('\n')}
</main>
<script>${liveScript}</script>
</body>
</html>
`;
}

/** Of two values, three, …: by how many standard errors the 95 % interval of their mean reaches out. */
async function reachOf({ variants }: StudyFigures): Promise<number[]> {
  const most = Math.max(0, ...variants.map(({ runs }) => runs.length));
  if (most < 2) return [];
  // @ts-expect-error: it has types, but its package.json does not say where.
  const cephes: { compiled: Promise<void>; stdtri(df: number, p: number): number } = await import('cephes');
  await cephes.compiled;
  return Array.from({ length: most - 1 }, (_, i) => cephes.stdtri(i + 1, 0.975));
}

/** The outcomes in the order in which a reader asks for them. */
const ANSWERS: readonly (readonly [outcome: Outcome, heading: string])[] = [
  ['helped', 'Helped'],
  ['hurt', 'Made it worse'],
  ['equivalent', 'Makes no difference that matters'],
  ['undecided', 'No difference found'],
  ['tooFew', 'Too few repeats to tell'],
  ['failed', 'Failed'],
];

/** Longer lists stand in columns, and are not said in words at once. */
const LONG = 8;

function verdictSection(figures: StudyFigures, verdict: StudyVerdict): string {
  const units = unitsOf(figures.metric.name, figures.variants);
  const points = units.differenceUnit === '' ? '' : ` ${units.differenceUnit}`;
  const of = (c: ComparisonVerdict) => (c.against === figures.baseline ? c.variant : `${c.variant} against ${c.against}`);
  const row = (c: ComparisonVerdict) =>
    `<li><span>${e(of(c))}</span><b>${isNumber(c.mean) ? e(showDifference(units, c.mean) + points) : ''}</b></li>`;
  const boxes = ANSWERS.flatMap(([outcome, heading]) => {
    // Those with the baseline first, and of them what helped most.
    const better = figures.metric.better === 'max' ? -1 : 1;
    const further = (c: ComparisonVerdict) => Number(c.against !== figures.baseline);
    const place = (c: ComparisonVerdict) => (isNumber(c.mean) ? better * c.mean : Number.MAX_VALUE);
    const found = verdict.comparisons.filter((c) => c.outcome === outcome).sort((c, d) => further(c) - further(d) || place(c) - place(d));
    const { sign } = outcomeOf(outcome);
    return found.length === 0
      ? []
      : [
          `<div class="answer o-${outcome}"><h3>${sign} ${heading}</h3><ul${found.length > LONG ? ' class="long"' : ''}>${found.map(row).join('')}</ul></div>`,
        ];
  });
  const { whole, single: each } = spoken(figures, verdict);
  const long = each.length > LONG;
  const words = `<ul class="said">${each.map((sentence) => `<li>${e(sentence)}</li>`).join('')}</ul>`;
  const said =
    each.length === 0 ? '' : `<div class="card">${long ? `<details><summary>In words</summary>${words}</details>` : words}</div>`;
  const headline = whole.map((sentence) => `<p class="headline">${e(sentence)}</p>`);
  return `<section aria-label="Verdict">${headline.join('')}<div class="answers">${boxes.join('')}</div>${said}</section>`;
}

function claimSection({ claim }: StudyFigures, verdict: StudyVerdict): string {
  if (claim === undefined || claim === null) return '';
  const original = claim.original === undefined ? '' : `<p class="soft">${e(claim.original)}</p>`;
  const became = verdict.claim;
  const cls = became && became.verdict in CLAIMS ? became.verdict : 'undecided';
  const said = became ? `<p><strong>${e(CLAIMS[became.verdict] ?? became.verdict)}</strong> ${e(became.words)}</p>` : '';
  return `<h2>What the document says</h2><div class="card claim ${cls}"><blockquote><p>${e(claim.quote)}</p>${original}<p class="soft">${e(claim.document)}</p></blockquote>${said}</div>`;
}

function rankingCaption(figures: StudyFigures): string {
  const { metric, baseline } = figures;
  return `<p class="caption">Mean ± standard deviation of ${e(metric.name)} on test data; the best is at the top. Variants that have a letter in common cannot be told apart. Differences are from <em>${e(baseline)}</em>, seed by seed: the thick line is the 95 % bootstrap interval of their mean, the thin one the t interval, a small dot each seed. p is that of the exact sign-flip test, corrected for all comparisons (Holm). The gap is by how much training data does better than test data.</p>`;
}

const tests = (study: PageStudy) =>
  study.verdict.comparisons.length === 0
    ? ''
    : `<details><summary>all tests, and the effects on time and on the gap</summary><div class="tests">${testsTable(study)}</div><p class="caption">Time is the ratio of training times, gap the difference of the gaps between training and test data; both with 95 % intervals. Seeds that would settle it: in all, for a chance of 80 % to find the difference seen.</p></details>`;

const SEEDS =
  'A row for each variant, a dot for each repeat; the tick is the mean, the band its 95 % interval, and a thin line joins what the same seed gave. Bars at the right join what cannot be told apart.';
const GAP = 'At the chosen epoch; the number is by how much training data does better.';

function everySeed(study: PageStudy): string {
  const [seeds, gap, time] = [chart(study, 'seeds', 640, SEEDS), chart(study, 'gap', 640, GAP), chart(study, 'time', 560)];
  // Two tall charts stand beside each other.
  const charts = study.figures.variants.length > 8 ? `${seeds}${gap}${time}` : `<div class="stack">${seeds}${gap}</div>${time}`;
  return `<h2>Every seed</h2><div class="charts">${charts}</div>`;
}

function chart(study: PageStudy, name: string, width: number, caption = ''): string {
  const said = caption === '' ? '' : `<p class="caption">${e(caption)}</p>`;
  return `<div class="card chart" data-chart="${e(name)}"><h3>${e(chartTitle(study, STILL, name, width))}</h3><div class="plot">${drawChart(study, STILL, name, width)}</div>${said}</div>`;
}

function legend({ variants }: StudyFigures): string {
  const items = variants.map(({ name }, place) => `<li data-place="${place}">${swatch(place)}<span>${e(name)}</span></li>`);
  const choice =
    '<span data-live hidden><button type="button" class="small" data-show="all">all</button> <button type="button" class="small" data-show="best">best and baseline</button></span>';
  return `<nav class="legend" aria-label="Variants in the charts"><ul>${items.join('')}</ul>${choice}</nav>`;
}

const CHOICES = `<form id="choices" data-live hidden aria-label="How curves are drawn">
<label>along <select name="along"><option value="epoch">epochs</option><option value="steps">steps</option><option value="time">time</option></select></label>
<label>bands <select name="band"><option value="deviation">standard deviation</option><option value="interval">95 % interval of the mean</option><option value="range">least to greatest</option><option value="runs">every run by itself</option></select></label>
<label>smoothing <input type="range" name="smoothing" min="0" max="0.99" step="0.01" value="0"><output>0.00</output></label>
<label><input type="checkbox" name="logY"> log y</label><label><input type="checkbox" name="logX"> log x</label><label><input type="checkbox" name="whole"> whole range</label>
<button type="reset" class="small">reset</button></form>`;

function curves(study: PageStudy): string {
  const names = curveNames(study);
  if (names.length === 0) return '';
  const caption =
    'Lines are means over the repeats, bands one standard deviation. A line is pale where some runs had ended before. Training scores are averages over the epoch’s steps, while the model changes; validation scores are measured after it. Enlarged charts show the range of the later epochs; earlier ones may lie outside. Curves that run far away from most others, such as one that explodes, are cut off at the edge; their number is in the heading, and “whole range” shows all of it.';
  return `<h2>Curves</h2>${CHOICES}<div class="charts">${names.map((name) => chart(study, `curves:${name}`, 560)).join('\n')}</div><p class="caption">${caption}</p>`;
}

function extras(study: PageStudy): string {
  const names = extraNames(study);
  if (names.length === 0) return '';
  return `<h2>Further figures</h2><div class="charts">${names.map((_, i) => chart(study, `extra:${i}`, 560)).join('\n')}</div><p class="caption">Of the chosen weights. Lists are shown place by place, means with one standard deviation.</p>`;
}

function runs(figures: StudyFigures): string {
  const names = scoreNames(figures);
  const [metric, ...others] = names;
  const units = unitsOf(metric!, figures.variants);
  const plain = new Map(others.map((name) => [name, unitsOf(name, figures.variants)]));
  const percent = (name: string, is = plain.get(name)!.unit) => `${name}${is === '' ? '' : `, ${is}`}`;
  const parts = ['train', 'validation', 'test'] as const;
  const heads: Head[] = [
    { title: 'variant', sort: 'text' },
    { title: 'repeat', sort: 'number' },
    ...parts.map((part): Head => ({ title: `${part} ${percent(metric!, units.unit)}`, sort: 'number' })),
    ...others.map((name): Head => ({ title: `test ${percent(name)}`, sort: 'number' })),
    { title: 'chosen epoch', sort: 'number' },
    { title: 'epochs', sort: 'number' },
    { title: 'time', sort: 'number' },
    { title: 'ending', sort: 'text' },
  ];
  const number = (value: number | undefined | null, text: string) => ({ text: e(text), value: isNumber(value) ? String(value) : '' });
  const rows = figures.variants.flatMap((variant, place) =>
    variant.runs.map((run) => ({
      place,
      cells: [
        { text: `<span class="who">${swatch(place)}<span>${e(variant.name)}</span></span>`, value: variant.name },
        number(run.repeat, String(run.repeat)),
        ...parts.map((part) => number(run.scores?.[part][metric!], showValue(units, run.scores?.[part][metric!]))),
        ...others.map((name) => number(run.scores?.test[name], showValue(plain.get(name)!, run.scores?.test[name]))),
        number(run.chosen, String(run.chosen)),
        number(run.epochs.length, String(run.epochs.length)),
        number(run.seconds, showDuration(run.seconds)),
        { text: e(endingOf(run)), value: endingOf(run) },
      ],
    })),
  );
  if (rows.length === 0) return '';
  return `<h2>Every run</h2><div class="card"><details${rows.length > 24 ? '' : ' open'}><summary>${plural(rows.length, 'run')}</summary>${sortable('', heads, rows)}</details><p class="caption">Scores are those of the weights of the chosen epoch, measured in evaluation mode.</p></div>`;
}

function variants({ variants: list }: StudyFigures): string {
  const settings = [...new Set(list.flatMap(({ setting }) => Object.keys(setting)))];
  const table = htmlTable({
    columns: [
      { title: 'variant' },
      { title: 'what it is' },
      { title: 'parameters', align: 'right' },
      ...settings.map((title) => ({ title })),
    ],
    rows: list.map((variant) => [
      variant.name,
      variant.description,
      isNumber(variant.parameters) ? showCount(variant.parameters) : '–',
      ...settings.map((name) => variant.setting[name] ?? ''),
    ]),
  });
  // Models that print alike are shown once.
  const models = new Map<string, string[]>();
  for (const { architecture, name } of list) models.set(architecture, [...(models.get(architecture) ?? []), name]);
  const architectures = [...models].map(
    ([architecture, names]) => `<details><summary>architecture of ${e(listed(names))}</summary><pre>${e(architecture)}</pre></details>`,
  );
  return `<h2>Variants</h2><div class="card">${table}${architectures.join('')}</div>`;
}

function repeat({ settings }: StudyFigures): string {
  const command = settings['command'];
  if (command === undefined) return '';
  return `<h2>How to repeat it</h2><div class="card command"><pre id="command">${e(command)}</pre><button type="button" class="small" data-copy="#command" data-live hidden>copy</button></div>`;
}

/** More epochs than these are in the page with fewer digits. */
const MANY = 20_000;

/** The figures as the page holds them: of very many epochs with the digits that a reader may want to see, so that a page can be sent by mail. */
export function heldIn(figures: StudyFigures): { figures: StudyFigures; rounded: boolean } {
  const epochs = figures.variants.reduce((sum, { runs }) => sum + runs.reduce((more, run) => more + run.epochs.length, 0), 0);
  if (epochs <= MANY) return { figures, rounded: false };
  const round = (value: number) => (isNumber(value) ? Number(value.toPrecision(6)) : value);
  const scores = (of: StudyScores) => Object.fromEntries(Object.entries(of).map(([name, value]) => [name, round(value)])) as StudyScores;
  const variants = figures.variants.map((variant) => ({
    ...variant,
    runs: variant.runs.map((run) => ({
      ...run,
      epochs: run.epochs.map((epoch) => ({
        ...epoch,
        train: scores(epoch.train),
        validation: scores(epoch.validation),
        seconds: round(epoch.seconds),
        lr: round(epoch.lr),
      })),
    })),
  }));
  return { figures: { ...figures, variants }, rounded: true };
}

async function raw(figures: StudyFigures, verdict: StudyVerdict): Promise<string> {
  const held = heldIn(figures);
  // Half a character of two halves has no bytes.
  const whole = JSON.stringify(verdict).replace(/\p{Surrogate}/gu, '\ufffd');
  const links = [
    `<a id="figures-json" download="figures.json.gz" href="data:application/gzip;base64,${await packed(JSON.stringify(held.figures))}">figures.json.gz</a>`,
    '<a id="figures-csv" download="figures.csv" data-live hidden>figures.csv</a>',
    `<a id="verdict-json" download="verdict.json" href="data:application/json;charset=utf-8,${encodeURIComponent(whole)}">verdict.json</a>`,
  ];
  const digits = held.rounded
    ? ' Figures of single epochs have six significant digits here; figures.json beside this page has all digits, and scores have them here, too.'
    : '';
  return `<h2>Raw figures</h2><div class="card"><div class="downloads">${links.join(' ')}</div><p class="caption">All that this page shows, every epoch of every run: as JSON, and as a table with a row for each run and each epoch, which the page makes where scripts run.${digits}</p></div>`;
}
