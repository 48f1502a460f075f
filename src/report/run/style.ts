/** How a run's page looks: light and dark as the reader's system is, on a phone as on a wide screen. */
export const style = `
:root { color-scheme: light dark; --bg: #f5f6f8; --card: #fff; --line: #e2e4e8; --thin: #eceef1; --ink: #222; --soft: #5a6068; --note: #fff6df; --note-line: #ecd9a4;
  --good: #0b6b4b; --bad: #b3261e; --heat: 0, 114, 178; --heat-ink: #fff; }
@media (prefers-color-scheme: dark) { :root { --bg: #14171b; --card: #1d2126; --line: #343a42; --thin: #2a2f36; --ink: #e6e8eb; --soft: #a3abb5; --note: #362c12; --note-line: #6b5a25;
  --good: #5fd3a5; --bad: #ff8a80; --heat: 86, 180, 233; --heat-ink: #06131c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 14.5px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 1200px; margin: 0 auto; padding: 28px 20px 60px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; } h2 { font-size: 18px; margin: 32px 0 10px; }
.lead { color: var(--soft); margin: 0 0 20px; } .caption { color: var(--soft); font-size: 13.5px; margin: 10px 2px 0; overflow-wrap: anywhere; }
.note { background: var(--note); border: 1px solid var(--note-line); border-radius: 8px; margin: 0 0 12px; padding: 8px 14px; overflow-wrap: anywhere; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px; margin: 0 0 16px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 12px; margin: 0 0 16px; }
.tiles .card { margin: 0; padding: 10px 14px; } .tiles b { display: block; font-size: 21px; line-height: 1.3; font-variant-numeric: tabular-nums; } .tiles span { color: var(--soft); font-size: 13px; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 16px; }
.charts .card { margin: 0; } .charts svg { width: 100%; max-width: 640px; height: auto; display: block; margin: 0 auto; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; } .wide { width: 100%; }
th, td { text-align: left; padding: 6px 16px 6px 0; border-bottom: 1px solid var(--thin); white-space: nowrap; vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; } tbody tr:last-child > * { border-bottom: 0; }
.wrap td { white-space: normal; overflow-wrap: anywhere; } .wrap td:first-child { white-space: nowrap; width: 1%; padding-right: 28px; }
th { color: var(--soft); font-weight: 600; } .number { text-align: right; }
.matrix { margin: 0 auto; } .matrix th, .matrix td { border: 0; padding: 0; text-align: center; }
.matrix td { width: 46px; min-width: 34px; height: 34px; vertical-align: middle; border: 1px solid var(--card); border-radius: 5px; }
.matrix.many td { width: 28px; min-width: 26px; height: 26px; font-size: 11.5px; }
.matrix th { font-weight: 500; padding: 2px 6px; vertical-align: middle; max-width: 160px; overflow: hidden; text-overflow: ellipsis; } .matrix tbody th { text-align: right; }
.matrix.turn thead th { writing-mode: vertical-rl; transform: rotate(180deg); max-width: none; max-height: 130px; padding: 6px 2px; text-align: left; margin: auto; }
.matrix .zero { color: var(--soft); opacity: 0.6; } .matrix .strong { color: var(--heat-ink); }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(118px, 1fr)); gap: 14px; }
figure { margin: 0; min-width: 0; } figure img { width: 100%; height: auto; aspect-ratio: 1; object-fit: contain; image-rendering: pixelated; border-radius: 5px; display: block; background: var(--thin); }
figure img.photo { image-rendering: auto; }
figcaption { font-size: 12.5px; line-height: 1.35; margin-top: 5px; overflow-wrap: anywhere; } figcaption span { color: var(--soft); }
.good { color: var(--good); } .bad { color: var(--bad); }
pre { margin: 0; overflow-x: auto; font: 12.5px/1.45 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
details { margin: 0; } details > :not(summary) { margin-top: 12px; } summary { cursor: pointer; font-weight: 600; }
footer { margin-top: 36px; color: var(--soft); font-size: 13px; }
@media (max-width: 520px) { main { padding: 18px 10px 40px; } .card { padding: 10px; } h1 { font-size: 22px; } th, td { padding-right: 7px; } table { font-size: 12.5px; } .tiles { grid-template-columns: repeat(2, 1fr); }
  .pictures { grid-template-columns: repeat(3, 1fr); gap: 10px; } .matrix td { width: 34px; min-width: 26px; height: 30px; font-size: 12.5px; } }
@media print { body { background: #fff; } .card { break-inside: avoid; } }
`;
