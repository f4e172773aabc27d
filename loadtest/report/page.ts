// A page that needs nothing but itself: style and pictures are in it, scripts there are none.

import { escaped } from './chart.ts';
import type { Row } from './rows.ts';

const style = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5d6b7e; --line: #dfe4ea; --paper: #f6f7f9; --card: #fff;
  --c1: #2563b8; --c2: #14866d; --c3: #c2610c; --c4: #b3261e; --good: #14866d; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa7b8; --line: #2d3643; --paper: #12161c; --card: #1a2029;
  --c1: #6ea8fe; --c2: #4fc7ab; --c3: #f2a65a; --c4: #ff8a80; --good: #4fc7ab; --bad: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
main { max-width: 1220px; margin: 0 auto; padding: 32px 24px 56px; }
h1 { font-size: 26px; margin: 0; } h2 { font-size: 17px; margin: 32px 0 10px; } p { margin: 4px 0 0; color: var(--soft); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 22px 0; }
.figure { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 16px; }
.figure b { display: block; font-size: 24px; line-height: 1.25; font-variant-numeric: tabular-nums; } .figure span { color: var(--soft); font-size: 13px; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr)); gap: 16px; }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px 16px; }
figcaption { font-weight: 600; margin-bottom: 6px; } svg { width: 100%; height: auto; display: block; }
svg text { fill: var(--soft); font-size: 11px; font-variant-numeric: tabular-nums; } svg .name { font-size: 12px; }
.grid { stroke: var(--line); } .axis, .tick { stroke: var(--soft); } line.level { stroke: var(--bad); stroke-dasharray: 5 4; } svg text.level { fill: var(--bad); }
.c1 { --c: var(--c1); } .c2 { --c: var(--c2); } .c3 { --c: var(--c3); } .c4 { --c: var(--c4); }
.dashed { stroke-dasharray: 6 4; } .line { fill: none; stroke: var(--c); stroke-width: 2; stroke-linejoin: round; } .soft { fill: var(--c); opacity: 0.13; }
.bar { fill: var(--c); opacity: 0.72; } .fill { fill: var(--c); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 13px; color: var(--soft); margin-top: 4px; }
.key::before { content: ""; display: inline-block; width: 12px; height: 12px; border-radius: 3px; background: var(--c); margin-right: 6px; vertical-align: -1px; }
.hollow::before { background: none; border: 2px dashed var(--c); }
table { border-collapse: collapse; width: 100%; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
td, th { padding: 7px 14px; border-top: 1px solid var(--line); text-align: left; vertical-align: top; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
td { white-space: pre-wrap; }
tr:first-child td, tr:first-child th { border-top: 0; } th { font-weight: 500; color: var(--soft); white-space: nowrap; } td.n, th.n { text-align: right; }
.good { color: var(--good); font-weight: 600; } .bad { color: var(--bad); font-weight: 600; }
.note { border-left: 3px solid var(--c3); padding: 6px 12px; margin: 10px 0; background: var(--card); }
`;

/** A whole page. The parts are HTML already. */
export const page = (title: string, about: string, parts: readonly string[]): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title><style>${style}</style></head>
<body><main><h1>${escaped(title)}</h1><p>${escaped(about)}</p>
${parts.filter((part) => part !== '').join('\n')}
</main></body></html>
`;

/** A row of large figures. */
export const figures = (pairs: readonly (readonly [value: string, name: string])[]): string =>
  `<div class="figures">${pairs
    .map(([value, name]) => `<div class="figure"><b>${escaped(value)}</b><span>${escaped(name)}</span></div>`)
    .join('')}</div>`;

export const charts = (all: readonly string[]): string => `<div class="charts">${all.join('\n')}</div>`;

export const section = (title: string, body: string): string => `<h2>${escaped(title)}</h2>\n${body}`;

/** Names and values. */
export const pairs = (rows: readonly Row[]): string =>
  table(rows.map(([name, value]) => `<th>${escaped(name)}</th><td>${escaped(value)}</td>`));

/** Rows whose cells are HTML already. */
export const table = (rows: readonly string[]): string =>
  `<table>${rows.map((cells) => `<tr>${cells}</tr>`).join('')}</table>`;

export const notes = (texts: readonly string[]): string =>
  texts.map((text) => `<div class="note">${escaped(text)}</div>`).join('');
