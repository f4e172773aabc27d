// What the tests of experiments ask: policies, a file of experiments among them, and visitors of each arm.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { armsOf } from '../../src/policy/experiments/assign.ts';
import { parseExperiments } from '../../src/policy/experiments/parse.ts';
import { type Got, get, json, type Serving } from './serving.ts';

export const experiments = `
assignments:
  - { channel: mail, policy: mail }
experiments:
  - name: fresh
    placement: product
    channel: [web, app]
    arms:
      - { name: A, share: 0.5 }
      - { name: B, share: 0.5, policy: pricey }
  - name: width
    placement: cart
    arms: [{ name: A, share: 0.5 }, { name: B, share: 0.5, efSearch: 20 }]
`;
const document = parseExperiments(experiments, 'e.yaml');
export const policies = {
  pdp: 'name: pdp\nlimit: 5',
  pricey: 'name: pricey\nlimit: 4\nsort: price',
  mail: 'name: mail\nlimit: 3',
  cart: 'name: cart\nplacement: cart\nlimit: 2',
};

const folder = mkdtempSync(join(tmpdir(), 'sepet-experiments-'));
/** Writes a file; returns its path. */
export const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
export const flags = Object.entries(policies).flatMap(([name, text]) => [
  '--policy',
  file(`${name}.yaml`, text),
]);
export const experimentsFile = file('experiments.yaml', experiments);

export interface Answer {
  readonly policy: string;
  readonly experiment?: string;
  readonly items: readonly { id: string }[];
}

/** Of each arm of `fresh` a visitor. */
export const visitors = Array.from({ length: 40 }, (_, i) => `v${i}`);
export const armOf = (visitor: string, experiment = 'fresh'): string =>
  armsOf(document, visitor)[experiment] ?? '';
export const [inA = '', inB = ''] = ['A', 'B'].map((arm) =>
  visitors.find((visitor) => armOf(visitor) === arm),
);
export const alsoInB = visitors.find((visitor) => armOf(visitor) === 'B' && visitor !== inB) ?? '';

/** Where the experiment `fresh` is. */
export const shop = { placement: 'product', channel: 'web' };

export const ask = (
  { url, product }: Serving,
  query: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Got> =>
  get(`${url}/v1/products/${product}/bought-together?${new URLSearchParams(query)}`, { headers });

export const answer = async (server: Serving, query: Record<string, string>): Promise<Answer> =>
  json(await ask(server, query)) as unknown as Answer;

export const removeFiles = (): void => rmSync(folder, { recursive: true, force: true });
