// The curves as an SVG: recall to the right, queries a second upward on a logarithmic scale.

import type { Curve } from './sweep.ts';

const size = { width: 920, height: 540 };
const frame = { left: 78, right: 660, top: 76, bottom: 478 };
/** Ours in greens, peers in others. */
const greens = ['#0b6e4f', '#43a047', '#9ccc65'];
const others = ['#c1440e', '#f4a259', '#3d5a98', '#8d5fb4', '#6b6b6b', '#9c6644'];
const dashes = ['', '7 4', '2 3'];
const recallTicks = [0.85, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995];
const [lowest, highest] = [0.85, 0.9965];
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const round = (value: number): string => value.toFixed(1);
const short = (value: number): string => (value >= 1000 ? `${+(value / 1000).toPrecision(2)} K` : `${value}`);

/** What a curve is called: the library, and how many queries it is asked at once. */
export function nameOf({ id, batch }: Curve): string {
  return batch === 1 ? id : `${id}, ${batch} a call`;
}

/** 1, 2 and 5 times the powers of ten around the speeds. */
function speedTicks(speeds: readonly number[]): number[] {
  const [least, most] = [Math.min(...speeds), Math.max(...speeds)];
  const ticks: number[] = [];
  for (let power = 10 ** Math.floor(Math.log10(least)); power <= most * 10; power *= 10)
    ticks.push(power, 2 * power, 5 * power);
  const first = ticks.findLastIndex((tick) => tick <= least);
  const last = ticks.findIndex((tick) => tick >= most);
  return ticks.slice(Math.max(0, first), last + 1);
}

/** A colour for each library; more curves of one are broken lines. */
function styleOf({ id, batch }: Curve, curves: readonly Curve[]): { color: string; dash: string } {
  const ours = (other: string): boolean => other.startsWith('sepet');
  const ids = [...new Set(curves.map((curve) => curve.id))].filter((other) => ours(other) === ours(id));
  const palette = ours(id) ? greens : others;
  const batches = curves.filter((curve) => curve.id === id).map((curve) => curve.batch);
  return {
    color: palette[ids.indexOf(id) % palette.length] as string,
    dash: dashes[batches.indexOf(batch) % dashes.length] as string,
  };
}

/** Errors shrink to the right: recall stands at the logarithm of what is missing. */
function placeOf(recall: number): number {
  return Math.log((1 - lowest) / (1 - recall)) / Math.log((1 - lowest) / (1 - highest));
}

/** An SVG document of its own; `title` and `subtitle` stand above the curves. */
export function plot(curves: readonly Curve[], title: string, subtitle: string): string {
  const shown = curves.map((curve) => ({
    name: nameOf(curve),
    ...styleOf(curve, curves),
    points: curve.points.filter(({ recall }) => recall >= lowest && recall <= highest),
  }));
  const speeds = shown.flatMap(({ points }) => points.map(({ qps }) => qps));
  if (speeds.length === 0) speeds.push(1, 10);
  const ticks = speedTicks(speeds);
  const [bottom, top] = [Math.log(ticks[0] as number), Math.log(ticks.at(-1) as number)];
  const x = (recall: number): number => frame.left + placeOf(recall) * (frame.right - frame.left);
  const y = (qps: number): number =>
    frame.bottom - ((Math.log(qps) - bottom) / (top - bottom || 1)) * (frame.bottom - frame.top);

  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" font-family="Helvetica, Arial, sans-serif" font-size="13" fill="#222">`,
    `<rect width="${size.width}" height="${size.height}" fill="#fff"/>`,
    `<text x="${frame.left}" y="30" font-size="18" font-weight="bold">${escaped(title)}</text>`,
    `<text x="${frame.left}" y="52" fill="#555">${escaped(subtitle)}</text>`,
  ];
  for (const tick of ticks)
    parts.push(
      `<path d="M${frame.left} ${round(y(tick))}H${frame.right}" stroke="#e3e3e3"/>`,
      `<text x="${frame.left - 8}" y="${round(y(tick) + 4)}" text-anchor="end">${short(tick)}</text>`,
    );
  for (const tick of recallTicks)
    parts.push(
      `<path d="M${round(x(tick))} ${frame.top}V${frame.bottom}" stroke="${tick === 0.95 || tick === 0.99 ? '#bbb' : '#ededed'}"/>`,
      `<text x="${round(x(tick))}" y="${frame.bottom + 20}" text-anchor="middle" font-size="12">${tick}</text>`,
    );
  parts.push(
    `<path d="M${frame.left} ${frame.top}V${frame.bottom}H${frame.right}" fill="none" stroke="#444"/>`,
    `<text x="${(frame.left + frame.right) / 2}" y="${frame.bottom + 44}" text-anchor="middle">recall@10</text>`,
    `<text transform="translate(22 ${(frame.top + frame.bottom) / 2}) rotate(-90)" text-anchor="middle">queries a second, one thread</text>`,
  );
  for (const { color, dash, points } of shown) {
    const line = points.map(({ recall, qps }) => `${round(x(recall))} ${round(y(qps))}`).join('L');
    if (points.length > 1)
      parts.push(
        `<path d="M${line}" fill="none" stroke="${color}" stroke-width="2.2" stroke-linejoin="round"${dash && ` stroke-dasharray="${dash}"`}/>`,
      );
    for (const { recall, qps } of points)
      parts.push(`<circle cx="${round(x(recall))}" cy="${round(y(qps))}" r="3" fill="${color}"/>`);
  }
  // The legend in the order of the speeds at the right of the frame.
  const ordered = shown.toSorted((a, b) => speedNear(b.points) - speedNear(a.points));
  for (const [i, { name, color, dash }] of ordered.entries()) {
    const at = frame.top + 12 + i * 24;
    parts.push(
      `<path d="M${frame.right + 24} ${at}h30" stroke="${color}" stroke-width="2.6"${dash && ` stroke-dasharray="${dash}"`}/>`,
      `<text x="${frame.right + 62}" y="${at + 4}">${escaped(name)}</text>`,
    );
  }
  return `${[...parts, '</svg>'].join('\n')}\n`;
}

/** Speed of the point whose recall is nearest to 0.95. */
function speedNear(points: readonly { recall: number; qps: number }[]): number {
  const nearest = points.toSorted((a, b) => Math.abs(a.recall - 0.95) - Math.abs(b.recall - 0.95))[0];
  return nearest?.qps ?? 0;
}
