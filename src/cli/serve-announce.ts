// What `sepet serve` says when it is ready: for people a line or two with what to try, for programs one JSON object.

import type { Server } from '../http/server.ts';
import { type PolicyDocument, policyLabel } from '../policy/document.ts';
import type { Recommender } from '../recommend/recommender.ts';
import type { ServeOptions } from './serve-options.ts';
import { counted, size } from './text.ts';

export interface Announced {
  /** The file, or the label's revision. */
  readonly what: string;
  readonly recommender: Recommender;
  readonly policies: readonly PolicyDocument[];
  readonly server: Server;
}

const policyWords = (policies: readonly PolicyDocument[], own: string): string =>
  policies.length === 1
    ? `policy ${own}`
    : `policies ${policies.map(policyLabel).join(', ')}; ${own} by default`;

export function announce({ what, recommender, policies, server }: Announced, options: ServeOptions): void {
  const { info } = recommender;
  const { port } = server;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  const url = `http://${host}:${port}`;
  const [product = ''] = recommender.popularIds(1);
  const { artifact, products, policy, dims } = info;
  const { workers, instances } = options;
  const { pages, bytes, hugeBytes } = recommender.memory();
  if (options.json) {
    const served = policies.map(policyLabel);
    const ready = {
      url,
      port,
      product,
      artifact,
      products,
      policy,
      policies: served,
      workers,
      instances,
      pages,
      bytes,
      hugeBytes,
      // The one to signal.
      pid: instances > 1 ? process.ppid : process.pid,
    };
    process.stdout.write(`${JSON.stringify(ready)}\n`);
    return;
  }
  const answers = `${url}/v1/products/${encodeURIComponent(product)}/bought-together`;
  const helps = options.userTower === undefined ? ' and the event loop' : '';
  const threads = workers === 0 ? 'on the event loop' : `by ${counted(workers, 'worker thread')}${helps}`;
  const processes = instances === 1 ? '' : ` in each of ${instances} processes`;
  const lines = [
    `Serving ${products.toLocaleString('en')} products (${dims} dimensions, ${policyWords(policies, policy)}) of ${what}, ${threads}${processes}.`,
    ...(pages === 'huge' ? [`${size(hugeBytes)} of ${size(bytes)} lie in huge pages.`] : []),
    `Look: ${url}/ui/`,
    'Try:',
    `  curl '${answers}'`,
    `  curl '${answers}?fields=title,price&limit=5'`,
    `  ${url}/v1/artifact   /v1/policies   /v1/products   /readyz   /livez   /metrics`,
    'Stop with Ctrl-C.',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
