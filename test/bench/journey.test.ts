// The chance of a random list, which held-out products are judged against: by formula and by going through every list.

import { describe, expect, it } from 'vitest';
import { chanceOfHit } from '../../bench/journey-cold.ts';

/** Of all sets of `k` of `n`, the share that holds one of the first `r`. */
function counted(n: number, r: number, k: number): number {
  let sets = 0;
  let hits = 0;
  for (let set = 0; set < 2 ** n; set++) {
    const members = Array.from({ length: n }, (_, i) => (set >> i) & 1);
    if (members.reduce((sum, bit) => sum + bit, 0) !== Math.min(k, n)) continue;
    sets++;
    hits += members.indexOf(1) >= 0 && members.indexOf(1) < r ? 1 : 0;
  }
  return hits / sets;
}

describe('chanceOfHit', () => {
  it('is the share of lists with a hit', () => {
    for (let n = 0; n <= 7; n++)
      for (let r = 0; r <= n; r++)
        for (let k = 1; k <= 8; k++)
          expect(chanceOfHit(n, r, k), `${n} ${r} ${k}`).toBeCloseTo(counted(n, r, k), 12);
  });
});
