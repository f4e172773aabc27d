// A port to listen on later.

import { once } from 'node:events';
import { createServer } from 'node:net';

const [from, to] = [20_000, 32_000] as const;

/**
 * A port of this machine that is free now. Not one that the system would give: those it gives meanwhile to whoever connects, so
 * that now and then one of them would be taken by the time that it is wanted.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = from + Math.floor(Math.random() * (to - from));
    const server = createServer();
    const isFree = once(server, 'listening').then(
      () => true,
      () => false,
    );
    server.listen(port, '127.0.0.1');
    if (!(await isFree)) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}
