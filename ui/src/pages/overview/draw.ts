// Lines over five minutes, by Observable Plot. A module of its own, so that Plot is loaded only when there is something to draw.

import { axisX, axisY, dot, gridY, lineY, type Markish, plot, ruleY } from '@observablehq/plot';

export interface Line {
  readonly colour: string;
  /** As `stroke-dasharray`: lines can be told apart without colour. */
  readonly dash?: string;
  /** Oldest first; NaN where the line breaks. */
  readonly rows: readonly { readonly atMs: number; readonly value: number }[];
}

export interface Drawing {
  readonly lines: readonly Line[];
  readonly width: number;
  readonly height: number;
  readonly nowMs: number;
  readonly spanMs: number;
  /** Upper end of the vertical axis; the largest value where absent. */
  readonly top?: number;
  /** Below this the axis does not end, so that noise around nothing stays flat. */
  readonly leastTop: number;
  tickText(value: number): string;
}

const minuteMs = 60_000;
const ago = (nowMs: number) => (atMs: number) => {
  const minutes = Math.round((nowMs - atMs) / minuteMs);
  return minutes === 0 ? 'now' : `−${minutes} min`;
};

/** The drawing as SVG, without the style element that the pages' Content-Security-Policy forbids. */
export function draw({ lines, width, height, nowMs, spanMs, top, leastTop, tickText }: Drawing): Element {
  const from = nowMs - spanMs;
  const ticks = Array.from({ length: Math.round(spanMs / minuteMs) + 1 }, (_, i) => from + i * minuteMs);
  const values = lines.flatMap(({ rows }) => rows.map(({ value }) => value)).filter(Number.isFinite);
  const highest = top ?? Math.max(leastTop, ...values) * 1.05;
  const marks: Markish[] = [
    gridY({ ticks: 3, stroke: 'var(--line)', strokeOpacity: 1 }),
    ruleY([0], { stroke: 'var(--line-strong)' }),
    axisY({ ticks: 3, tickSize: 0, tickFormat: tickText, label: null, fill: 'var(--text-muted)' }),
    axisX(ticks, { tickSize: 3, tickFormat: ago(nowMs), label: null, fill: 'var(--text-muted)' }),
    ...lines.flatMap(({ rows, colour, dash }) => [
      lineY(rows, {
        ...{ x: 'atMs', y: 'value', stroke: colour, strokeWidth: 1.75, clip: true },
        ...(dash !== undefined && { strokeDasharray: dash }),
      }),
      dot(rows.slice(-1), { x: 'atMs', y: 'value', fill: colour, r: 2.5 }),
    ]),
  ];
  const figure = plot({
    ...{ width, height, marginLeft: 54, marginRight: 18, marginTop: 10, marginBottom: 22 },
    className: 'live-plot',
    x: { type: 'linear', domain: [from, nowMs] },
    y: { domain: [0, highest] },
    marks,
  });
  figure.querySelector('style')?.remove();
  return figure;
}
