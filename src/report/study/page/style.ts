/** How a study's page looks: light and dark as the reader's system is, light on paper; on a phone as on a wide screen. */

/**
 * The baseline has nearly the colour of text; the others begin with Okabe and Ito's and were searched so that every two of the twelve stay apart
 * for readers with any kind of colour blindness. Beyond twelve there are dashes and shapes.
 */
export const PALETTES = {
  light: [
    '#3d434b',
    '#0072b2',
    '#d55e00',
    '#009e73',
    '#78098c',
    '#e2972c',
    '#7c98f8',
    '#940500',
    '#c898b7',
    '#9948f7',
    '#895970',
    '#2723cf',
  ],
  dark: [
    '#d5dae0',
    '#4aa8e8',
    '#ff8b3d',
    '#50d397',
    '#f9c718',
    '#9435c9',
    '#b93456',
    '#b0fc9f',
    '#7977fe',
    '#b9859d',
    '#ff2816',
    '#6c6693',
  ],
};

const variables = (colours: readonly string[]) => colours.map((colour, i) => `--c${i}: ${colour};`).join(' ');
const LIGHT = `--bg: #f6f7f9; --card: #fff; --line: #dfe2e7; --thin: #eceef1; --ink: #1f2328; --soft: #59616b; --note: #fff6df; --note-line: #ecd9a4; --helped: #0b6b4b; --hurt: #b3261e; --open: #59616b;
  --helped-bg: #e5f4ec; --hurt-bg: #fbe9e7; --open-bg: #eef0f3; --focus: #0a58ca; ${variables(PALETTES.light)}`;
const DARK = `--bg: #12161b; --card: #1b2026; --line: #353c45; --thin: #2a3038; --ink: #e6e9ed; --soft: #a6afb9; --note: #362c12; --note-line: #6b5a25; --helped: #5fd3a5; --hurt: #ff8a80; --open: #a6afb9;
  --helped-bg: #15342a; --hurt-bg: #3d2220; --open-bg: #262c34; --focus: #7db4ff; ${variables(PALETTES.dark)}`;

export const style = `
:root { color-scheme: light; ${LIGHT} }
@media screen and (prefers-color-scheme: dark) { :root { color-scheme: dark; ${DARK} } }
${PALETTES.light.map((_, i) => `.v${i} { --v: var(--c${i}); }`).join(' ')}
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 14.5px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 1480px; margin: 0 auto; padding: 28px 24px 60px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; } h2 { font-size: 19px; margin: 36px 0 10px; } h3 { font-size: 14.5px; margin: 0 0 6px; overflow-wrap: anywhere; }
p { margin: 0 0 10px; overflow-wrap: anywhere; max-width: 85ch; } a { color: var(--focus); }
.lead { color: var(--soft); margin: 0 0 18px; } .caption { color: var(--soft); font-size: 13.5px; margin: 10px 2px 0; } .soft { color: var(--soft); fill: var(--soft); }
.note { background: var(--note); border: 1px solid var(--note-line); border-radius: 8px; margin: 0 0 12px; padding: 8px 14px; max-width: none; } .note p { margin: 0; } .note p + p { margin-top: 4px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px; margin: 0 0 16px; min-width: 0; }
.answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 290px), 1fr)); gap: 14px; margin: 0 0 14px; }
.answer { border-radius: 10px; padding: 12px 16px; border: 1px solid var(--line); border-left: 5px solid var(--o); background: var(--o-bg); }
.answer h3 { color: var(--o); font-size: 16px; margin: 0 0 6px; } .answer ul { margin: 0; padding: 0; list-style: none; }
.answer li { display: flex; gap: 12px; justify-content: space-between; padding: 2px 0; } .answer li span { overflow-wrap: anywhere; min-width: 0; } .answer li b { font-variant-numeric: tabular-nums; white-space: nowrap; }
.o-helped { --o: var(--helped); --o-bg: var(--helped-bg); } .o-hurt, .o-failed { --o: var(--hurt); --o-bg: var(--hurt-bg); } .o-equivalent, .o-undecided, .o-tooFew { --o: var(--open); --o-bg: var(--open-bg); }
.tests table { font-size: 13px; } .headline { font-size: 18px; font-weight: 600; margin: 0 0 12px; } .answer li { max-width: 620px; break-inside: avoid; } .answer ul.long { columns: 300px; column-gap: 40px; max-height: none; } .said { margin: 0; padding-left: 20px; } .said li { margin: 3px 0; overflow-wrap: anywhere; max-width: 95ch; }
blockquote { margin: 0 0 8px; padding: 2px 0 2px 14px; border-left: 3px solid var(--line); } blockquote p { margin: 0 0 4px; }
.claim { border-left: 5px solid var(--o); } .found { --o: var(--helped); } .refuted { --o: var(--hurt); } .undecided { --o: var(--open); } .claim strong { color: var(--o); }
.legend { position: sticky; top: 0; z-index: 5; margin: 0 -8px; padding: 8px; background: var(--bg); display: flex; gap: 6px; align-items: center; max-height: 132px; overflow: auto; flex-wrap: wrap; }
.legend ul { display: contents; list-style: none; } .legend li { display: inline-flex; min-width: 0; max-width: 320px; }
.legend .chip, .legend li:not(:has(button)) { display: inline-flex; align-items: center; gap: 7px; padding: 3px 10px; border: 1px solid var(--line); border-radius: 999px; background: var(--card); min-width: 0; }
.legend li span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
button, select, input { font: inherit; color: inherit; } button { cursor: pointer; } .small { border: 1px solid var(--line); background: var(--card); border-radius: 6px; padding: 2px 10px; font-size: 13px; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
.chip[aria-pressed=false] { opacity: .45; text-decoration: line-through; } .eye { border: 0; background: none; padding: 2px; border-radius: 4px; line-height: 0; } .eye[aria-pressed=false] { opacity: .3; }
.swatch { flex: none; } .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 16px; margin: 0 0 16px; align-items: start; } .charts .card { margin: 0; } .stack { display: grid; grid-template-columns: minmax(0, 1fr); gap: 16px; min-width: 0; }
.chart svg { display: block; max-width: 100%; height: auto; } .plot { overflow-x: auto; } .plot > svg { touch-action: pan-y; }
svg text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: var(--soft); } svg text.name { fill: var(--ink); } svg text.halo { fill: var(--ink); stroke: var(--card); stroke-width: 3px; paint-order: stroke; stroke-linejoin: round; } svg text.axis { font-weight: 600; }
.grid { stroke: var(--thin); } .base { stroke: var(--line); } .line { fill: none; stroke: var(--v); stroke-width: 2; stroke-linejoin: round; } .line.thin { stroke-width: 1.2; } .line.raw { opacity: .28; stroke-width: 1.2; } .line.rest { opacity: .4; }
.each .line { stroke-width: 1.1; opacity: .7; } .band { fill: var(--v); opacity: .14; } .many .band { opacity: .06; } .dot { fill: var(--v); } .dot.faint { opacity: .45; } .d1 .line, .d1.line { stroke-dasharray: 7 4; } .d2 .line, .d2.line { stroke-dasharray: 2 3; }
.thread .dot { opacity: .62; } .thread .dot:not(.faint):last-of-type { opacity: .9; } .join { fill: none; stroke: var(--soft); opacity: .16; } .reach { fill: none; stroke: transparent; stroke-width: 12; }
.thread.on .join { opacity: 1; stroke: var(--ink); stroke-width: 1.6; } .thread.on .dot { opacity: 1; stroke: var(--ink); } .thread.on > .line { stroke-width: 3.4; }
.mean { pointer-events: none; } .mean .span, .gap .span { stroke: var(--v); stroke-width: 5; opacity: .38; fill: none; } .tick { stroke: var(--v); stroke-width: 2.6; fill: none; } .gap .open { fill: var(--card); stroke: var(--v); stroke-width: 2; }
.group path { stroke: var(--ink); stroke-width: 3; stroke-linecap: round; } .group circle { fill: var(--card); stroke: var(--ink); stroke-width: 2; } .group.on path { stroke: var(--focus); } .group.on circle { stroke: var(--focus); }
.cross { stroke: var(--soft); stroke-dasharray: 3 3; visibility: hidden; pointer-events: none; } .cross.on { visibility: visible; }
.forest { display: block; overflow: visible; } .zero { stroke: var(--soft); stroke-dasharray: 2 3; fill: none; } .seed { fill: var(--soft); opacity: .45; } .thin:not(.line) { stroke: var(--o); stroke-width: 1.6; } .thick { stroke: var(--o); stroke-width: 5; opacity: .75; } .diamond { fill: var(--o); stroke: var(--card); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; } .ranking td, .ranking th, .pairs td, .pairs th { vertical-align: middle; }
.ranking { font-size: 14px; } .ranking th, .ranking td { padding-right: 9px; } .ranking .under { font-weight: 400; } th, td { text-align: left; padding: 6px 11px 6px 0; border-bottom: 1px solid var(--thin); white-space: nowrap; vertical-align: top; } thead th { color: var(--soft); font-weight: 600; vertical-align: bottom !important; } tbody th { font-weight: 500; }
th:last-child, td:last-child { padding-right: 0; } tbody tr:last-child > * { border-bottom: 0; } .number { text-align: right; } td small, .under { display: block; color: var(--soft); font-size: .88em; } td.plotted, th.plotted { padding-top: 0; padding-bottom: 0; line-height: 0; width: 246px; }
.who { display: flex; align-items: center; gap: 8px; max-width: 210px; width: max-content; } .pairs .who { max-width: 360px; } .who > span:last-child { overflow-wrap: break-word; white-space: normal; min-width: 0; }
tr.off > * { opacity: .38; } .outcome { color: var(--o); font-weight: 600; } .wrap td { white-space: normal; overflow-wrap: anywhere; } .wrap td:first-child, .wrap th { white-space: nowrap; width: 1%; padding-right: 28px; }
.sort { border: 0; background: none; padding: 0; font-weight: inherit; text-align: inherit; } .sort i::after { content: " ↕"; opacity: .35; font-style: normal; } [aria-sort=ascending] .sort i::after { content: " ↑"; opacity: 1; } [aria-sort=descending] .sort i::after { content: " ↓"; opacity: 1; } th i { font-style: normal; }
#choices { display: flex; flex-wrap: wrap; gap: 8px 22px; align-items: center; margin: 0 0 14px; padding: 8px 14px; border: 1px solid var(--line); border-radius: 10px; background: var(--card); } #choices[hidden] { display: none; } #choices label { display: inline-flex; gap: 7px; align-items: center; } #choices select { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 3px 6px; } #choices output { min-width: 2.6em; font-variant-numeric: tabular-nums; }
pre { margin: 0; overflow-x: auto; font: 12.5px/1.45 ui-monospace, "SF Mono", Menlo, Consolas, monospace; white-space: pre; } .command { display: flex; gap: 12px; align-items: start; justify-content: space-between; } .command pre { padding: 2px 0; }
details { margin: 8px 0; } details > :not(summary) { margin-top: 10px; } summary { cursor: pointer; font-weight: 600; overflow-wrap: anywhere; } footer { margin-top: 36px; color: var(--soft); font-size: 13px; }
.downloads { display: flex; flex-wrap: wrap; gap: 10px; } .downloads a { border: 1px solid var(--line); border-radius: 6px; padding: 4px 12px; text-decoration: none; background: var(--card); }
#tip { position: fixed; z-index: 20; pointer-events: none; background: var(--card); color: var(--ink); border: 1px solid var(--line); border-radius: 8px; box-shadow: 0 4px 16px rgb(0 0 0 / .22); padding: 7px 11px; font-size: 13px; max-width: min(420px, calc(100vw - 8px)); font-variant-numeric: tabular-nums; }
#tip[hidden] { display: none; } #tip div { display: flex; gap: 8px; align-items: center; } #tip div span { min-width: 0; overflow: hidden; text-overflow: ellipsis; } #tip b { margin-left: auto; padding-left: 12px; white-space: nowrap; font-weight: 600; } #tip .title { font-weight: 600; }
#said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; margin: 0; }
@media (max-width: 1400px) { .ranking { font-size: 13px; } .ranking .who { max-width: 180px; } .ranking th, .ranking td { padding-right: 7px; } }
@media (max-width: 620px) { main { padding: 16px 10px 40px; } .card { padding: 10px; } h1 { font-size: 22px; } th, td { padding-right: 9px; } table { font-size: 13px; } .legend { flex-wrap: nowrap; } .legend li { flex: none; max-width: 200px; } #choices { gap: 6px 14px; }
}
@media screen and (max-width: 1050px) { .ranking, .ranking tbody, .ranking thead, .pairs, .pairs tbody, .pairs thead { display: block; } .ranking tr, .pairs tr { display: grid; grid-template-columns: repeat(12, minmax(0, 1fr)); gap: 4px 8px; padding: 10px 0; border-bottom: 1px solid var(--line); } tbody tr:last-child { border-bottom: 0; }
  .ranking thead tr, .pairs thead tr { display: flex; flex-wrap: wrap; gap: 6px 14px; padding-top: 0; } .ranking th, .ranking td, .pairs th, .pairs td { border: 0; padding: 0; text-align: left; white-space: normal; min-width: 0; width: auto; } .ranking thead th:not(.plotted) .under, .pairs thead th:not(.plotted) .under { display: none; }
  .ranking th[scope=row], .pairs th[scope=row] { grid-column: 1 / -1; width: 100%; font-weight: 650; font-size: 14.5px; } .ranking th[scope=row] .who, .pairs th[scope=row] .who { max-width: none; width: auto; } .ranking tbody td:first-child { display: none; } .ranking td:empty, .pairs td:empty { display: none; } .ranking td.number { white-space: nowrap; }
  .ranking td, .pairs td { grid-column: span 3; } .ranking td.plotted, .pairs td.plotted { grid-column: span 4; align-self: center; } .ranking td:nth-child(3), .ranking td:nth-child(9), .ranking td:nth-child(10), .ranking td[data-label=group], .pairs td:nth-child(5) { grid-column: span 2; } .ranking td:nth-child(n+8), .ranking td[data-label=group] { order: 2; }
  .ranking th.plotted, .pairs th.plotted { order: 1; width: 100%; padding-left: calc((100% + 8px) * 5 / 12); } .pairs th.plotted { padding-left: calc((100% + 8px) / 4); }
  .ranking td[data-label]::before, .pairs td[data-label]::before { content: attr(data-label); display: block; color: var(--soft); font-size: 11.5px; line-height: 1.3; white-space: normal; } }
@media screen and (max-width: 620px) { .ranking td:nth-child(n), .pairs td:nth-child(n) { grid-column: span 4; } .ranking td:nth-child(n+8), .ranking td[data-label=group]:nth-child(n) { grid-column: span 3; } .ranking td.plotted:nth-child(n), .pairs td.plotted:nth-child(n) { grid-column: 1 / -1; order: 1; } .ranking th.plotted, .pairs th.plotted { padding-left: 0; } }
@media print { body { background: #fff; font-size: 11.5px; } main { max-width: none; padding: 0; } .card, .answer, tr { break-inside: avoid; } h2, h3 { break-after: avoid; } .legend { position: static; max-height: none; overflow: visible; flex-wrap: wrap; } #choices, .downloads, #tip, .small, .sort i::after, [data-live] { display: none !important; } .scroll, .plot { overflow: visible; } pre { white-space: pre-wrap; overflow-wrap: anywhere; overflow: visible; }
  table { font-size: 10px; } th, td { padding-right: 7px; white-space: normal; } .ranking th, .ranking td { white-space: nowrap; } .tests table { font-size: 8px; } .tests th, .tests td { padding-right: 5px; } .who { max-width: 130px; width: auto; } .ranking { zoom: .65; font-size: 12px; } h1 { font-size: 20px; } h2 { font-size: 15px; margin-top: 22px; } h3 { font-size: 12px; } .answer h3 { font-size: 13px; } .caption { font-size: 10.5px; } .legend { background: none; } .charts { grid-template-columns: repeat(2, 1fr); gap: 8px; } .answer ul { max-height: none; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`;
