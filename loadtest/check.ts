// Before anything is timed: are the answers right? The server's JSON must equal the output of `sepet query`,
// run as a process of its own, byte for byte; its MessagePack, by the client, must decode to the same value.

import { isDeepStrictEqual } from 'node:util';
import { createClient } from 'sepet/client';
import { WrongAnswers } from './mistake.ts';
import { seeded } from './requests/products.ts';
import { runSepet } from './server.ts';

export interface CheckReport {
  /** Answers compared, JSON and MessagePack each counted. */
  readonly compared: number;
  /** One sentence for each answer that differs. */
  readonly differences: string[];
}

export interface CheckOptions {
  readonly url: string;
  readonly products: readonly string[];
  /** Products whose answers are compared. */
  readonly count: number;
  readonly seed: number;
  readonly artifact: string;
  readonly policy?: string | undefined;
}

/** The same question in three languages: a query string, the client's options and `sepet query`'s. */
const questions = [
  { query: '', asked: {}, flags: [] },
  {
    query: '?limit=25&fields=all',
    asked: { limit: 25, fields: ['title', 'price', 'category', 'brand', 'gender', 'inStock', 'image'] },
    flags: ['--limit', '25', '--fields', 'all'],
  },
] as const;

const shownDifferences = 5;
const timeoutMs = 10_000;

/** The id of a recommendation is the server's own: an answer is compared without it. */
const withoutRecommendation = (text: string): string =>
  text.replace(/"recommendation":"[^"]*",|,"recommendation":"[^"]*"/, '');

/** Compares a sample of the server's answers with the command's. Throws WrongAnswers that shows some that differ. */
export async function checkAnswers(options: CheckOptions): Promise<CheckReport> {
  const { count, seed, products } = options;
  if (count === 0) return { compared: 0, differences: [] };
  // Evenly drawn: the rare products are where answers are most likely to differ.
  const random = seeded(seed);
  const drawn = Array.from({ length: count }, () => products[Math.floor(random() * products.length)] ?? '');
  const report = await compare(options, [...new Set(drawn)]);
  const { differences, compared } = report;
  if (differences.length === 0) return report;
  const shown = differences.slice(0, shownDifferences).join('\n');
  throw new WrongAnswers(
    `${shown}\n${differences.length} of ${compared} answers differ from \`sepet query\`'s.`,
  );
}

async function compare(options: CheckOptions, products: readonly string[]): Promise<CheckReport> {
  const { url, artifact, policy } = options;
  const client = createClient({ url, encoding: 'msgpack', timeoutMs });
  const policyFlags = policy === undefined ? [] : ['--policy', policy];
  const differences: string[] = [];
  let compared = 0;
  for (const { query, asked, flags } of questions) {
    const given = ['query', artifact, '--json', ...policyFlags, ...flags, '--', ...products];
    const expected = (await runSepet(...given)).trimEnd().split('\n');
    for (const [i, product] of products.entries()) {
      const path = `${url}/v1/products/${encodeURIComponent(product)}/bought-together${query}`;
      const want = withoutRecommendation(expected[i] ?? '');
      const json = withoutRecommendation(await getText(path));
      compared += 2;
      if (json !== want) {
        differences.push(`${path}\n  JSON:    ${json}\n  command: ${want}`);
        continue;
      }
      const { recommendation: _, ...packed } = (await client.boughtTogether(product, asked)) as object & {
        recommendation?: unknown;
      };
      if (!isDeepStrictEqual(packed, JSON.parse(want)))
        differences.push(`${path}\n  MessagePack: ${JSON.stringify(packed)}\n  command:     ${want}`);
    }
  }
  return { compared, differences };
}

const getText = (url: string): Promise<string> =>
  fetch(url, { headers: { accept: 'application/json' } }).then((response) => response.text());
