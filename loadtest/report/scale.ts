// Axes: where a value stands, and which values are written beside the axis.

export interface Tick {
  readonly value: number;
  readonly text: string;
}

export interface Scale {
  /** From 0 at the axis' beginning to 1 at its end. */
  at(value: number): number;
  readonly ticks: readonly Tick[];
}

const plain = (value: number): string =>
  value >= 10_000 ? `${Number((value / 1000).toPrecision(3))}k` : String(Number(value.toPrecision(3)));

/** From 0 to a round number above the largest value. */
export function linear(most: number, text: (value: number) => string = plain): Scale {
  const rough = Math.max(most, 1e-9) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((one) => one >= rough) ?? rough;
  const end = step * Math.max(1, Math.ceil(most / step - 1e-9));
  const count = Math.round(end / step);
  const ticks = Array.from({ length: count + 1 }, (_, i) => ({ value: i * step, text: text(i * step) }));
  return { at: (value) => value / end, ticks };
}

/** From 0 to a value exactly. */
export function until(end: number, text: (value: number) => string = plain): Scale {
  const { ticks } = linear(end, text);
  return { at: (value) => value / end, ticks: ticks.filter(({ value }) => value <= end * (1 + 1e-9)) };
}

/** Milliseconds by powers of ten, from the decade of the least to that of the most. */
export function logMs(least: number, most: number): Scale {
  const [from, to] = [
    Math.floor(Math.log10(Math.max(least, 1e-3))),
    Math.ceil(Math.log10(Math.max(most, 2e-3))),
  ];
  const span = Math.max(1, to - from);
  const factors = span <= 3 ? [1, 2, 5] : [1];
  const ticks = Array.from({ length: span + 1 }, (_, i) => i + from).flatMap((power) =>
    factors
      .map((factor) => factor * 10 ** power)
      .filter((value) => value <= 10 ** (from + span) * 1.001)
      .map((value) => ({ value, text: msText(value) })),
  );
  return { at: (value) => (Math.log10(Math.max(value, 10 ** from)) - from) / span, ticks };
}

const msText = (value: number): string => (value >= 1000 ? `${plain(value / 1000)} s` : `${plain(value)} ms`);

/** Percentiles by how many nines they have: 90, 99, 99.9 stand equally far apart. */
export function nines(most: number): Scale {
  const place = (percentile: number): number => -Math.log10(1 - Math.min(percentile, 99.9999) / 100);
  const end = Math.max(place(99), place(most));
  const ticks = [0, 50, 90, 99, 99.9, 99.99, 99.999]
    .filter((value) => place(value) <= end * 1.001)
    .map((value) => ({ value, text: `${value} %` }));
  return { at: (percentile) => place(percentile) / end, ticks };
}
