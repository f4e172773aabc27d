// The verdicts of one comparison, as this page keeps them between two answers of the server.

import type { Comparison, Verdict, VerdictSummary } from 'sepet/client';

export type Given = Comparison['verdicts'][number];

export const verdictWords: Readonly<Record<Verdict, string>> = {
  better: 'Better',
  same: 'No difference',
  worse: 'Worse',
};

/** The verdicts with one more, which takes the place of what the same person said of the product before. */
export const withVerdict = (verdicts: readonly Given[], given: Given): readonly Given[] => [
  given,
  ...verdicts.filter(({ product, by }) => product !== given.product || by !== given.by),
];

export const verdictOf = (verdicts: readonly Given[], product: string, by: string): Given | undefined =>
  verdicts.find((given) => given.product === product && given.by === by);

/** Products that somebody has judged. */
export const judgedBy = (verdicts: readonly Given[], by: string): ReadonlyMap<string, Verdict> =>
  new Map(verdicts.filter((given) => given.by === by).map(({ product, verdict }) => [product, verdict]));

/** The likelihood below which a difference is called one. */
const significance = 0.05;

const rounded = (pValue: number): string =>
  pValue < 0.001 ? 'p < 0.001' : `p = ${pValue.toFixed(pValue < 0.1 ? 3 : 2)}`;

/** `12 better, 3 worse of 20: the difference is unlikely to be chance (p = 0.035).` */
export function summaryWords(summary: VerdictSummary): string {
  const { better, same, worse, pValue } = summary;
  const given = better + same + worse;
  if (given === 0) return 'No verdicts yet.';
  const counts = `${better} better, ${worse} worse of ${given}`;
  if (better + worse === 0) return `${counts}: no difference seen.`;
  if (better === worse) return `${counts}: as many one way as the other (${rounded(pValue)}).`;
  if (pValue < significance)
    return `${counts}: the difference is unlikely to be chance (${rounded(pValue)}).`;
  const decided = better + worse;
  const more = decided < 6 ? ' Six verdicts that agree are the fewest that could show one.' : '';
  return `${counts}: the difference may well be chance (${rounded(pValue)}).${more}`;
}

/** The bar's parts in per cent, which sum to 100 where there are verdicts. */
export function shares({ better, same, worse }: VerdictSummary): Readonly<Record<Verdict, number>> {
  const sum = better + same + worse;
  const share = (count: number): number => (sum === 0 ? 0 : (100 * count) / sum);
  return { better: share(better), same: share(same), worse: share(worse) };
}

/** What a key means; in a blind walk only the digits do, by what stands left and right. */
export function verdictOfKey(
  key: string,
  blind: { readonly isSwapped: boolean } | undefined,
): Verdict | undefined {
  if (blind === undefined) {
    const verdicts: Readonly<Record<string, Verdict>> = {
      ...{ 1: 'better', b: 'better', 2: 'same', s: 'same', 3: 'worse', w: 'worse' },
    };
    return verdicts[key.toLowerCase()];
  }
  // Without a swap the proposed list stands right: who prefers the left one finds it worse.
  const [left, right]: readonly [Verdict, Verdict] = blind.isSwapped
    ? ['better', 'worse']
    : ['worse', 'better'];
  const byPlace: Readonly<Record<string, Verdict>> = { 1: left, 2: 'same', s: 'same', 3: right };
  return byPlace[key.toLowerCase()];
}
