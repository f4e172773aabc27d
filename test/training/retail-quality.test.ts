// Quality is a test: on Online Retail the trained model must hold its own against the best co-occurrence baseline, and
// IN·OUT against the cosine of the same model's IN vectors.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { retailOrders, sepet } from '../shops.ts';

type Figures = { methods: Record<string, { fbt: { ndcgAt10: number } }> };

describe.skipIf(!existsSync(retailOrders))('Online Retail (skipped without ../shared/data)', () => {
  it('is recommended for no worse than by 0.97 of co-occurrence and 1.05 of IN-IN', {
    timeout: 300_000,
  }, () => {
    const dir = mkdtempSync(join(tmpdir(), 'sepet-quality-'));
    try {
      sepet('ingest', '--preset', 'online-retail', retailOrders, '--out', dir);
      sepet('train', dir, '--seed', '1');
      const { methods } = JSON.parse(sepet('evaluate', dir, '--ease-products', '0', '--json')) as Figures;
      const ndcg = (name: string): number => methods[name]?.fbt.ndcgAt10 ?? Number.NaN;
      const best = Math.max(ndcg('popularity'), ndcg('conditional'), ndcg('salton'), ndcg('decayed'));
      expect(ndcg('word2vec') / best).toBeGreaterThanOrEqual(0.97);
      expect(ndcg('word2vec') / ndcg('word2vecInIn')).toBeGreaterThanOrEqual(1.05);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
