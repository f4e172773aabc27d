// A label was moved in the store; the server follows within its poll.

import { client } from '../../kit/api.ts';

const mostMs = 20_000;
const pauseMs = 150;

/** Waits until the server answers by this revision of a label or a later one. Returns whether it does. */
export async function follow(label: string, revision: number): Promise<boolean> {
  const end = performance.now() + mostMs;
  while (performance.now() < end) {
    const labels = await client.labels();
    const now = labels.find((one) => one.label === label)?.release?.revision ?? 0;
    if (now >= revision) return true;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return false;
}
