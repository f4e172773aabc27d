// Charts as inline SVG: frame, grid, axes, and series of lines, bars or dots. Colours are the page's.

import type { Scale } from './scale.ts';

export type Point = readonly [x: number, y: number];

export interface Series {
  readonly name: string;
  readonly kind: 'line' | 'area' | 'bars' | 'dots';
  /** Which of the page's colours, from 1. */
  readonly colour: number;
  readonly points: readonly Point[];
  readonly isDashed?: boolean;
  /** Of bars: where one begins, for its end at x. */
  readonly from?: (x: number) => number;
}

export interface Chart {
  readonly title: string;
  readonly x: Scale;
  readonly y: Scale;
  readonly xName: string;
  readonly yName: string;
  readonly series: readonly Series[];
  /** A level worth seeing, such as a bound. */
  readonly level?: { readonly y: number; readonly text: string };
}

const [width, height] = [560, 300];
const [left, right, top, bottom] = [78, 28, 14, 46];
const [plotWidth, plotHeight] = [width - left - right, height - top - bottom];

export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const fixed = (value: number): string => String(Math.round(value * 10) / 10);

/** The chart with its title and legend. */
export function chartOf(chart: Chart): string {
  const { title, x, y, xName, yName, series, level } = chart;
  const atX = (value: number): number => left + plotWidth * Math.min(1, Math.max(0, x.at(value)));
  const atY = (value: number): number => top + plotHeight * (1 - Math.min(1, Math.max(0, y.at(value))));
  const base = top + plotHeight;
  const rows = y.ticks.map(({ value, text }) => {
    const place = fixed(atY(value));
    return `<line class="grid" x1="${left}" x2="${width - right}" y1="${place}" y2="${place}"/><text x="${left - 8}" y="${place}" dy="0.32em" text-anchor="end">${escaped(text)}</text>`;
  });
  const columns = x.ticks.map(({ value, text }) => {
    const place = fixed(atX(value));
    return `<line class="tick" x1="${place}" x2="${place}" y1="${base}" y2="${base + 5}"/><text x="${place}" y="${base + 18}" text-anchor="middle">${escaped(text)}</text>`;
  });
  const bound =
    level === undefined
      ? ''
      : `<line class="level" x1="${left}" x2="${width - right}" y1="${fixed(atY(level.y))}" y2="${fixed(atY(level.y))}"/><text class="level" x="${width - right}" y="${fixed(atY(level.y) - 5)}" text-anchor="end">${escaped(level.text)}</text>`;
  const drawn = series.map((one) => drawSeries(one, atX, atY, base));
  return `<figure><figcaption>${escaped(title)}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">
${rows.join('')}${columns.join('')}<line class="axis" x1="${left}" x2="${width - right}" y1="${base}" y2="${base}"/>
${drawn.join('\n')}${bound}
<text class="name" x="${left + plotWidth / 2}" y="${height - 6}" text-anchor="middle">${escaped(xName)}</text>
<text class="name" transform="translate(13 ${top + plotHeight / 2}) rotate(-90)" text-anchor="middle">${escaped(yName)}</text>
</svg>${legend(series)}</figure>`;
}

type Place = (value: number) => number;

function drawSeries(series: Series, atX: Place, atY: Place, base: number): string {
  const { kind, colour, points, from, isDashed } = series;
  const placed = points.map(([x, y]) => `${fixed(atX(x))},${fixed(atY(y))}`);
  const dashed = isDashed ? ' dashed' : '';
  if (kind === 'line') return `<polyline class="line c${colour}${dashed}" points="${placed.join(' ')}"/>`;
  if (kind === 'dots')
    return points
      .map(([x, y]) => `<circle class="fill c${colour}" cx="${fixed(atX(x))}" cy="${fixed(atY(y))}" r="4"/>`)
      .join('');
  if (kind === 'area') {
    const ends = [points.at(-1), points[0]].map((point) => `${fixed(atX(point?.[0] ?? 0))},${base}`);
    return `<polygon class="soft c${colour}" points="${[...placed, ...ends].join(' ')}"/><polyline class="line c${colour}" points="${placed.join(' ')}"/>`;
  }
  return points
    .map(([x, y]) => {
      const [start, end] = [atX(from?.(x) ?? x), atX(x)];
      const rectangle = `x="${fixed(start)}" width="${fixed(Math.max(1, end - start - 0.8))}" y="${fixed(atY(y))}" height="${fixed(base - atY(y))}"`;
      return `<rect class="bar c${colour}" ${rectangle}/>`;
    })
    .join('');
}

function legend(series: readonly Series[]): string {
  if (series.length < 2) return '';
  const names = series.map(
    ({ name, colour, isDashed }) =>
      `<span class="key c${colour}${isDashed ? ' hollow' : ''}">${escaped(name)}</span>`,
  );
  return `<div class="legend">${names.join('')}</div>`;
}
