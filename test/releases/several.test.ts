// Several at a time: in order, bounded, and nothing under way when it ends.

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { several } from '../../src/releases/several.ts';

describe('several', () => {
  it('does all, so many at a time, with the results in order', async () => {
    let now = 0;
    let most = 0;
    const items = Array.from({ length: 20 }, (_, i) => i);
    const results = await several(
      items,
      async (item) => {
        most = Math.max(most, ++now);
        await sleep(20 - item);
        now--;
        return 2 * item;
      },
      3,
    );
    expect(results).toEqual(items.map((item) => 2 * item));
    expect(most).toBe(3);
    expect(await several([], async () => 1)).toEqual([]);
  });

  it('begins nothing after a failure, and ends when nothing is under way', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const failing = several(
      [0, 1, 2, 3, 4, 5],
      async (item) => {
        begun.push(item);
        await sleep(item === 1 ? 5 : 30);
        if (item === 1) throw new Error('no');
        ended.push(item);
      },
      2,
    );
    await expect(failing).rejects.toThrow('no');
    expect(begun).toEqual([0, 1]);
    expect(ended).toEqual([0]);
  });
});
