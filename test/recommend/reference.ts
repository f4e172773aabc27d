// Recommending by the book: rank everything, walk down, apply the rules by their plain reading. Slow and simple,
// the oracle of the recommender over a catalogue that is scanned.

import { genders, unknown8, unknown32 } from '../../src/base/products.ts';
import type { PolicyDocument, RuleDocument } from '../../src/policy/document.ts';
import type { Artifact } from '../../src/recommend/artifact.ts';
import type { Filled } from '../../src/recommend/recommender.ts';
import { dropsPlainly, type PlainProduct } from '../policy/reference.ts';

export interface PlainAnswer {
  readonly rows: readonly number[];
  readonly filled: Filled;
}

export interface PlainQuestion {
  readonly row: number;
  readonly gamma: number;
  readonly limit: number;
  readonly extra: readonly RuleDocument[];
}

const nobody: PlainProduct = {
  ...{ id: '', category: null, brand: null, gender: null, price: null, band: null, inStock: null },
};

/** The products of an artifact, by row, in plain words. */
export function plainProducts({ catalog }: Artifact): PlainProduct[] {
  const { columns, categories, brands, ids } = catalog;
  const known = (value: number | undefined, unknown: number): number | null =>
    value === undefined || value === unknown ? null : value;
  const named = (number: number | null, names: { at(n: number): string }) =>
    number === null ? null : names.at(number);
  return Array.from({ length: catalog.products }, (_, row) => ({
    id: ids.id(row),
    category: named(known(columns.category[row], unknown32), categories),
    brand: named(known(columns.brand[row], unknown32), brands),
    gender: genders[columns.gender[row] as number] ?? null,
    price: known(columns.price[row], unknown32),
    band: known(columns.band[row], unknown8),
    inStock: columns.stock[row] === unknown8 ? null : columns.stock[row] === 1,
  }));
}

function ranked({ vectors, manifest }: Artifact, row: number, gamma: number): number[] {
  const { dims, trained } = vectors;
  if (row < 0 || row >= trained) return [];
  const score = (other: number): number => {
    const own = vectors.in.subarray(row * dims, (row + 1) * dims);
    const out = vectors.out.subarray(other * (dims + 1), (other + 1) * (dims + 1));
    const popularity = (gamma / manifest.popularity.scale) * (out[dims] as number);
    return own.reduce((sum, value, i) => sum + value * (out[i] as number), 0) + popularity;
  };
  const scores = Array.from({ length: trained }, (_, other) => score(other));
  const rows = scores.map((_, other) => other).filter((other) => other !== row);
  return rows.sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
}

/** How far down the ranking the looks reach, before everything is looked at. */
function looks({ candidates: { count, max } }: PolicyDocument, trained: number): number[] {
  const most = Math.min(max, trained);
  const depths = [Math.min(count, Math.max(1, trained))];
  for (let k = count; k < most; ) {
    k = Math.min(2 * k, most);
    depths.push(k);
  }
  return depths;
}

function fallbackRows({ catalog, popularity }: Artifact, list: string, row: number): number[] {
  const { columns, categories } = catalog;
  const all = [...popularity.all];
  if (list === 'popular') return all;
  if (list === 'gender-popular')
    return all.filter(
      (other) =>
        row >= 0 && columns.gender[row] !== unknown8 && columns.gender[other] === columns.gender[row],
    );
  const category = columns.category[row] ?? unknown32;
  if (category === unknown32) return [];
  const parts = categories.at(category).split('/');
  const inside = (other: number, path: string): boolean => {
    const own = columns.category[other] as number;
    return own !== unknown32 && `${categories.at(own)}/`.startsWith(`${path}/`);
  };
  return parts
    .map((_, i) => parts.slice(0, parts.length - i).join('/'))
    .flatMap((path) => all.filter((other) => inside(other, path)));
}

/** The rows that a recommender over this artifact must return, and its account. */
export function answerPlainly(artifact: Artifact, policy: PolicyDocument, asked: PlainQuestion): PlainAnswer {
  const products = plainProducts(artifact);
  const query = products[asked.row] ?? nobody;
  const blocks: RuleDocument = { name: 'blocks', drop: { ids: policy.blocks }, unknown: 'keep' };
  const rules = [blocks, ...policy.filters, ...asked.extra];
  const seen = new Set(asked.row < 0 ? [] : [asked.row]);
  const kept: number[] = [];
  const from: Record<string, number> = {};
  const dropped: Record<string, number> = {};
  const look = (rows: readonly number[], source: string, stopWhenFull = true): void => {
    for (const row of rows) {
      if (stopWhenFull && kept.length >= asked.limit) return;
      if (seen.has(row)) continue;
      seen.add(row);
      const rule = rules.find((one) => dropsPlainly(one, products[row] as PlainProduct, query));
      if (rule !== undefined) dropped[rule.name] = (dropped[rule.name] ?? 0) + 1;
      else if (kept.length < asked.limit) {
        kept.push(row);
        from[source] = (from[source] ?? 0) + 1;
      }
    }
  };
  for (const source of policy.candidates.source) {
    if (kept.length >= asked.limit) break;
    if (source === 'embedding') {
      const order = ranked(artifact, asked.row, asked.gamma);
      for (const depth of looks(policy, artifact.vectors.trained)) look(order.slice(0, depth), source);
      if (kept.length < asked.limit) look(order, source, false);
    } else if (asked.row >= 0) {
      const { offsets, rows } = artifact.cooccurrence;
      look([...rows.subarray(offsets[asked.row], offsets[asked.row + 1])], source);
    }
  }
  for (const list of policy.fallback) look(fallbackRows(artifact, list, asked.row), 'fallback');
  const others = products.length - (asked.row < 0 ? 0 : 1);
  const considered = seen.size - (asked.row < 0 ? 0 : 1);
  return {
    rows: kept,
    filled: {
      wanted: asked.limit,
      returned: kept.length,
      missing: asked.limit - kept.length,
      from,
      ...(Object.keys(dropped).length > 0 && { filteredBy: dropped }),
      ...(considered === others && { exhausted: true as const }),
    },
  };
}
