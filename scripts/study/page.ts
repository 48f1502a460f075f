/** docs/study.md: the table of all presets as they were run, and a section on each. */
import { studyTable } from 'hone/report';
import type { KeptStudy } from './kept.js';

const OUTCOMES: Readonly<Record<string, string>> = { found: 'found', refuted: 'refuted', undecided: 'undecided' };
const SIGNS: Readonly<Record<string, string>> = { helped: '▲', hurt: '▼', equivalent: '≈', failed: '×' };

/** Comparisons that a row of the table has room for. */
const MOST = 5;

/** Text in a cell of a table. */
const cell = (text: string) => text.replaceAll('|', '\\|').replace(/\s+/g, ' ');
const points = (share: number) => `${share < 0 ? '−' : '+'}${(Math.abs(share) * 100).toFixed(1)}`;

/** The page, of the studies in the order that they are given. @param missing the presets that were not run for it. */
export function studyDocs(studies: readonly KeptStudy[], missing: readonly string[] = []): string {
  const counts = Object.keys(OUTCOMES).map((name) => `${studies.filter(({ verdict }) => verdict.claim?.verdict === name).length} ${name}`);
  const times = studies.map(({ figures }) => secondsOf(figures)).reduce((sum, seconds) => sum + seconds, 0);
  return `${[
    '# The experiments of the documents, repeated',
    `Hone grew out of five documents on training networks, which compare techniques by one run each. Each of their experiments is a preset of \`hone study\`: the documents' models and settings, several seeds that all variants share, and a verdict. This page is what came of them: of ${studies.length} claims ${listed(counts)}.`,
    `“Found” is what the figures bear out beyond chance, at a level of 0.05 after Holm's correction over all comparisons of the study; “refuted” is what they contradict as surely; “undecided” is what so few and so small runs cannot tell. Every claim is on the documents' data where it was at hand, and else on the digits that come with Hone; sizes were scaled down, so that all trainings together took ${Math.round(times / 60)} minutes, and each section says how. So a verdict here is on these sizes: \`hone study <preset>\` without \`--quick\` runs the documents' own.`,
    `None of this is a blind test. Epochs, numbers of images, learning rates and strengths of penalties were chosen in trial runs on the same data, some of them after a first verdict: so that a model overfits where a claim is about overfitting, and learns where the document's own rate is too low for so few steps. A verdict that matters to you is worth a run with seeds and data of your own: \`hone study <preset> --seed 1000\`.`,
    `[The guide to studies](guide/studies.md) says how one is made. This page is made by \`npm run study:all\`, which runs every preset, and \`npm run study:docs\`, which writes what they came to; \`docs/studies/\` keeps the scores that it is made of.`,
    summary(studies),
    `Differences are in points of test accuracy (▲ helped, ▼ hurt, ≈ as good, × runs failed; without a sign no difference was found); the largest ${MOST} of a study are shown.`,
    ...(missing.length === 0 ? [] : [`Not run for this page: ${missing.join(', ')}.`]),
    ...studies.map(section),
  ].join('\n\n')}\n`;
}

function summary(studies: readonly KeptStudy[]): string {
  const rows = studies.map(({ preset, figures, verdict }) => [
    `[${preset}](#${preset})`,
    cell(figures.claim?.quote ?? ''),
    cell(figures.claim?.document ?? ''),
    cell(dataOf(figures)),
    String(figures.repeats),
    `**${OUTCOMES[verdict.claim?.verdict ?? ''] ?? '–'}**`,
    cell(differences(verdict)),
    `\`hone study ${preset} --quick\``,
  ]);
  const header = [
    'preset',
    'what the document says',
    'document',
    'data: train + validation + test',
    'seeds',
    'verdict',
    'figures',
    'command',
  ];
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

type Figures = KeptStudy['figures'];
type Verdict = KeptStudy['verdict'];

const SETS = { 'Fashion-MNIST': 'Fashion-MNIST', 'that come with Hone': "Hone's digits", MNIST: 'MNIST' } as const;

/** `MNIST: 800 + 160 + 1,000`, to train on, to validate on and to test on. */
function dataOf({ data, summary }: Figures): string {
  const [, name] = Object.entries(SETS).find(([text]) => summary.includes(text)) ?? [undefined, 'data of its own'];
  return `${name}: ${[data.train, data.validation, data.test].map(count).join(' + ')}`;
}

/** The largest differences of a study. */
function differences({ comparisons }: Verdict): string {
  const known = comparisons.filter(({ mean }) => typeof mean === 'number' && Number.isFinite(mean));
  const largest = new Set(known.toSorted((a, b) => Math.abs(b.mean) - Math.abs(a.mean)).slice(0, MOST));
  const shown = known
    .filter((one) => largest.has(one))
    .map(({ variant, against, mean, outcome }) => `${variant} − ${against}: ${[points(mean), SIGNS[outcome]].filter(Boolean).join(' ')}`);
  return shown.join('; ');
}

function section({ preset, figures, verdict }: KeptStudy): string {
  const { claim } = figures;
  return [
    `## ${preset}`,
    `${figures.title}. ${figures.summary}`,
    claim ? `> ${claim.quote}\n>\n> ${claim.original === undefined ? '' : `${claim.original}\n>\n> `}${claim.document}` : '',
    verdict.claim ? `**${capital(OUTCOMES[verdict.claim.verdict]!)}.** ${verdict.claim.words}` : '',
    verdict.words.map((sentence) => `- ${sentence}`).join('\n'),
    `\`\`\`text\n${studyTable(figures, verdict, 118)}\n\`\`\``,
    [
      `${dataOf(figures)} images to train on, to validate on and to test on.`,
      `${figures.epochs} epochs, ${figures.repeats} seeds, ${figures.variants.length} variants: ${count(Math.round(secondsOf(figures)))} seconds of training on ${figures.settings['processor'] ?? 'one machine'}. ${chosen(figures)}`,
      ...(figures.remarks ?? []),
    ]
      .map((line) => `- ${line}`)
      .join('\n'),
    `\`\`\`sh\nhone study ${preset} --quick\n\`\`\``,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function chosen({ chosenBy }: Figures): string {
  if (chosenBy === 'the last epoch') return 'The last epoch is judged.';
  return `The epoch is chosen by ${chosenBy.replaceAll('.', ' ')}.`;
}

function secondsOf({ variants }: Figures): number {
  return variants.flatMap(({ runs }) => runs).reduce((sum, { seconds }) => sum + (seconds ?? 0), 0);
}

const count = (n: number) => n.toLocaleString('en-US');
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const listed = (words: readonly string[]) => `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
