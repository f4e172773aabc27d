import { expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { compilePolicy } from '../../src/policy/compile.ts';
import { checkPolicy } from '../../src/policy/parse.ts';
import { type ArrangeTask, createArranger } from '../../src/recommend/arrange.ts';
import type { Pool } from '../../src/recommend/select.ts';
import { catalog, nowMs, products } from '../policy/world.ts';

const vectors = { in: new Float32Array(0), out: new Float32Array(0), dims: 1, trained: 0 };

function randomPool(random: Random): Pool {
  const size = random.below(products.length);
  const rows = random.shuffle(Uint32Array.from(products, (_, row) => row)).subarray(0, size);
  const tiers = 1 + random.below(3);
  const values = 1 + random.below(20);
  const totals = Float64Array.from(rows, () =>
    random.chance(0.02) ? Number.NaN : random.below(values) - values / 2,
  );
  return {
    ...{ size, rows, totals },
    scores: totals.slice(),
    tiers: Uint32Array.from(rows, () => random.below(tiers)),
    sources: new Uint8Array(size),
  };
}

it('orders the first ones of what is taken as it comes as it orders everything', () => {
  const policy = compilePolicy(checkPolicy({ name: 'p' }), catalog);
  policy.bind(-1, [], nowMs);
  const ranking = policy.rank(nowMs);
  const arranger = createArranger(catalog.columns, vectors);
  const random = new Random(5);
  for (let round = 0; round < 500; round++) {
    const pool = randomPool(random);
    const need = random.below(30);
    const task = (whole: boolean): ArrangeTask => ({
      ranking,
      need,
      limit: need,
      seed: 1,
      boosts: false,
      whole,
    });
    const all = Uint32Array.from(arranger.order(pool, task(true)));
    expect([...all].sort((a, b) => a - b)).toEqual(Array.from(all.keys()));
    const first = arranger.order(pool, task(false));
    expect(first.length).toBeLessThanOrEqual(Math.max(need, 0));
    expect([...first]).toEqual([...all.subarray(0, need)]);
    expect(arranger.arrange(pool, first, task(false))).toEqual([...all.subarray(0, need)]);
  }
});
