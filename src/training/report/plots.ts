// Plots as inline SVG. Every mark has its value as a title, so that pointing at it tells it; colours are the page's.

import { escaped } from './page.ts';

export interface Named {
  readonly name: string;
  /** Which of the page's colours, from 0. */
  readonly colour: number;
}

const width = 560;
const right = 22;

const fixed = (value: number): string => String(Math.round(value * 10) / 10);
const shown = (value: number): string => String(Number(value.toPrecision(3)));

interface Axis {
  at(value: number): number;
  readonly ticks: readonly number[];
}

/** From `low` or a round number below to a round number above `high`, onto `from` to `to`. */
export function axisOf(low: number, high: number, from: number, to: number): Axis {
  const rough = Math.max(high - low, 1e-9) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10);
  const begin = Math.floor(low / step + 1e-9);
  const end = Math.max(begin + 1, Math.ceil(high / step - 1e-9));
  const ticks = Array.from({ length: end - begin + 1 }, (_, i) =>
    Number(((begin + i) * step).toPrecision(12)),
  );
  const at = (value: number): number =>
    from + ((to - from) * (value - begin * step)) / ((end - begin) * step);
  return { at, ticks };
}

const figure = (title: string, about: string, height: number, marks: readonly string[], below = ''): string =>
  `<figure><figcaption>${escaped(title)}${about === '' ? '' : `<small>${escaped(about)}</small>`}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">${marks.join('')}</svg>${below}</figure>`;

const text = (x: number, y: number, words: string, rest = ''): string =>
  `<text x="${fixed(x)}" y="${fixed(y)}" ${rest}>${escaped(words)}</text>`;
const line = (kind: string, x1: number, y1: number, x2: number, y2: number): string =>
  `<line class="${kind}" x1="${fixed(x1)}" y1="${fixed(y1)}" x2="${fixed(x2)}" y2="${fixed(y2)}"/>`;
const dot = (x: number, y: number, { name, colour }: Named, value: string, radius = 5): string =>
  `<circle class="dot c${colour}" cx="${fixed(x)}" cy="${fixed(y)}" r="${radius}"><title>${escaped(`${name}: ${value}`)}</title></circle>`;

export const legend = (all: readonly Named[]): string =>
  `<div class="legend">${all.map(({ name, colour }) => `<span class="key c${colour}">${escaped(name)}</span>`).join('')}</div>`;

export interface Measured extends Named {
  readonly value: number;
  readonly interval?: readonly [low: number, high: number];
  /** Stands out. */
  readonly isOwn?: boolean;
}

/** A row a name: a dot, and a line from the lower to the upper end of its interval. */
export function intervalPlot(title: string, about: string, rows: readonly Measured[]): string {
  const [left, top, pitch] = [112, 8, 27];
  const base = top + pitch * rows.length;
  const ends = rows.flatMap(({ value, interval = [value, value] }) => [value, ...interval]);
  const x = axisOf(0, Math.max(...ends), left, width - right - 34);
  const marks = rows.flatMap((row, i) => {
    const y = top + pitch * (i + 0.5);
    const { name, value, interval, isOwn, colour } = row;
    const said =
      interval === undefined
        ? shown(value)
        : `${value.toFixed(3)} (${interval.map((end) => end.toFixed(3)).join(' to ')})`;
    return [
      isOwn
        ? `<rect class="band" x="0" y="${fixed(y - pitch / 2)}" width="${width}" height="${pitch}"/>`
        : '',
      ...(interval === undefined
        ? []
        : [`<g class="c${colour}">${line('whisker', x.at(interval[0]), y, x.at(interval[1]), y)}</g>`]),
      dot(x.at(value), y, row, said),
      text(left - 12, y, name, 'class="label" text-anchor="end" dy="0.34em"'),
      text(x.at(Math.max(value, interval?.[1] ?? value)) + 10, y, value.toFixed(3), 'dy="0.34em"'),
    ];
  });
  const grid = x.ticks.flatMap((tick) => [
    line('grid', x.at(tick), top, x.at(tick), base),
    text(x.at(tick), base + 17, shown(tick), 'text-anchor="middle"'),
  ]);
  // Bands lie under the grid.
  const bands = marks.filter((mark) => mark.startsWith('<rect'));
  const others = marks.filter((mark) => !mark.startsWith('<rect'));
  return figure(title, about, base + 26, [...bands, ...grid, ...others]);
}

export interface Placed extends Named {
  readonly x: number;
  readonly y: number;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && Math.abs(a.y - b.y) < 13;

interface Spot {
  readonly x: number;
  readonly y: number;
  readonly name: string;
}

/** Points that lie on one another have one label together. */
function merged(spots: readonly Spot[]): Spot[] {
  const all: Spot[] = [];
  for (const spot of spots) {
    const at = all.findIndex(({ x, y }) => Math.hypot(x - spot.x, y - spot.y) < 4);
    const same = all[at];
    if (same === undefined) all.push(spot);
    else all[at] = { ...same, name: `${same.name}, ${spot.name}` };
  }
  return all;
}

/** A label for each spot, where no other label and no spot is; with a line to it where that is further away. */
function placedLabels(spots: readonly Spot[], left: number): string[] {
  const taken: Box[] = spots.map(({ x, y }) => ({ x: x - 6, y, width: 12 }));
  return spots.map(({ x, y, name }) => {
    const long = name.length * 6.3 + 2;
    const tries = [0, 14, 28, 42, 56].flatMap((far) =>
      (far === 0 ? [0] : [-far, far]).flatMap((down): Box[] => {
        const away = 9 + far / 3;
        return [
          { x: x + away, y: y + down, width: long },
          { x: x - away - long, y: y + down, width: long },
        ];
      }),
    );
    const inside = tries.filter((box) => box.x > left && box.x + box.width < width && box.y > 6);
    const free = inside.find((box) => !taken.some((other) => overlap(box, other))) ?? inside[0];
    if (free === undefined) return '';
    taken.push(free);
    const end = free.x > x ? free.x - 2 : free.x + free.width + 1;
    const leader = Math.abs(free.y - y) > 10 ? line('leader', x, y, end, free.y) : '';
    return `${leader}${text(free.x, free.y, name, 'class="label" dy="0.34em"')}`;
  });
}

/** Two figures of each, with its name beside it where there is room. */
export function scatterPlot(
  title: string,
  about: string,
  {
    xName,
    yName,
    points,
  }: { readonly xName: string; readonly yName: string; readonly points: readonly Placed[] },
): string {
  const [left, top, base] = [56, 12, 268];
  const spread = (values: readonly number[], from: number, to: number): Axis =>
    axisOf(Math.min(...values), Math.max(...values), from, to);
  const x = spread(
    points.map((point) => point.x),
    left,
    width - right,
  );
  const y = spread(
    points.map((point) => point.y),
    base,
    top,
  );
  const labels = placedLabels(
    merged(points.map((point) => ({ x: x.at(point.x), y: y.at(point.y), name: point.name }))),
    left,
  );
  return figure(title, about, base + 42, [
    ...y.ticks.flatMap((tick) => [
      line('grid', left, y.at(tick), width - right, y.at(tick)),
      text(left - 8, y.at(tick), shown(tick), 'text-anchor="end" dy="0.34em"'),
    ]),
    ...x.ticks.map((tick) => text(x.at(tick), base + 17, shown(tick), 'text-anchor="middle"')),
    line('axis', left, base, width - right, base),
    ...labels,
    ...points.map((point) =>
      dot(
        x.at(point.x),
        y.at(point.y),
        point,
        `${xName} ${point.x.toFixed(3)}, ${yName} ${point.y.toFixed(3)}`,
        6,
      ),
    ),
    text((left + width - right) / 2, base + 36, xName, 'text-anchor="middle"'),
    `<text transform="translate(13 ${(top + base) / 2}) rotate(-90)" text-anchor="middle">${escaped(yName)}</text>`,
  ]);
}

export interface Curve extends Named {
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly isDashed?: boolean;
}

/** Lines over a few whole numbers. */
export function curvePlot(title: string, about: string, xName: string, curves: readonly Curve[]): string {
  const [left, top, base] = [56, 12, 248];
  const xs = [...new Set(curves.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b);
  const [first = 0, last = 1] = [xs[0], xs.at(-1)];
  const atX = (value: number): number =>
    left + 14 + ((width - right - left - 28) * (value - first)) / Math.max(1, last - first);
  const y = axisOf(
    0,
    Math.max(...curves.flatMap(({ points }) => points.map(([, value]) => value))),
    base,
    top,
  );
  const drawn = curves.flatMap((curve) => {
    const path = curve.points.map(([x, value]) => `${fixed(atX(x))},${fixed(y.at(value))}`).join(' ');
    return [
      `<polyline class="curve c${curve.colour}${curve.isDashed ? ' dashed' : ''}" points="${path}"/>`,
      ...curve.points.map(([x, value]) => dot(atX(x), y.at(value), curve, `${value.toFixed(3)} at ${x}`, 4)),
    ];
  });
  return figure(
    title,
    about,
    base + 40,
    [
      ...y.ticks.flatMap((tick) => [
        line('grid', left, y.at(tick), width - right, y.at(tick)),
        text(left - 8, y.at(tick), shown(tick), 'text-anchor="end" dy="0.34em"'),
      ]),
      ...xs.map((x) => text(atX(x), base + 17, String(x), 'text-anchor="middle"')),
      line('axis', left, base, width - right, base),
      ...drawn,
      text((left + width - right) / 2, base + 34, xName, 'text-anchor="middle"'),
    ],
    legend(curves),
  );
}

export interface Group {
  readonly name: string;
  readonly about: string;
  readonly dots: readonly Measured[];
}

/** A row a group, with a dot for each of its names. */
export function groupPlot(title: string, about: string, groups: readonly Group[]): string {
  const [left, top, pitch] = [150, 8, 46];
  const base = top + pitch * groups.length;
  const all = groups.flatMap(({ dots }) => dots);
  const x = axisOf(0, Math.max(1e-3, ...all.map(({ value }) => value)), left, width - right);
  const marks = groups.flatMap(({ name, about: said, dots }, i) => {
    const y = top + pitch * (i + 0.5);
    const gap = Math.min(6, (pitch - 12) / Math.max(1, dots.length));
    return [
      text(left - 12, y - 6, name, 'class="label" text-anchor="end" dy="0.34em"'),
      text(left - 12, y + 9, said, 'text-anchor="end" dy="0.34em"'),
      ...dots.map((one, n) => {
        const interval =
          one.interval === undefined ? '' : ` (${one.interval.map((end) => end.toFixed(3)).join(' to ')})`;
        return dot(
          x.at(one.value),
          y + gap * (n - (dots.length - 1) / 2),
          one,
          `${one.value.toFixed(3)}${interval}`,
          4.5,
        );
      }),
      i === 0 ? '' : line('grid', 0, y - pitch / 2, width - right, y - pitch / 2),
    ];
  });
  const grid = x.ticks.flatMap((tick) => [
    line('grid', x.at(tick), top, x.at(tick), base),
    text(x.at(tick), base + 17, shown(tick), 'text-anchor="middle"'),
  ]);
  const names = new Map(all.map((one) => [one.name, one]));
  return figure(title, about, base + 26, [...grid, ...marks], legend([...names.values()]));
}
