/** One self-contained page: no script, no request, readable offline and in print. */

/** Text with the characters that HTML reserves escaped. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

export interface PageTable {
  columns: readonly { title: string; align?: 'left' | 'right' }[];
  rows: readonly (readonly string[])[];
  /** Long cells break into lines; else the table scrolls sideways. Default: false. */
  wrap?: boolean;
}

export function htmlTable({ columns, rows, wrap = false }: PageTable): string {
  const cell = (tag: 'td' | 'th', text: string, align?: string) =>
    `<${tag}${align === 'right' ? ' class="number"' : ''}>${escapeHtml(text)}</${tag}>`;
  const head = `<tr>${columns.map((c) => cell('th', c.title, c.align)).join('')}</tr>`;
  const body = rows.map((row) => `<tr>${row.map((text, i) => cell('td', text, columns[i]?.align)).join('')}</tr>`).join('\n');
  return `<div class="scroll"><table${wrap ? ' class="wrap"' : ''}><thead>${head}</thead><tbody>\n${body}\n</tbody></table></div>`;
}

const style = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #f5f6f8; color: #222; font: 14.5px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 1200px; margin: 0 auto; padding: 28px 20px 60px; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 18px; margin: 32px 0 10px; }
.lead { color: #555; margin: 0 0 20px; } .caption { color: #666; font-size: 13.5px; margin: 10px 2px 24px; overflow-wrap: anywhere; }
.note { background: #fff6df; border: 1px solid #ecd9a4; border-radius: 8px; margin: 0 0 12px; padding: 8px 14px; }
.card { background: #fff; border: 1px solid #e2e4e8; border-radius: 8px; padding: 14px; } .model { margin-bottom: 16px; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 16px; }
.charts svg { width: 100%; max-width: 640px; height: auto; display: block; margin: 0 auto; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 6px 14px 6px 0; border-bottom: 1px solid #eceef1; white-space: nowrap; vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; } tbody tr:last-child td { border-bottom: 0; }
.wrap td { white-space: normal; overflow-wrap: anywhere; } .wrap td:first-child { white-space: nowrap; width: 1%; padding-right: 28px; }
th { color: #555; font-weight: 600; } .number { text-align: right; }
pre { margin: 0; overflow-x: auto; font: 12.5px/1.45 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
details { margin: 10px 0; } details > :not(summary) { margin-top: 12px; } summary { cursor: pointer; font-weight: 600; }
footer { margin-top: 36px; color: #777; font-size: 13px; }
@media (max-width: 520px) { main { padding: 18px 10px 40px; } .card { padding: 10px; } h1 { font-size: 22px; } }
@media print { body { background: #fff; } .card { break-inside: avoid; } }
`;

/** A whole page in the style of comparisons around `body`, which is HTML already. */
export function htmlPage(title: string, body: string): string {
  return htmlDocument(title, style, body);
}

/** A whole document of a style and a body. */
export function htmlDocument(title: string, css: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${css}</style>
</head>
<body><main>
${body}
</main></body>
</html>
`;
}
