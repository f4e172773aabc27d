// `sepet serve --instances`: this process starts the others, each of which serves as one process would.

import { fileURLToPath } from 'node:url';
import type { Log } from '../base/log.ts';
import { freePort, Instances } from '../pool/instances.ts';
import type { ServeOptions } from './serve-options.ts';

const script = fileURLToPath(new URL('../../../bin/sepet.js', import.meta.url));

/** Serves by several processes, with the arguments of this one; ends when they have ended. */
export async function serveByInstances(options: ServeOptions, log: Log): Promise<void> {
  const port = await freePort(options.host, options.port);
  const args = [...process.argv.slice(2), '--port', String(port)];
  const instances = new Instances({ count: options.instances, script, args, log });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => instances.signal(signal));
  process.exitCode = await instances.run();
}
