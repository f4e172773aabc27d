// Parallel coordinates (Inselberg 1985) as an SVG: an axis for each parameter and one for the figure, a line for each trial. Plain
// markup without scripts, for the page of src/training/report, whose colours it takes.

import { escaped } from '../report/page.ts';
import type { Dimension } from './space.ts';

export interface PlotAxis {
  readonly name: string;
  /** `undefined` is a plain range over the values, such as of the figure. */
  readonly dimension?: Dimension;
}

export interface PlotLine {
  /** A value for each axis. */
  readonly values: readonly number[];
  /** From 0, the worst, to 1, the best: colour and order of drawing. */
  readonly share: number;
  /** Thinner where a trial was stopped early. */
  readonly isWhole: boolean;
  readonly title: string;
}

/** Pointing at a line lets the others fade. */
const style = `.parallel .trial{fill:none;stroke-linejoin:round}.parallel:hover .trial:not(:hover){opacity:.12!important}
.parallel .tick{stroke:var(--soft)}.parallel text.value{font-size:11px;paint-order:stroke;stroke:var(--card);stroke-width:4px}.parallel text.name{font-size:13px;font-weight:600;fill:var(--ink)}`;

const size = { width: 1080, height: 420, top: 56, bottom: 28, side: 70 } as const;

interface Scale {
  /** 0 at the bottom, 1 at the top. */
  place(value: number): number;
  readonly ticks: readonly number[];
}

/** A scale for the values of one axis: steps for a choice, else linear or logarithmic. */
export function scaleOf(values: readonly number[], dimension?: Dimension): Scale {
  if (dimension !== undefined && 'choice' in dimension) {
    const steps = [...new Set(dimension.choice)].toSorted((a, b) => a - b);
    const last = Math.max(1, steps.length - 1);
    return { place: (value) => (steps.length === 1 ? 0.5 : steps.indexOf(value) / last), ticks: steps };
  }
  if (dimension !== undefined && 'log' in dimension) {
    const [from, to] = dimension.log;
    const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => from * (to / from) ** share);
    return { place: (value) => Math.log(value / from) / Math.log(to / from), ticks };
  }
  const known = values.filter(Number.isFinite);
  const [low, high] = dimension?.uniform ?? [Math.min(...known), Math.max(...known)];
  const span = high - low || 1;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => low + span * share);
  return { place: (value) => (high === low ? 0.5 : (value - low) / span), ticks };
}

/** The plot; worse trials are drawn first, so that the best lie on top. */
export function parallelPlot(axes: readonly PlotAxis[], lines: readonly PlotLine[]): string {
  const { width, height, top, bottom, side } = size;
  const scales = axes.map(({ dimension }, i) =>
    scaleOf(
      lines.map(({ values }) => values[i] ?? Number.NaN),
      dimension,
    ),
  );
  const x = (i: number): number =>
    axes.length === 1 ? width / 2 : side + (i * (width - 2 * side)) / (axes.length - 1);
  const y = (share: number): number => height - bottom - share * (height - top - bottom);
  const drawn = lines
    .toSorted((a, b) => a.share - b.share)
    .map(({ values, share, isWhole, title }, order) => {
      const points = values.map(
        (value, i) => `${x(i).toFixed(1)},${y(scales[i]?.place(value) ?? 0).toFixed(1)}`,
      );
      const isBest = order === lines.length - 1;
      const style = `stroke:${colour(share)};stroke-width:${isBest ? 3.5 : isWhole ? 2 : 1.1};opacity:${isBest ? 1 : isWhole ? 0.85 : 0.45}`;
      return `<polyline class="trial" points="${points.join(' ')}" style="${style}"><title>${escaped(title)}</title></polyline>`;
    });
  const framed = axes.map(({ name }, i) => {
    const ticks = (scales[i]?.ticks ?? []).map((tick) => {
      const at = y(scales[i]?.place(tick) ?? 0).toFixed(1);
      return `<line class="tick" x1="${x(i) - 4}" x2="${x(i) + 4}" y1="${at}" y2="${at}"/><text class="value" x="${x(i) + 8}" y="${at}" dy="0.32em">${escaped(short(tick))}</text>`;
    });
    return (
      `<line class="axis" x1="${x(i)}" x2="${x(i)}" y1="${y(0)}" y2="${y(1)}"/>${ticks.join('')}` +
      `<text class="name" x="${x(i)}" y="${top - 26}" text-anchor="middle">${escaped(name)}</text>`
    );
  });
  return `<svg class="parallel" viewBox="0 0 ${width} ${height}" role="img" aria-label="Parallel coordinates of ${lines.length} trials"><style>${style}</style>${drawn.join('')}${framed.join('')}</svg>`;
}

/** From grey blue over teal to orange: told apart without seeing red and green, on light and on dark. */
function colour(share: number): string {
  const stops = [
    [120, 135, 165],
    [38, 148, 158],
    [232, 119, 34],
  ] as const;
  const at = Math.min(1.9999, Math.max(0, share) * 2);
  const [from, to] = [stops[Math.floor(at)] ?? stops[0], stops[Math.floor(at) + 1] ?? stops[2]];
  const mixed = from.map((value, i) => Math.round(value + ((to[i] as number) - value) * (at % 1)));
  return `rgb(${mixed.join(',')})`;
}

/** Three digits, without zeros that say nothing. */
export const short = (value: number): string =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)));
