/** The tables of comparisons: ranked variants with their forest plot, and further pairs. */
import { escapeHtml, htmlTable } from '../../html.js';
import { plural, showDuration } from '../../text.js';
import { TESTS, testRows } from '../tests.js';
import {
  equalsP,
  finite,
  furtherPairs,
  headline,
  isNumber,
  lettersOf,
  outcomeOf,
  showDifference,
  showInterval,
  showRatio,
  showShare,
  showSpread,
  unitsOf,
  withBaseline,
} from '../units.js';
import type { ComparisonVerdict } from '../verdict.js';
import { forestAxis, forestHead, forestRow } from './charts/forest.js';
import { swatch } from './charts/plot.js';
import type { PageStudy } from './charts/view.js';

const e = escapeHtml;

/** A column: its heading, and what its cells are sorted as. */
export interface Head {
  readonly title: string;
  readonly sort?: 'text' | 'number';
  /** Numbers stand at the right of their cells. Default: as they are sorted. */
  readonly align?: 'left';
  /** The heading is markup already. */
  readonly html?: string;
  readonly under?: string;
}

/** A cell: markup, and what it is sorted by. */
export interface Cell {
  readonly text: string;
  readonly value?: string;
  readonly plotted?: boolean;
}

/** A table that the page's script can sort. Its parts have their roles by name, since styles that make cards of rows take them away. */
export function sortable(
  cls: string,
  heads: readonly Head[],
  rows: readonly { place?: number; cls?: string; cells: readonly Cell[]; name?: number }[],
): string {
  const head = heads.map(({ title, sort, html, under, align }) => {
    const attributes =
      html !== undefined
        ? ' class="plotted"'
        : sort === 'number' && align === undefined
          ? ' class="number" data-sort="number"'
          : sort
            ? ` data-sort="${sort}"`
            : '';
    return `<th scope="col" role="columnheader"${attributes}>${html ?? `<i>${e(title)}</i>`}${under ? `<span class="under">${e(under)}</span>` : ''}</th>`;
  });
  const body = rows.map(({ place, cls: rowClass, cells, name }) => {
    const tds = cells.map(({ text, value, plotted }, i) => {
      const { title = '', under = '' } = heads[i] ?? {};
      // On a phone each row is a card, whose cells say what they are.
      const attributes = `${cls === '' || plotted || i === name || text === '' ? '' : ` data-label="${e(under === '' || /^(points|less is better)$/.test(under) ? title : `${title} ${under}`)}"`}${value === undefined ? '' : ` data-v="${e(value)}"`}${plotted ? ' class="plotted"' : heads[i]?.sort === 'number' && heads[i]?.align === undefined ? ' class="number"' : ''}`;
      return i === name ? `<th scope="row" role="rowheader"${attributes}>${text}</th>` : `<td role="cell"${attributes}>${text}</td>`;
    });
    return `<tr role="row"${place === undefined ? '' : ` data-place="${place}"`}${rowClass ? ` class="${rowClass}"` : ''}>${tds.join('')}</tr>`;
  });
  return `<div class="scroll" tabindex="0" role="group" aria-label="Table"><table role="table" class="sortable ${cls}"><thead role="rowgroup"><tr role="row">${head.join('')}</tr></thead><tbody role="rowgroup">\n${body.join('\n')}\n</tbody></table></div>`;
}

const cell = (text: string, value?: unknown): Cell => ({ text, value: isNumber(value) ? String(value) : '' });

function outcomeCell(c: ComparisonVerdict | undefined): Cell {
  if (c === undefined) return { text: '', value: '' };
  const { sign, word } = outcomeOf(c.outcome);
  const p = isNumber(c.adjusted) ? `<small>p ${e(equalsP(c.adjusted))}</small>` : '';
  return {
    text: `<span class="outcome o-${e(c.outcome)}">${e(`${sign} ${word}`)}</span>${p}`,
    value: isNumber(c.adjusted) ? String(c.adjusted) : '',
  };
}

/** The ranked table. */
export function rankingTable(study: PageStudy): string {
  const { figures, verdict } = study;
  const units = unitsOf(figures.metric.name, figures.variants);
  const letters = lettersOf(verdict);
  const compared = verdict.variants.map(({ name }) => withBaseline(figures, verdict, name));
  const axis = forestAxis(
    compared.filter((c) => c !== undefined),
    units,
  );
  const any = compared.some((c) => c !== undefined);
  const lower = figures.metric.better === 'min';
  const points = units.differenceUnit;
  const heads: Head[] = [
    { title: '#', sort: 'number' },
    { title: 'variant', sort: 'text' },
    { title: `test ${figures.metric.name}`, sort: 'number', ...(lower && { under: 'less is better' }) },
    { title: 'group', sort: 'text' },
    ...(any
      ? [
          { title: 'difference', sort: 'number', under: points } as const,
          { title: 'forest plot', html: forestHead(axis, figures.metric.better) },
          { title: 'outcome', sort: 'number', align: 'left' } as const,
          { title: 'better on', sort: 'number', under: 'a new seed' } as const,
          { title: 'time', sort: 'number', under: 'of a run' } as const,
        ]
      : [{ title: 'time', sort: 'number', under: 'of a run' } as const]),
    { title: 'gap', sort: 'number', under: points },
    { title: 'chosen', sort: 'number', under: 'epoch' },
  ];
  const rows = verdict.variants.map((variant, i) => {
    const place = figures.variants.findIndex(({ name }) => name === variant.name);
    const c = compared[i];
    const baseline = variant.name === figures.baseline;
    const share = c?.better.interval;
    const time = c?.time && isNumber(c.time.ratio) ? `<small>${e(showRatio(c.time.ratio))}</small>` : '';
    const dropped = figures.variants[place]?.droppedAfter;
    const counted = [plural(variant.runs, 'run'), ...(variant.failed > 0 ? [`${variant.failed} failed`] : [])];
    return {
      place,
      name: 1,
      cls: baseline ? 'is-baseline' : '',
      cells: [
        cell(String(i + 1), i + 1),
        {
          text: `<span class="who"><span class="swatch-of">${swatch(place)}</span><span>${e(variant.name)}</span></span>`,
          value: variant.name,
        },
        cell(`${e(showSpread(units, variant))}<small>${e(counted.join(', '))}</small>`, variant.mean),
        { text: e(letters.get(variant.name) ?? ''), value: letters.get(variant.name) ?? '' },
        ...(any
          ? [
              cell(
                c === undefined
                  ? baseline
                    ? '<span class="soft">baseline</span>'
                    : ''
                  : `${e(showDifference(units, c.mean))}<small>${e(showInterval(units, headline(c)))}</small>`,
                c?.mean,
              ),
              { text: forestRow(axis, units, c), plotted: true },
              c === undefined && isNumber(dropped)
                ? { text: `<span class="soft">dropped after ${plural(dropped, 'epoch')}</span>`, value: '' }
                : outcomeCell(c),
              cell(
                c === undefined
                  ? ''
                  : `${showShare(c.better.probability)}${share && isNumber(share[0]) && isNumber(share[1]) ? `<small>${Math.round(100 * share[0])}–${showShare(share[1])}</small>` : ''}`,
                c?.better.probability,
              ),
            ]
          : []),
        cell(`${e(showDuration(finite(variant.seconds)))}${time}`, variant.seconds),
        cell(e(showDifference(units, variant.gap)), variant.gap),
        cell(isNumber(variant.chosen) ? String(Number(variant.chosen.toFixed(1))) : '–', variant.chosen),
      ],
    };
  });
  return sortable('ranking', heads, rows);
}

/** Comparisons that are not with the baseline. */
export function pairTable({ figures, verdict }: PageStudy): string {
  const units = unitsOf(figures.metric.name, figures.variants);
  const pairs = furtherPairs(figures, verdict);
  const axis = forestAxis(pairs, units);
  const heads: Head[] = [
    { title: 'pair', sort: 'text' },
    { title: 'difference', sort: 'number', under: units.differenceUnit },
    { title: 'forest plot', html: forestHead(axis, figures.metric.better) },
    { title: 'outcome', sort: 'number', align: 'left' },
    { title: 'better on', sort: 'number', under: 'a new seed' },
    { title: 'time', sort: 'number', under: 'ratio' },
  ];
  const rows = pairs.map((c) => {
    const pair = `${c.variant} − ${c.against}`;
    return {
      name: 0,
      cells: [
        { text: `<span class="who"><span>${e(pair)}</span></span>`, value: pair },
        cell(`${e(showDifference(units, c.mean))}<small>${e(showInterval(units, headline(c)))}</small>`, c.mean),
        { text: forestRow(axis, units, c), plotted: true },
        outcomeCell(c),
        cell(showShare(c.better.probability), c.better.probability),
        cell(showRatio(c.time?.ratio), c.time?.ratio),
      ],
    };
  });
  return sortable('pairs', heads, rows);
}

/** Every comparison with all of its tests, for those who want to know. */
export function testsTable({ figures, verdict }: PageStudy): string {
  const units = unitsOf(figures.metric.name, figures.variants);
  const { differenceUnit } = units;
  const right = (title: string) => ({ title, align: 'right' as const });
  return htmlTable({
    columns: TESTS.map((title, i) =>
      i === 0 ? { title } : right(differenceUnit === '' ? title : title.replace('difference', `difference, ${differenceUnit}`)),
    ),
    rows: testRows(figures, verdict),
  });
}
