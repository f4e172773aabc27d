// What is checked before anything is timed: recall of the answers that are served, and that every way of serving gives the
// same bodies.

import { Agent, request } from 'node:http';
import { type Artifact, openArtifact } from '../../src/recommend/artifact.ts';
import { createRecommender } from '../../src/recommend/open.ts';
import { isFailure } from '../../src/recommend/recommender.ts';
import { idOf, pathOf } from './drivers.ts';
import { tenRulesPolicy } from './policy.ts';
import { dropsPlainly, plainProducts } from './rules.ts';
import type { Shop } from './shop.ts';

export interface Truth {
  /** Numbers of products in the shop. */
  readonly rows: readonly number[];
  /** The best ten of each by exact scan under the policy. */
  readonly best: readonly (readonly string[])[];
  /** Share of them that a plain loop over all products and the rules by hand find too, over some products. */
  readonly agreed: number;
}

const evenly = (products: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * products) / count));

/** By the formula, in double precision, and the rules by hand. */
function bestPlainly({ catalog, vectors, manifest }: Artifact, rows: readonly number[]): string[][] {
  const products = plainProducts(catalog);
  const { dims, trained } = vectors;
  const gamma = manifest.gamma / manifest.popularity.scale;
  return rows.map((row) => {
    const query = products[row];
    const scored: { id: string; score: number }[] = [];
    for (let other = 0; query !== undefined && other < trained; other++) {
      const candidate = products[other];
      if (other === row || candidate === undefined || dropsPlainly(query, candidate) !== undefined) continue;
      let score = gamma * (vectors.out[other * (dims + 1) + dims] as number);
      for (let i = 0; i < dims; i++)
        score += (vectors.in[row * dims + i] as number) * (vectors.out[other * (dims + 1) + i] as number);
      scored.push({ id: candidate.id, score });
    }
    return scored
      .sort((a, b) => b.score - a.score)
      .slice(0, 10)
      .map(({ id }) => id);
  });
}

export function recallOf(
  found: readonly (readonly string[])[],
  truth: readonly (readonly string[])[],
): number {
  let hits = 0;
  let wanted = 0;
  for (const [i, best] of truth.entries()) {
    wanted += best.length;
    hits += best.filter((id) => found[i]?.includes(id)).length;
  }
  return hits / wanted;
}

/** The truth for `count` products at even steps. Throws where the exact scan and the plain loop say different things. */
export function truthOf(shop: Shop, width: number, count: number): Truth {
  const artifact = openArtifact(shop.file);
  const { ids, products } = artifact.catalog;
  const rows = evenly(products, count);
  const recommender = createRecommender(artifact, tenRulesPolicy(width));
  const answers = recommender.recommend(rows.map((row) => ({ product: idOf(row), exact: true })));
  const best = answers.map((answer) => {
    if (isFailure(answer)) throw new Error(answer.error.message);
    return answer.items.map(({ id }) => id);
  });
  const some = rows.map((_, i) => i).filter((i) => i % Math.ceil(count / 50) === 0);
  const agreed = recallOf(
    some.map((i) => best[i] ?? []),
    bestPlainly(
      artifact,
      some.map((i) => ids.row(idOf(rows[i] as number))),
    ),
  );
  // Scores that differ in the last bit may trade places at the end of a list.
  if (agreed < 0.995) throw new Error(`The exact scan agrees with a plain loop only in ${agreed}.`);
  return { rows, best, agreed };
}

function get(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, headers: { accept: 'application/json' } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`${url} answered ${response.statusCode}: ${body}`));
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** The bodies for some products, asked several at a time, so that batches form. */
export async function bodiesOf(url: string, rows: readonly number[]): Promise<string[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  try {
    return await Promise.all(rows.map((row) => get(url + pathOf(row), agent)));
  } finally {
    agent.destroy();
  }
}

interface Body {
  readonly items: readonly { readonly id: string }[];
}

export const idsOf = (bodies: readonly string[]): string[][] =>
  bodies.map((body) => (JSON.parse(body) as Body).items.map(({ id }) => id));

/** How many bodies are of ten items. */
export const fullOf = (bodies: readonly string[]): number =>
  idsOf(bodies).filter(({ length }) => length === 10).length;

/** Without what is drawn anew for each answer. */
const lasting = (body: string): string => body.replace(/"recommendation":"[^"]*",?/, '');

/** Throws where two ways of serving differ in a body. */
export function mustEqual(id: string, bodies: readonly string[], wanted: readonly string[]): void {
  const at = bodies.findIndex((body, i) => lasting(body) !== lasting(wanted[i] ?? ''));
  if (at >= 0) throw new Error(`${id} answers differently:\n${bodies[at]}\n${wanted[at]}`);
}

export const meanBytes = (bodies: readonly string[]): number =>
  Math.round(bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0) / bodies.length);
