// What a draft would change, in figures, over a sample of products.

import type { Outcome, ProductFacts, RecommendAnswer } from 'sepet/client';
import { formatNumber, formatShare, plural } from '../../kit/money.ts';

export interface Asked {
  readonly product: ProductFacts;
  readonly before: Outcome;
  readonly after: Outcome;
}

/** Figures of one policy over the sample. */
export interface SideFigures {
  /** Items returned by items wanted. */
  readonly fillRate: number;
  /** Products whose list is shorter than wanted. */
  readonly short: number;
  /** Distinct products shown. */
  readonly distinct: number;
  /** Distinct products shown by products of the catalogue. */
  readonly coverage: number;
  /** Median over the items of their price by the price of the product asked. */
  readonly priceRatio: number | undefined;
  /** Items from popularity lists by items returned. */
  readonly fallbackShare: number;
}

export interface ListChange {
  readonly product: ProductFacts;
  readonly before: readonly RecommendAnswer['items'][number][];
  readonly after: readonly RecommendAnswer['items'][number][];
  /** Items in both by the length of the longer list; 1 where both are empty. */
  readonly overlap: number;
  readonly isChanged: boolean;
}

export interface Impact {
  readonly products: number;
  /** Products that one side could not answer, which count nowhere. */
  readonly failed: readonly { readonly product: ProductFacts; readonly why: string }[];
  readonly before: SideFigures;
  readonly after: SideFigures;
  /** Products whose lists differ in items or order. */
  readonly changed: number;
  readonly meanOverlap: number;
  /** Those that change most first. */
  readonly lists: readonly ListChange[];
}

const isAnswer = (outcome: Outcome): outcome is RecommendAnswer => 'items' in outcome;

export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  const high = sorted[sorted.length >> 1];
  const low = sorted.length % 2 === 0 ? sorted[(sorted.length >> 1) - 1] : high;
  return high === undefined || low === undefined ? undefined : (low + high) / 2;
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function figuresOf(
  answers: readonly { readonly product: ProductFacts; readonly answer: RecommendAnswer }[],
  catalogue: number,
): SideFigures {
  const filled = answers.map(({ answer }) => answer.filled);
  const returned = sum(filled.map((one) => one.returned));
  const shown = new Set(answers.flatMap(({ answer }) => answer.items.map(({ id }) => id)));
  const ratios = answers.flatMap(({ product, answer }) => {
    const own = product.price;
    if (own === undefined || own <= 0) return [];
    return answer.items.flatMap(({ price }) => (price === undefined ? [] : [price / own]));
  });
  return {
    fillRate: share(returned, sum(filled.map((one) => one.wanted))),
    short: filled.filter(({ missing }) => missing > 0).length,
    distinct: shown.size,
    coverage: share(shown.size, catalogue),
    priceRatio: median(ratios),
    fallbackShare: share(sum(filled.map(({ from }) => from.fallback ?? 0)), returned),
  };
}

function listChange(
  product: ProductFacts,
  { items: before }: RecommendAnswer,
  { items: after }: RecommendAnswer,
): ListChange {
  const old = new Set(before.map(({ id }) => id));
  const longer = Math.max(before.length, after.length);
  const both = after.filter(({ id }) => old.has(id)).length;
  const isChanged = before.length !== after.length || before.some(({ id }, index) => id !== after[index]?.id);
  return { product, before, after, overlap: longer === 0 ? 1 : both / longer, isChanged };
}

/** The figures of a sample that both policies were asked about; `catalogue` is the number of products that could be shown. */
export function impactOf(asked: readonly Asked[], catalogue: number): Impact {
  const failed = asked.flatMap(({ product, before, after }) => {
    const error = [before, after].find((outcome) => !isAnswer(outcome));
    return error === undefined || isAnswer(error) ? [] : [{ product, why: error.message }];
  });
  const answered = asked.flatMap(({ product, before, after }) =>
    isAnswer(before) && isAnswer(after) ? [{ product, before, after }] : [],
  );
  const side = (which: 'before' | 'after'): SideFigures =>
    figuresOf(
      answered.map((one) => ({ product: one.product, answer: one[which] })),
      catalogue,
    );
  const lists = answered.map(({ product, before, after }) => listChange(product, before, after));
  return {
    products: answered.length,
    failed,
    before: side('before'),
    after: side('after'),
    changed: lists.filter(({ isChanged }) => isChanged).length,
    meanOverlap: lists.length === 0 ? 1 : sum(lists.map(({ overlap }) => overlap)) / lists.length,
    lists: lists.filter(({ isChanged }) => isChanged).toSorted((one, other) => one.overlap - other.overlap),
  };
}

const points = (change: number): string => `${formatNumber(Math.abs(change) * 100, 1)} points`;
/** Below this a share counts as unchanged. */
const noticeable = 0.0005;

/** The figures in plain words, most important first. */
export function impactWords({ products, changed, meanOverlap, before, after }: Impact): readonly string[] {
  if (products === 0) return ['None of these products could be answered by both.'];
  if (changed === 0) return [`No list of ${plural(products, 'product')} changes.`];
  const said = [
    `${changed === 1 ? 'The list' : 'The lists'} of ${formatNumber(changed)} of ${plural(products, 'product')} ${changed === 1 ? 'changes' : 'change'}; on average ${formatShare(meanOverlap)} of the items stay.`,
  ];
  const fill = after.fillRate - before.fillRate;
  if (Math.abs(fill) >= noticeable)
    said.push(
      fill < 0
        ? `Lists become emptier: ${plural(after.short, 'product')} would get too few items (now ${formatNumber(before.short)}).`
        : `Lists become fuller: ${plural(after.short, 'product')} would get too few items (now ${formatNumber(before.short)}).`,
    );
  const fallback = after.fallbackShare - before.fallbackShare;
  if (Math.abs(fallback) >= noticeable)
    said.push(`${fallback > 0 ? 'More' : 'Fewer'} items come from popularity lists (${points(fallback)}).`);
  const variety = share(after.distinct - before.distinct, before.distinct);
  if (Math.abs(variety) >= 0.005)
    said.push(
      `${formatShare(Math.abs(variety))} ${variety > 0 ? 'more' : 'fewer'} different products are shown.`,
    );
  if (before.priceRatio !== undefined && after.priceRatio !== undefined) {
    const price = share(after.priceRatio - before.priceRatio, before.priceRatio);
    if (Math.abs(price) >= 0.01)
      said.push(
        `What is shown is ${formatShare(Math.abs(price))} ${price > 0 ? 'dearer' : 'cheaper'} in the middle.`,
      );
  }
  return said;
}
