// Calibrations of sources that the fit gives no weight, so that a policy may weigh them beside the others: products that are like the one
// asked, and a factorization machine.

import type { Calibration, FittedBlend } from '../../artifact/blend.ts';
import { limits } from '../../base/limits.ts';
import { fmMethod, inInMethod, type Method } from '../evaluate/methods.ts';
import { calibrationOf, logOdds } from './calibrate.ts';
import { embeddingDepth } from './method.ts';
import { type Observed, observe } from './observed.ts';
import type { BlendWorld } from './world.ts';

/** What each product's own list came to in the baskets. */
function observedList(method: Method, pool: Observed, { test }: BlendWorld, k: number): Observed {
  const { items } = pool;
  const { rows, weights, start, end } = method.lists(items);
  const offsets = new Uint32Array(items.length + 1);
  const kept: number[] = [];
  items.forEach((_, i) => {
    for (let n = start(i); n < end(i); n++) kept.push(n);
    offsets[i + 1] = kept.length;
  });
  const none = new Float32Array(kept.length);
  return observe(
    {
      ...{ items, offsets, rows: Uint32Array.from(kept, (n) => rows[n] as number) },
      // A method's weights are exp(score).
      embedding: Float32Array.from(kept, (n) => Math.log(weights[n] as number)),
      ...{ cooccurrence: none, popularity: none },
    },
    test,
    k,
  );
}

/** The log-odds of candidates that others found and this list does not hold. */
function unknownOdds(list: Observed, pool: Observed): number {
  let [tried, right] = [0, 0];
  pool.items.forEach((_, i) => {
    const listed = new Set(list.rows.subarray(list.offsets[i], list.offsets[i + 1]));
    for (let n = pool.offsets[i] as number; n < (pool.offsets[i + 1] as number); n++) {
      if (listed.has(pool.rows[n] as number)) continue;
      tried += pool.asked[i] as number;
      right += pool.hits[n] as number;
    }
  });
  return logOdds(right, tried);
}

/**
 * Calibrates `similar` and, where the folder has a machine, `fm`, each on the lists that it gives by itself. The machine is the folder's
 * own: it has not learned from the last training baskets either (`sepet train fm`).
 */
export function calibrateBeside(world: BlendWorld, pool: Observed, k: number): FittedBlend['calibration'] {
  const { model, machine, products, candidates } = world;
  const calibration = (method: Method): Calibration => {
    const list = observedList(method, pool, world, k);
    return { ...calibrationOf(list, list.embedding, false), unknown: unknownOdds(list, pool) };
  };
  return {
    similar: calibration(inInMethod(model, candidates, limits.similarLength.default)),
    ...(machine && { fm: calibration(fmMethod(machine, products, candidates, embeddingDepth)) }),
  };
}
