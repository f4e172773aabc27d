// Live recall: answers repeated by exact scan beside serving.

import { pack } from 'msgpackr';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '../../src/base/log.ts';
import { LiveRecall, type LiveRecallOptions } from '../../src/http/live-recall.ts';
import { checkPolicy } from '../../src/policy/parse.ts';
import { openArtifact } from '../../src/recommend/artifact.ts';
import type { ExactOutcome, ExactVersion } from '../../src/recommend/exact-aside.ts';
import { createRecommender } from '../../src/recommend/open.ts';
import { isFailure, type RecommendAnswer, type Recommender } from '../../src/recommend/recommender.ts';
import type { RecommendRequest } from '../../src/recommend/request.ts';
import { publishDelta } from '../../src/releases/deltas.ts';
import { answer, Following, mapped, told, untilRevision, until as untilSo } from '../releases/following.ts';
import { smallArtifact } from '../shops.ts';
import { get, json, type Serving, serve } from './serving.ts';

const worker = new URL('../../dist/src/recommend/exact-worker.js', import.meta.url);

let file: string;
beforeAll(() => {
  file = smallArtifact();
});

const version = (): ExactVersion => ({
  file,
  artifact: openArtifact(file).id,
  policies: [],
  pages: 'map',
});

const answerOf = (recommender: Recommender, request: RecommendRequest): RecommendAnswer => {
  const [answer] = recommender.recommend([request]);
  if (answer === undefined || isFailure(answer)) throw new Error('no answer');
  return answer;
};

let recall: LiveRecall | undefined;
afterEach(() => recall?.close());

interface Watched {
  readonly recall: LiveRecall;
  readonly outcomes: ExactOutcome[];
  readonly complaints: string[];
  dropped: number;
}

function watch(options: Partial<LiveRecallOptions> = {}): Watched {
  const complaints: string[] = [];
  const log = createLog('text', (line) => complaints.push(line));
  const made = new LiveRecall({ share: 1, rate: 1000, load: 1, version: version(), log, worker, ...options });
  recall = made;
  const watched: Watched = { recall: made, outcomes: [], complaints, dropped: 0 };
  made.observe({
    outcome: (outcome) => watched.outcomes.push(outcome),
    dropped: () => watched.dropped++,
  });
  return watched;
}

async function until(isSo: () => boolean): Promise<void> {
  for (const endMs = performance.now() + 60_000; !isSo(); ) {
    if (performance.now() > endMs) throw new Error('It did not happen.');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const jsonBody = (answer: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(answer));

describe('the share of the exact list that is served', () => {
  it('is that of the two lists, in both encodings, a few at a time', async () => {
    const { outcomes, recall } = watch();
    const recommender = createRecommender(openArtifact(file), []);
    const products = recommender.popularIds(400).filter((_, i) => i % 10 === 0);
    let sum = 0;
    for (const [i, product] of products.entries()) {
      // As narrow a search as there is, so that something is missed.
      const request = { product, efSearch: 10 };
      const answer = answerOf(recommender, request);
      const exact = answerOf(recommender, { ...request, exact: true }).items.map(({ id }) => id);
      sum += answer.items.filter(({ id }) => exact.includes(id)).length / exact.length;
      const isJson = i % 2 === 0;
      const body = isJson ? jsonBody(answer) : pack(answer);
      recall.offer({ request, encoding: isJson ? 'json' : 'msgpack' }, body);
      await until(() => outcomes.length === i + 1);
    }
    expect(outcomes.filter(({ result }) => result !== 'compared')).toEqual([]);
    const measured = outcomes.map((outcome) => (outcome.result === 'compared' ? outcome.recall : Number.NaN));
    expect(measured.reduce((total, one) => total + one) / products.length).toBeCloseTo(
      sum / products.length,
      9,
    );
    expect(sum).toBeLessThan(products.length);
    expect(outcomes.every((outcome) => outcome.result === 'compared' && outcome.way === 'graph')).toBe(true);
  });

  it('is not counted where something else was served', async () => {
    const { outcomes, recall } = watch();
    const recommender = createRecommender(openArtifact(file), []);
    const [product = ''] = recommender.popularIds(1);
    const answer = answerOf(recommender, { product });
    const offer = (body: unknown): void =>
      recall.offer({ request: { product }, encoding: 'json' }, jsonBody(body));
    offer({ ...answer, items: answer.items.toReversed() });
    offer('no answer at all');
    await until(() => outcomes.length === 2);
    expect(outcomes.map(({ result }) => result)).toEqual(['differs', 'failed']);
  });
});

describe('what it may cost', () => {
  const offered = (watched: Watched, count: number): void => {
    const body = jsonBody({ items: [] });
    for (let i = 0; i < count; i++)
      watched.recall.offer({ request: { product: 'P' }, encoding: 'json' }, body);
  };

  it('is a share of the answers', () => {
    const watched = watch({ share: 0.1, rate: 0.01 });
    offered(watched, 5000);
    expect(watched.dropped / 5000).toBeGreaterThan(0.07);
    expect(watched.dropped / 5000).toBeLessThan(0.13);
  });

  it('is no more than so many a second, and so many that wait', async () => {
    const few = watch({ rate: 3 });
    const startedMs = performance.now();
    offered(few, 100);
    // What a second allows flows in while they are offered.
    expect(few.dropped).toBeLessThanOrEqual(97);
    expect(few.dropped).toBeGreaterThanOrEqual(96 - Math.ceil((3 * (performance.now() - startedMs)) / 1000));
    const many = watch();
    offered(many, 100);
    expect(many.dropped).toBe(84);
    await until(() => many.outcomes.length === 16);
    offered(many, 1);
    expect(many.dropped).toBe(84);
  });

  it('is nothing once it is closed', async () => {
    const watched = watch();
    offered(watched, 1);
    watched.recall.close();
    offered(watched, 5);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect([watched.outcomes, watched.dropped, watched.complaints]).toEqual([[], 0, []]);
  });
});

describe('another version', () => {
  it('is followed, and one that cannot be opened is told of once', async () => {
    const watched = watch();
    const { outcomes, recall } = watched;
    const recommender = createRecommender(openArtifact(file), []);
    const [product = ''] = recommender.popularIds(1);
    const body = jsonBody(answerOf(recommender, { product }));
    const compare = async (): Promise<string | undefined> => {
      const before = outcomes.length;
      recall.offer({ request: { product }, encoding: 'json' }, body);
      await until(() => outcomes.length > before);
      return outcomes.at(-1)?.result;
    };
    expect(await compare()).toBe('compared');
    recall.follow({ ...version(), artifact: 'sha256:another' });
    expect([await compare(), await compare()]).toEqual(['failed', 'failed']);
    expect(watched.complaints).toEqual([expect.stringContaining('was replaced')]);
    recall.follow({ ...version(), file: '/nowhere.sepet' });
    expect(await compare()).toBe('failed');
    expect(watched.complaints).toHaveLength(2);
    recall.follow(version());
    expect(await compare()).toBe('compared');
    recall.follow({ ...version(), policies: [checkPolicy({ name: 'reverse', revision: 1, gamma: 4 })] });
    expect(await compare()).toBe('differs');
  });
});

describe('a server', () => {
  let server: Serving;
  const measured = async (): Promise<Map<string, number>> => {
    const text = (await get(`${server.url}/metrics`)).body.toString();
    return new Map(
      [...text.matchAll(/^(sepet_live_recall\S*) (\S+)$/gm)].map(([, name = '', value]) => [
        name,
        Number(value),
      ]),
    );
  };

  it.each([0, 2])('measures what it serves with %i workers, and ends as ever', async (workers) => {
    server = await serve(file, '--workers', String(workers), '--recall-share', '1');
    const { products } = json(await get(`${server.url}/v1/products?limit=12`)) as {
      products: { id: string }[];
    };
    for (const { id } of products)
      await get(`${server.url}/v1/products/${id}/bought-together`, {
        headers: { accept: id.endsWith('1') ? 'application/msgpack' : '*/*' },
      });
    let known = new Map<string, number>();
    const counted = (result: string): number =>
      known.get(`sepet_live_recall_samples_total{result="${result}"}`) ?? 0;
    // The thread that compares stands back behind all others of the machine.
    for (let i = 0; i < 2000 && counted('compared') + counted('dropped') < 12; i++) {
      known = await measured();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(counted('compared')).toBe(12);
    expect([counted('differs'), counted('failed'), counted('empty')]).toEqual([0, 0, 0]);
    expect(known.get('sepet_live_recall_count{way="graph"}')).toBe(12);
    expect(known.get('sepet_live_recall_sum{way="graph"}')).toBeGreaterThan(11);
    server.child.kill('SIGINT');
    expect(await server.exited).toEqual([0, null]);
  });

  it('measures nothing with a share of 0', async () => {
    server = await serve(file, '--workers', '0', '--recall-share', '0');
    await get(`${server.url}/v1/products/${server.product}/bought-together`);
    const known = await measured();
    await server.stop();
    expect([...known.values()].every((value) => value === 0)).toBe(true);
  });

  it('follows releases and deltas, and lets go of what is not served any more', async () => {
    const shop = new Following();
    try {
      await shop.publish(1);
      server = await shop.begin('--recall-share', '1', '--result-cache-mb', '0');
      const counted = async (result: string): Promise<number> =>
        (await measured()).get(`sepet_live_recall_samples_total{result="${result}"}`) ?? 0;
      /** Asks until an answer of what is served now could be compared. */
      const compares = async (): Promise<void> => {
        const before = await counted('compared');
        await untilSo(async () => {
          await answer(server);
          return (await counted('compared')) > before;
        });
      };
      await compares();
      const delta = { by: 'a test', currency: 'TRY' };
      await publishDelta(shop.world.store, [{ id: 'P2', price: 77, stock: false }], delta);
      await untilSo(async () => (await told(server)).release.deltas === 1);
      await compares();
      for (const seed of [2, 3]) {
        await shop.publish(seed, { force: 'a test' });
        await untilRevision(server, seed);
        await compares();
      }
      await untilSo(() => mapped(server) === 1);
      expect(await counted('failed')).toBe(0);
    } finally {
      shop.remove();
    }
  });
});
