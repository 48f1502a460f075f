/**
 * What a study's page can do where scripts run: sort, hide, smooth, other axes, tips. `npm run gen` makes live.gen.ts of it, which the page holds.
 * Whatever came from figures reaches the page as text: `textContent`, or markup that the charts escaped.
 */
import { csvOf } from '../csv.js';
import { chartTitle, drawChart } from './charts/chart.js';
import { curveStops, curveTip } from './charts/curves.js';
import { swatch } from './charts/plot.js';
import { type Along, type Band, type PageStudy, STILL, type View } from './charts/view.js';
import { unpacked } from './packed.js';

const all = (selector: string, within: ParentNode = document): HTMLElement[] => [...within.querySelectorAll<HTMLElement>(selector)];
const one = (selector: string): HTMLElement | null => document.querySelector<HTMLElement>(selector);

/** What the address of a link holds, which is the data itself. */
function dataOf(id: string): string {
  const href = one(`#${id}`)?.getAttribute('href') ?? '';
  return href.slice(href.indexOf(',') + 1);
}

/** Gives a link the text to download; it is made when it is asked for. */
function offer(id: string, type: string, text: () => string): void {
  const link = one(`#${id}`) as HTMLAnchorElement | null;
  if (!link) return;
  link.download = id.replace('-', '.');
  link.textContent = link.download;
  link.href = '#';
  const make = () => {
    if (link.href.startsWith('blob:')) return;
    link.href = URL.createObjectURL(new Blob([text()], { type }));
  };
  for (const event of ['pointerenter', 'focus', 'click']) link.addEventListener(event, make);
}

/** All that the page does, once its figures are read. */
function live(study: PageStudy, json: string): void {
  offer('figures-json', 'application/json', () => json);
  offer('figures-csv', 'text/csv', () => csvOf(study.figures));

  let view: View = { ...STILL, live: true };
  const charts = all('[data-chart]');

  /** Draws what can be seen; the rest when it is scrolled to. */
  const waiting = new Set(charts);
  const seen = new Set<HTMLElement>();
  function draw(figure: HTMLElement): void {
    const name = figure.dataset['chart']!;
    const body = figure.querySelector<HTMLElement>('.plot')!;
    const width = Math.max(260, Math.round(body.clientWidth));
    body.innerHTML = drawChart(study, view, name, width);
    const title = figure.querySelector('h3');
    if (title) title.textContent = chartTitle(study, view, name, width);
    waiting.delete(figure);
  }
  let planned = 0;
  function redraw(): void {
    for (const figure of charts) waiting.add(figure);
    cancelAnimationFrame(planned);
    planned = requestAnimationFrame(() => {
      hideTip();
      for (const figure of charts) if (seen.has(figure)) draw(figure);
    });
  }
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const figure = target as HTMLElement;
        if (isIntersecting) seen.add(figure);
        else seen.delete(figure);
        if (isIntersecting && waiting.has(figure)) draw(figure);
      }
    },
    { rootMargin: '400px' },
  );
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const figure = target.parentElement!;
      if (Number(target.querySelector('svg')?.getAttribute('width')) === Math.max(260, Math.round(target.clientWidth))) continue;
      if (seen.has(figure)) draw(figure);
      else waiting.add(figure);
    }
  });
  for (const figure of charts) {
    watcher.observe(figure);
    sizes.observe(figure.querySelector('.plot')!);
  }
  // Paper has all of it.
  const closed = new Set<HTMLDetailsElement>();
  addEventListener('beforeprint', () => {
    for (const figure of [...waiting]) draw(figure);
    for (const details of document.querySelectorAll<HTMLDetailsElement>('details:not([open])')) {
      closed.add(details);
      details.open = true;
    }
  });
  addEventListener('afterprint', () => {
    for (const details of closed) details.open = false;
    closed.clear();
  });

  /** Tips: what is pointed at, or reached with the arrow keys. */
  const tip = document.createElement('div');
  tip.id = 'tip';
  tip.hidden = true;
  document.body.append(tip);
  const said = document.createElement('p');
  said.id = 'said';
  said.setAttribute('aria-live', 'polite');
  document.body.append(said);
  let lit: Element | null = null;

  function hideTip(): void {
    tip.hidden = true;
    lit?.classList.remove('on');
    lit = null;
    for (const cross of all('.cross')) cross.classList.remove('on');
  }

  function line(text: string, place?: number, value?: string): HTMLElement {
    const row = document.createElement('div');
    if (place !== undefined) row.innerHTML = swatch(place);
    const name = document.createElement('span');
    name.textContent = text;
    row.append(name);
    if (value !== undefined) {
      const number = document.createElement('b');
      number.textContent = value;
      row.append(number);
    }
    return row;
  }

  function showTip(rows: HTMLElement[], x: number, y: number): void {
    tip.replaceChildren(...rows);
    tip.hidden = false;
    const { offsetWidth: w, offsetHeight: h } = tip;
    const [right, low] = [document.documentElement.clientWidth, document.documentElement.clientHeight];
    const left = x + 16 + w < right ? x + 16 : Math.max(4, x - 16 - w);
    tip.style.left = `${left}px`;
    tip.style.top = `${Math.max(4, Math.min(y + 14, low - h - 4))}px`;
  }

  function light(mark: Element, x: number, y: number): void {
    hideTip();
    lit = mark;
    mark.classList.add('on');
    const [title = '', ...rest] = (mark.getAttribute('data-tip') ?? '').split('\n');
    const heading = line(title);
    heading.className = 'title';
    showTip([heading, ...rest.map((text) => line(text))], x, y);
  }

  addEventListener('scroll', hideTip, { passive: true });

  /** The values of all curves at a place of a chart. */
  function cross(figure: HTMLElement, x: number, px: number, py: number): string {
    const picture = figure.querySelector('svg');
    const width = Number(picture?.getAttribute('width'));
    const found = curveTip(study, view, figure.dataset['chart']!.slice(7), width, x);
    if (!picture || !found) return '';
    hideTip();
    const mark = picture.querySelector(':scope > .cross');
    mark?.setAttribute('x1', String(found.x));
    mark?.setAttribute('x2', String(found.x));
    mark?.classList.add('on');
    const heading = line(found.title);
    heading.className = 'title';
    showTip([heading, ...found.rows.slice(0, 24).map(([place, name, value]) => line(name, place, value))], px, py);
    return `${found.title}: ${found.rows.map(([, name, value]) => `${name} ${value}`).join('; ')}`;
  }

  const inCurves = (figure: HTMLElement) => figure.dataset['chart']!.startsWith('curves:');

  for (const figure of charts) {
    const body = figure.querySelector<HTMLElement>('.plot')!;
    const toSvg = (clientX: number) => {
      const box = body.querySelector('svg')?.getBoundingClientRect();
      const width = Number(body.querySelector('svg')?.getAttribute('width'));
      return box ? ((clientX - box.left) * width) / box.width : 0;
    };
    body.addEventListener('pointermove', (event) => {
      if (inCurves(figure)) {
        cross(figure, toSvg(event.clientX), event.clientX, event.clientY);
        return;
      }
      const mark = (event.target as Element).closest('[data-tip]');
      if (mark) light(mark, event.clientX, event.clientY);
      else hideTip();
    });
    body.addEventListener('pointerleave', hideTip);
    body.addEventListener('blur', hideTip);
    body.tabIndex = 0;
    body.setAttribute('role', 'group');
    body.setAttribute('aria-label', `${figure.querySelector('h3')?.textContent ?? 'chart'}; arrow keys go through its values`);
    let stop = -1;
    body.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (event.key === 'Escape') hideTip();
      if (step === undefined) return;
      event.preventDefault();
      const box = body.getBoundingClientRect();
      if (inCurves(figure)) {
        const width = Number(body.querySelector('svg')?.getAttribute('width'));
        const stops = curveStops(study, view, figure.dataset['chart']!.slice(7), width);
        if (stops.length === 0) return;
        stop = Math.min(Math.max(stop + step, 0), stops.length - 1);
        said.textContent = cross(figure, stops[stop]!, box.left + (stops[stop]! * box.width) / width, box.top + 20);
        return;
      }
      const marks = [...body.querySelectorAll('[data-tip]')];
      if (marks.length === 0) return;
      stop = Math.min(Math.max(stop + step, 0), marks.length - 1);
      const at = marks[stop]!.getBoundingClientRect();
      light(marks[stop]!, at.right, at.top);
      said.textContent = marks[stop]!.getAttribute('data-tip')!.replaceAll('\n', ', ');
    });
  }

  /** Variants are shown and hidden everywhere at once: by the list of them, and in the table. */
  function hide(hidden: ReadonlySet<number>): void {
    view = { ...view, hidden };
    for (const chip of all('[data-toggle]')) chip.setAttribute('aria-pressed', String(!hidden.has(Number(chip.dataset['toggle']))));
    for (const row of all('[data-place]')) row.classList.toggle('off', hidden.has(Number(row.dataset['place'])));
    redraw();
  }
  for (const chip of all('.legend [data-place]')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'chip';
    button.dataset['toggle'] = chip.dataset['place']!;
    button.setAttribute('aria-pressed', 'true');
    button.title = 'Show or hide';
    button.append(...chip.childNodes);
    chip.append(button);
  }
  for (const cell of all('th[scope=row] .swatch-of')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'eye';
    const place = cell.closest<HTMLElement>('[data-place]')!.dataset['place']!;
    button.dataset['toggle'] = place;
    button.setAttribute('aria-pressed', 'true');
    button.setAttribute('aria-label', `Show ${study.figures.variants[Number(place)]?.name ?? ''} in the charts`);
    button.title = 'Show or hide';
    button.append(...cell.childNodes);
    cell.append(button);
  }
  const places = study.figures.variants.map((_, place) => place);
  document.addEventListener('click', (event) => {
    const target = event.target as Element;
    const toggle = target.closest<HTMLElement>('[data-toggle]');
    const only = target.closest<HTMLElement>('[data-show]')?.dataset['show'];
    if (toggle) {
      const place = Number(toggle.dataset['toggle']);
      const hidden = new Set(view.hidden);
      if (event.altKey || event.shiftKey) {
        const alone = !hidden.has(place) && hidden.size === places.length - 1;
        hide(new Set(alone ? [] : places.filter((p) => p !== place)));
        return;
      }
      if (!hidden.delete(place)) hidden.add(place);
      hide(hidden);
    } else if (only === 'all') hide(new Set());
    else if (only === 'best') {
      const { best } = study.verdict;
      hide(
        new Set(
          places.filter(
            (p) => !best.includes(study.figures.variants[p]!.name) && study.figures.variants[p]!.name !== study.figures.baseline,
          ),
        ),
      );
    }
  });

  /** Tables are sorted by a click on their headings: once, the other way round, and as they were. */
  for (const table of all('table.sortable')) {
    const body = table.querySelector('tbody')!;
    const first = [...body.rows];
    const heads = all('th[data-sort]', table);
    heads.forEach((head) => {
      const column = (head as HTMLTableCellElement).cellIndex;
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'sort';
      button.append(...head.childNodes);
      head.append(button);
      head.setAttribute('aria-sort', 'none');
      button.addEventListener('click', () => {
        const before = head.getAttribute('aria-sort');
        // Numbers from the largest on, names from A.
        const [begin, other] = head.dataset['sort'] === 'text' ? ['ascending', 'descending'] : ['descending', 'ascending'];
        const now = before === 'none' ? begin! : before === begin ? other! : 'none';
        for (const h of heads) h.setAttribute('aria-sort', h === head ? now : 'none');
        const key = (row: HTMLTableRowElement) => row.cells[column]?.dataset['v'] ?? '';
        const sorted = [...first];
        if (now !== 'none')
          sorted.sort((a, b) => {
            const [ka, kb] = [key(a), key(b)];
            if (ka === '' || kb === '') return Number(ka === '') - Number(kb === '');
            const way = head.dataset['sort'] === 'text' ? ka.localeCompare(kb, undefined, { numeric: true }) : Number(ka) - Number(kb);
            return now === 'ascending' ? way : -way;
          });
        body.append(...sorted);
      });
    });
  }

  /** The choices above the curves. */
  const form = one('#choices') as HTMLFormElement | null;
  if (form) {
    const read = () => {
      const data = new FormData(form);
      const smoothing = Number(data.get('smoothing') ?? 0);
      const shown = form.querySelector('output');
      if (shown) shown.textContent = smoothing.toFixed(2);
      view = {
        ...view,
        along: data.get('along') as Along,
        band: data.get('band') as Band,
        smoothing,
        logX: data.has('logX'),
        logY: data.has('logY'),
        whole: data.has('whole'),
      };
      redraw();
    };
    form.addEventListener('input', read);
    form.addEventListener('submit', (event) => event.preventDefault());
    form.addEventListener('reset', () => setTimeout(read));
  }

  for (const button of all('[data-copy]'))
    button.addEventListener('click', () => {
      const text = one(button.dataset['copy']!)?.textContent ?? '';
      navigator.clipboard?.writeText(text).then(() => {
        button.textContent = 'copied';
        setTimeout(() => (button.textContent = 'copy'), 1500);
      });
    });
  for (const hidden of all('[data-live]')) hidden.hidden = false;
}

unpacked(dataOf('figures-json')).then((json) => {
  const { reach } = document.documentElement.dataset;
  const figures = JSON.parse(json);
  const verdict = JSON.parse(decodeURIComponent(dataOf('verdict-json')));
  live({ figures, verdict, reach: (reach ?? '').split(' ').filter(Boolean).map(Number) }, json);
});
