// What `sepet query` prints: an answer as a table with its account, or as the server's body.

import { suggestion } from '../base/nearest.ts';
import type { Artifact } from '../recommend/artifact.ts';
import { encodeAnswer } from '../recommend/encode.ts';
import { productFacts } from '../recommend/present.ts';
import {
  type BlendAccount,
  type ExplainedItem,
  type Explanation,
  type Failure,
  isFailure,
  type ProductFacts,
  type RecommendAnswer,
  type RecommendItem,
} from '../recommend/recommender.ts';
import { count, money, textTable } from './text.ts';

/** Prints one outcome; a failure goes to stderr, with the nearest id where a product is unknown, and ends in exit code 1. */
export function printOutcome(
  artifact: Artifact,
  outcome: RecommendAnswer | Failure,
  { products, first, json }: { products: readonly string[]; first: boolean; json: boolean },
): void {
  const [product = ''] = products;
  if (isFailure(outcome)) {
    const { code, message } = outcome.error;
    const unknown = products.find((id) => artifact.catalog.ids.row(id) < 0) ?? product;
    const near = code === 'product_unknown' ? suggestion(unknown, allIds(artifact)) : '';
    process.stderr.write(`sepet: ${message}${near} [${code}]\n`);
    process.exitCode = 1;
  } else if (json) process.stdout.write(Buffer.concat([encodeAnswer(outcome, 'json'), Buffer.from('\n')]));
  else {
    const row = artifact.catalog.ids.row(product);
    const facts = row < 0 ? { id: product } : productFacts(artifact, row);
    process.stdout.write(`${first ? '' : '\n'}${answerText(outcome, facts)}\n`);
  }
}

function* allIds({ catalog }: Artifact): Generator<string> {
  for (let row = 0; row < catalog.products; row++) yield catalog.ids.id(row);
}

function answerText(answer: RecommendAnswer, product: ProductFacts): string {
  const about = [
    money(product.price, product.currency),
    product.category,
    product.brand,
    product.gender,
    product.inStock === false ? 'out of stock' : undefined,
  ].filter((part) => part !== undefined && part !== '');
  return [
    `${product.id}  ${product.title ?? '(unknown product)'}`,
    ...(about.length > 0 ? [`  ${about.join(' · ')}`] : []),
    ...(answer.basket ? [`  with ${answer.basket.join(', ')}`] : []),
    ...(answer.unknown && answer.basket ? [`  unknown: ${answer.unknown.join(', ')}`] : []),
    '',
    ...(answer.items.length > 0 ? [itemTable(answer.items), ''] : []),
    `  ${filledLine(answer)}`,
    ...(answer.explain ? ['', explained(answer.explain)] : []),
    `  policy ${answer.policy} · artifact ${answer.artifact.slice(0, 19)}…`,
  ].join('\n');
}

const idWidth = 20;
const titleWidth = 48;

function itemTable(items: readonly RecommendItem[]): string {
  return textTable(
    [
      { head: '#', right: true },
      { head: 'id', width: idWidth },
      { head: 'title', width: titleWidth },
      { head: 'brand' },
      { head: 'category' },
      { head: 'price', right: true },
      { head: 'score', right: true },
      { head: 'source' },
    ],
    items.map(({ id, title, brand, category, price, currency, score, source }, i) => [
      String(i + 1),
      id,
      title ?? '',
      brand ?? '',
      category?.split('/').at(-1) ?? '',
      money(price, currency),
      score.toFixed(3),
      source,
    ]),
  );
}

const tally = (counts: Partial<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, value]) => `${name} ${count(value ?? 0)}`)
    .join(', ');

function filledLine({ filled }: RecommendAnswer): string {
  const { wanted, returned, missing, from, filteredBy, outside, exhausted } = filled;
  return [
    `filled ${returned} of ${wanted}${returned > 0 ? ` (${tally(from)})` : ''}`,
    ...(missing > 0 ? [`${missing} missing`] : []),
    ...(filteredBy ? [`dropped by ${tally(filteredBy)}`] : []),
    ...(outside ? [`${count(outside)} left out as a set`] : []),
    ...(exhausted ? ['every product was considered'] : []),
  ].join('; ');
}

/** What the ranking added, rule by rule. */
const rankingOf = ({ boosts = [] }: ExplainedItem): string =>
  boosts.map(({ rule, add }) => `${rule} ${add < 0 ? '' : '+'}${add.toFixed(3)}`).join(', ');

/** `3`, `7→3` where diversity moved it, `pin 3`. */
const placeOf = ({ before, after, pinned }: ExplainedItem): string =>
  pinned ? `pin ${after}` : before === undefined || before === after ? String(after) : `${before}→${after}`;

const sourceText: Readonly<Record<string, string>> = {
  ...{ embedding: 'embedding', cooccurrence: 'co-occurrence', fm: 'machine', similar: 'similar' },
};

/** `0.4 × embedding 2.310 (calibrated -1.200)`. */
function accountText({ shares, popularity, offset, sum }: BlendAccount): string {
  const signed = (what: string, value: number | undefined): string[] =>
    value === undefined ? [] : [`${what} ${value.toFixed(3)}`];
  const parts = shares
    .filter(({ weight }) => weight !== 0)
    .map(({ source, score, calibrated, weight }) => {
      const said = score === undefined ? 'does not know it' : score.toFixed(3);
      const odds = calibrated === undefined ? '' : ` (calibrated ${calibrated.toFixed(3)})`;
      return `${weight} × ${sourceText[source]} ${said}${odds}`;
    });
  return `${[...parts, ...signed('popularity', popularity), ...signed('offset', offset)].join(' + ')} = ${sum.toFixed(3)}`;
}

/** How an item's score was blended, of a basket by product. */
function blendLines({ id, blend, byProduct = [] }: ExplainedItem): string[] {
  if (blend !== undefined) return [`    ${id}: ${accountText(blend)}`];
  return byProduct.flatMap((one) =>
    one.blend === undefined ? [] : [`    ${id} by ${one.product}: ${accountText(one.blend)}`],
  );
}

function explained(explain: Explanation): string {
  const found = {
    graph: `by graph search with efSearch ${explain.efSearch}`,
    scan: 'by exact scan',
    everything: 'to the last product',
    eligible: 'among those that pass',
    none: 'without a vector',
  }[explain.search];
  const score = (value: number | undefined): string => value?.toFixed(3) ?? '';
  const isBlended = explain.items.some(({ blended }) => blended !== undefined);
  const scores = textTable(
    [
      { head: 'id', width: idWidth },
      ...[
        'IN·OUT',
        'popularity',
        ...(isBlended ? ['co-occurrence', 'blended'] : []),
        'ranking',
        'total',
        'place',
      ].map((head) => ({ head, right: true })),
      { head: 'source' },
    ],
    explain.items.map((item) => [
      item.id,
      score(item.inOut),
      score(item.popularity),
      ...(isBlended ? [score(item.cooccurrence), score(item.blended)] : []),
      rankingOf(item),
      score(item.total),
      placeOf(item),
      item.source,
    ]),
  );
  const blends = explain.items.flatMap((item) => blendLines(item));
  const dropped = explain.dropped.flatMap(({ rule, count: n, examples }) => [
    `  ${rule} dropped ${count(n)}${examples.length > 0 ? ', such as' : ''}`,
    ...examples.map(
      ({ id, title, candidate, against }) =>
        `    ${id}  ${title ?? ''}: ${candidate ?? 'unknown'} against ${against ?? 'unknown'}`,
    ),
  ]);
  return [
    `  looked at ${count(explain.candidates)} candidates ${found}, gamma ${explain.gamma}`,
    '',
    ...(explain.items.length > 0 ? [scores, ''] : []),
    ...(blends.length > 0 ? ['  blended from', ...blends, ''] : []),
    ...(dropped.length > 0 ? [...dropped, ''] : []),
  ].join('\n');
}
