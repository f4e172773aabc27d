// A page that needs nothing but itself: style and pictures are in it, scripts and addresses there are none.

export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Colours of marks are c0 to c10, of which c0 stands back. */
const style = `
:root { color-scheme: light dark; --ink: #17202c; --soft: #5b6878; --line: #e0e5eb; --paper: #f5f7f9; --card: #fff; --mark: #eef4fd;
  --c0: #8b97a6; --c1: #1f5fc0; --c2: #0d7f66; --c3: #bf5a08; --c4: #a3206e; --c5: #6d44c4; --c6: #a67c00; --c7: #b3261e; --c8: #0b7a94; --c9: #5d6b1f; --c10: #8a5a44; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf2; --soft: #98a6b8; --line: #2b3542; --paper: #11161d; --card: #19202a; --mark: #1d2c44;
  --c0: #75839a; --c1: #6ea8fe; --c2: #4fc7ab; --c3: #f2a65a; --c4: #f28cc8; --c5: #b79bff; --c6: #e0c05a; --c7: #ff8a80; --c8: #67cbe3; --c9: #b8c76a; --c10: #d3a48c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 36px 24px 64px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0; } h2 { font-size: 18px; margin: 38px 0 2px; }
p { margin: 4px 0 12px; color: var(--soft); max-width: 84ch; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 12px; margin: 22px 0 8px; }
.figure, figure, .sheet { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.figure { padding: 13px 16px; } .figure b { display: block; font-size: 25px; line-height: 1.25; font-variant-numeric: tabular-nums; }
.figure span { color: var(--soft); font-size: 13px; display: block; line-height: 1.4; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 16px; margin-top: 12px; }
figure { margin: 0; padding: 14px 16px; } figcaption { font-weight: 600; } figcaption small { display: block; font-weight: 400; color: var(--soft); }
svg { width: 100%; height: auto; display: block; margin-top: 6px; }
svg text { fill: var(--soft); font-size: 11.5px; font-variant-numeric: tabular-nums; } svg text.label { fill: var(--ink); }
.grid { stroke: var(--line); } .leader { stroke: var(--soft); opacity: 0.7; } .axis { stroke: var(--soft); } .band { fill: var(--mark); }
.c0 { --c: var(--c0); } .c1 { --c: var(--c1); } .c2 { --c: var(--c2); } .c3 { --c: var(--c3); } .c4 { --c: var(--c4); }
.c5 { --c: var(--c5); } .c6 { --c: var(--c6); } .c7 { --c: var(--c7); } .c8 { --c: var(--c8); } .c9 { --c: var(--c9); } .c10 { --c: var(--c10); }
.dot { fill: var(--c); stroke: var(--card); stroke-width: 1.5; } .whisker { stroke: var(--c); stroke-width: 2; stroke-linecap: round; }
.curve { fill: none; stroke: var(--c); stroke-width: 2; stroke-linejoin: round; } .dashed { stroke-dasharray: 5 4; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; font-size: 13px; color: var(--soft); margin-top: 6px; }
.key::before { content: ""; display: inline-block; width: 10px; height: 10px; border-radius: 50%; background: var(--c); margin-right: 6px; }
.sheet { overflow-x: auto; margin-top: 10px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 14px; }
td, th { padding: 7px 14px; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { border-top: 0; font-size: 13px; white-space: nowrap; } th { font-weight: 500; color: var(--soft); } tbody th { color: var(--ink); white-space: nowrap; }
td.n, th.n { text-align: right; white-space: nowrap; } td small, th small { font-weight: 400; color: var(--soft); display: block; color: var(--soft); font-size: 11.5px; line-height: 1.3; }
td.best { font-weight: 700; } td.best small { font-weight: 400; } tr.own, td.own { background: var(--mark); }
.facts td { overflow-wrap: anywhere; } .facts th { width: 220px; }
@media print { body { background: #fff; } figure, .figure, .sheet { break-inside: avoid; } }
`;

/** A whole page. The parts are HTML already. */
export const page = (title: string, about: string, parts: readonly string[]): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title><style>${style}</style></head>
<body><main><h1>${escaped(title)}</h1><p>${escaped(about)}</p>
${parts.filter((part) => part !== '').join('\n')}
</main></body></html>
`;

/** A row of large figures, each with what it is. */
export const figures = (pairs: readonly (readonly [value: string, about: string])[]): string =>
  `<div class="figures">${pairs
    .map(
      ([value, about]) => `<div class="figure"><b>${escaped(value)}</b><span>${escaped(about)}</span></div>`,
    )
    .join('')}</div>`;

/** A heading, a sentence, and HTML. */
export const section = (title: string, about: string, body: string): string =>
  `<h2>${escaped(title)}</h2>\n${about === '' ? '' : `<p>${escaped(about)}</p>\n`}${body}`;

export const plots = (all: readonly string[]): string => `<div class="plots">${all.join('\n')}</div>`;

export interface Cell {
  readonly text: string;
  /** Below it and smaller, such as an interval. */
  readonly small?: string;
  readonly isBest?: boolean;
  /** Stands out, as the column does. */
  readonly isOwn?: boolean;
}

export interface TableRow {
  readonly name: string;
  /** Below the name and smaller. */
  readonly small?: string;
  readonly cells: readonly Cell[];
  /** Stands out. */
  readonly isOwn?: boolean;
}

/** Numbers by name; the first head is that of the names. */
export function table(heads: readonly string[], rows: readonly TableRow[]): string {
  const head = heads.map((text, i) => `<th${i === 0 ? '' : ' class="n"'}>${escaped(text)}</th>`);
  const below = (small: string | undefined): string =>
    small === undefined ? '' : `<small>${escaped(small)}</small>`;
  const body = rows.map(({ name, small, cells, isOwn }) => {
    const all = cells.map((cell) => {
      const kinds = ['n', ...(cell.isBest ? ['best'] : []), ...(cell.isOwn ? ['own'] : [])];
      return `<td class="${kinds.join(' ')}">${escaped(cell.text)}${below(cell.small)}</td>`;
    });
    return `<tr${isOwn ? ' class="own"' : ''}><th>${escaped(name)}${below(small)}</th>${all.join('')}</tr>`;
  });
  return `<div class="sheet"><table><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

/** Names and what they are. */
export const facts = (pairs: readonly (readonly [name: string, value: string])[]): string =>
  `<div class="sheet"><table class="facts"><tbody>${pairs
    .map(([name, value]) => `<tr><th>${escaped(name)}</th><td>${escaped(value)}</td></tr>`)
    .join('')}</tbody></table></div>`;
