// Which rate a search tries next: up by half as long as rates hold, down by half as long as none does, then between.

export interface Tried {
  readonly rate: number;
  readonly holds: boolean;
}

export interface Bounds {
  readonly begin: number;
  readonly most: number;
  /** The search ends where the best rate that held and the least that did not are this near, as a share. */
  readonly precision: number;
}

/** The next rate, or undefined where the search is over. */
export function nextRate(tried: readonly Tried[], { begin, most, precision }: Bounds): number | undefined {
  if (tried.length === 0) return begin;
  const failed = Math.min(...tried.filter(({ holds }) => !holds).map(({ rate }) => rate));
  const held = Math.max(
    0,
    ...tried.filter(({ rate, holds }) => holds && rate < failed).map(({ rate }) => rate),
  );
  const next =
    failed === Number.POSITIVE_INFINITY
      ? Math.min(most, Math.round(held * 1.5) || 1)
      : Math.round(held === 0 ? failed / 2 : (held + failed) / 2);
  const isNear = failed <= held * (1 + precision);
  return isNear || next < 1 || tried.some(({ rate }) => rate === next) ? undefined : next;
}
