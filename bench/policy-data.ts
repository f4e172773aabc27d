// Filters of falling selectivity on the test baskets of a data folder: plain post-filtering of 200 candidates against
// the recommender. A filter keeps a random share of the products; a query is one product of a basket, and relevant are
// the basket's others that the filter keeps.

import { join } from 'node:path';
import { Random } from '../src/base/random.ts';
import { checkPolicy } from '../src/policy/parse.ts';
import { type Artifact, openArtifact } from '../src/recommend/artifact.ts';
import { createRecommender } from '../src/recommend/open.ts';
import { isFailure } from '../src/recommend/recommender.ts';
import { createRetriever } from '../src/recommend/retrieve.ts';
import { readBaskets, readProducts } from '../src/tables/dataset.ts';
import { quantile } from './policy-shop.ts';

export interface Method {
  /** Items returned of those that could be: ten, or all that are eligible. */
  readonly fillRate: number;
  readonly ndcgAt10: number;
  readonly msP50: number;
  readonly msP99: number;
}

export interface DataFigures {
  readonly selectivity: number;
  readonly eligible: number;
  readonly queries: number;
  readonly plain: Method;
  readonly ours: Method;
}

interface Question {
  readonly query: number;
  readonly relevant: ReadonlySet<number>;
}

interface Judged {
  readonly rows: readonly number[];
  readonly ms: number;
}

function ndcg(rows: readonly number[], relevant: ReadonlySet<number>): number {
  const gain = (at: number): number => 1 / Math.log2(at + 2);
  const sum = rows.reduce((total, row, at) => total + (relevant.has(row) ? gain(at) : 0), 0);
  let ideal = 0;
  for (let at = 0; at < Math.min(10, relevant.size); at++) ideal += gain(at);
  return sum / ideal;
}

function summed(
  questions: readonly Question[],
  kept: ReadonlySet<number>,
  answer: (row: number) => Judged,
): Method[] {
  for (const { query } of questions.slice(0, 20)) answer(query);
  return questions.map(({ query, relevant }) => {
    const { rows, ms } = answer(query);
    const possible = Math.min(10, kept.size - (kept.has(query) ? 1 : 0));
    const fillRate = possible === 0 ? 1 : rows.length / possible;
    return { fillRate, ndcgAt10: ndcg(rows, relevant), msP50: ms, msP99: ms };
  });
}

function averaged(all: readonly Method[]): Method {
  const mean = (of: (one: Method) => number): number =>
    all.reduce((sum, one) => sum + of(one), 0) / all.length;
  const times = all.map(({ msP50 }) => msP50);
  return {
    fillRate: mean(({ fillRate }) => fillRate),
    ndcgAt10: mean(({ ndcgAt10 }) => ndcgAt10),
    msP50: quantile(times, 0.5),
    msP99: quantile(times, 0.99),
  };
}

const timed = (work: () => readonly number[]): Judged => {
  const start = process.hrtime.bigint();
  const rows = work();
  return { rows, ms: Number(process.hrtime.bigint() - start) / 1e6 };
};

/** The best 200, filtered and cut: what is common. */
function plainly(artifact: Artifact, kept: ReadonlySet<number>): (row: number) => Judged {
  const { index, vectors, manifest } = artifact;
  const retriever = createRetriever(index, vectors, manifest.popularity.scale);
  return (row) =>
    timed(() => {
      if (row >= vectors.trained) return [];
      const [found] = retriever.search([{ row, gamma: manifest.gamma, efSearch: 200 }], 200);
      const rows: number[] = [];
      for (let i = 0; found !== undefined && i < found.count && rows.length < 10; i++) {
        const other = found.rows[found.start + i] as number;
        if (kept.has(other)) rows.push(other);
      }
      return rows;
    });
}

function byPolicy(artifact: Artifact, kept: ReadonlySet<number>): (row: number) => Judged {
  const { ids } = artifact.catalog;
  const made = checkPolicy({ name: 'kept', filters: [{ name: 'kept', keep: { ids: [] } }] });
  const names = [...kept].map((row) => ids.id(row));
  // Set behind the schema's back: a policy of people's own lists no tens of thousands of ids.
  const filters = made.filters.map((rule) => ({ ...rule, keep: { ids: names } }));
  const recommender = createRecommender(artifact, { ...made, filters });
  return (row) => {
    const product = ids.id(row);
    let found: ReturnType<typeof recommender.recommend> = [];
    const { ms } = timed(() => {
      found = recommender.recommend([{ product }]);
      return [];
    });
    const [answer] = found;
    if (answer === undefined || isFailure(answer)) throw new Error(JSON.stringify(answer));
    return { rows: answer.items.map(({ id }) => ids.row(id)), ms };
  };
}

/** Measures the artifact of a data folder. */
export async function measureData(
  dir: string,
  options: { queries: number; seed: number },
): Promise<DataFigures[]> {
  const artifact = openArtifact(join(dir, 'artifact.sepet'));
  const [baskets, table] = await Promise.all([readBaskets(dir, { split: 'test' }), readProducts(dir)]);
  const { ids, products } = artifact.catalog;
  const rowOf = Uint32Array.from(table.ids, (id) => ids.row(id));
  return [0.5, 0.1, 0.01, 0.001].map((selectivity) => {
    const random = new Random(options.seed);
    const sets = 4;
    const [plain, ours]: Method[][] = [[], []];
    let eligible = 0;
    for (let set = 0; set < sets; set++) {
      const size = Math.max(1, Math.round(selectivity * products));
      const kept = new Set(
        random.shuffle(Uint32Array.from({ length: products }, (_, row) => row)).subarray(0, size),
      );
      eligible = kept.size;
      const questions = questionsOf(baskets, rowOf, kept, {
        random,
        most: Math.ceil(options.queries / sets),
      });
      plain?.push(...summed(questions, kept, plainly(artifact, kept)));
      ours?.push(...summed(questions, kept, byPolicy(artifact, kept)));
    }
    const queries = plain?.length ?? 0;
    return { selectivity, eligible, queries, plain: averaged(plain ?? []), ours: averaged(ours ?? []) };
  });
}

function questionsOf(
  { items, offsets, baskets }: Awaited<ReturnType<typeof readBaskets>>,
  rowOf: Uint32Array,
  kept: ReadonlySet<number>,
  { random, most }: { random: Random; most: number },
): Question[] {
  const order = random.shuffle(Uint32Array.from({ length: baskets }, (_, i) => i));
  const questions: Question[] = [];
  for (const basket of order) {
    if (questions.length >= most) break;
    const rows = Array.from(
      items.subarray(offsets[basket], offsets[basket + 1]),
      (item) => rowOf[item] as number,
    );
    const query = random.pick(rows);
    const relevant = new Set(rows.filter((row) => row !== query && kept.has(row)));
    if (relevant.size > 0) questions.push({ query, relevant });
  }
  return questions;
}
