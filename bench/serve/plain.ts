// node plain.js ARTIFACT CACHE M EF_CONSTRUCTION SEED [STRETCH]: the obvious server. node:http calls hnswlib-node inline, over the
// artifact's own vectors; more neighbours than wanted are fetched, filtered by the ten rules in plain JavaScript, cut to ten and
// answered as JSON of our shape. `POST /ef/N` sets the width of its search.

import { existsSync, renameSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { openArtifact } from '../../src/recommend/artifact.ts';
import { idOf } from './drivers.ts';
import { dropsPlainly, type PlainProduct, plainProducts } from './rules.ts';

interface Hierarchical {
  initIndex(rows: number, M: number, efConstruction: number, seed: number): void;
  addPoint(point: number[], label: number): void;
  readIndexSync(path: string): void;
  writeIndexSync(path: string): void;
  setEf(ef: number): void;
  searchKnn(query: number[], k: number): { distances: number[]; neighbors: number[] };
}
interface Module {
  HierarchicalNSW: new (space: 'ip', dims: number) => Hierarchical;
}

/** Where doubling ends, as in the policy. */
const most = 3200;
const wanted = 10;

const [file = '', cache = '', M = '16', efConstruction = '200', seed = '1', shrunk] = process.argv.slice(2);
const { catalog, vectors, manifest, id: artifact } = openArtifact(file);
const { dims, trained } = vectors;
const stride = dims + 1;
/** Of the popularity dimension, which shapes the graph and not the scores: as in the artifact, unless it is given. */
const stretch = shrunk === undefined ? manifest.popularity.scale : Number(shrunk);
const products: readonly PlainProduct[] = plainProducts(catalog);
const rowOf = new Map(products.map(({ id }, row) => [id, row]));

// A name that the compiler does not look up: the package may be missing.
const library: string = 'hnswlib-node';
const { HierarchicalNSW } = ((await import(library)) as { default: Module }).default;

function openIndex(): Hierarchical {
  const index = new HierarchicalNSW('ip', stride);
  const path = join(cache, `${basename(file, '.sepet')}-x${stretch}.hnswlib`);
  if (existsSync(path)) {
    index.readIndexSync(path);
    return index;
  }
  process.stderr.write(`building ${path} ...\n`);
  index.initIndex(trained, Number(M), Number(efConstruction), Number(seed));
  const factor = stretch / manifest.popularity.scale;
  // As the shop numbers its products, most ordered first: the artifact's rows are in an order of its own.
  for (let product = 0; product < products.length; product++) {
    const row = rowOf.get(idOf(product)) ?? trained;
    if (row >= trained) continue;
    const vector = [...vectors.out.subarray(row * stride, (row + 1) * stride)];
    vector[dims] = (vector[dims] as number) * factor;
    index.addPoint(vector, row);
  }
  index.writeIndexSync(`${path}.part`);
  renameSync(`${path}.part`, path);
  return index;
}

const index = openIndex();
const queries = Array.from({ length: trained }, (_, row) => [
  ...vectors.in.subarray(row * dims, (row + 1) * dims),
  manifest.gamma / stretch,
]);
let ef = 100;

const rounded = (score: number): number => Math.round(score * 1e4) / 1e4;

function recommend(row: number): object {
  const query = products[row] as PlainProduct;
  let items: object[] = [];
  let filteredBy: Record<string, number> = {};
  for (let k = ef; ; k = Math.min(2 * k, most)) {
    index.setEf(k);
    const { neighbors, distances } = index.searchKnn(queries[row] as number[], k);
    items = [];
    filteredBy = {};
    for (let i = 0; i < neighbors.length && items.length < wanted; i++) {
      const other = neighbors[i] as number;
      if (other === row) continue;
      const candidate = products[other] as PlainProduct;
      const rule = dropsPlainly(query, candidate);
      if (rule === undefined)
        items.push({ id: candidate.id, score: rounded(1 - (distances[i] as number)), source: 'embedding' });
      else filteredBy[rule] = (filteredBy[rule] ?? 0) + 1;
    }
    if (items.length === wanted || k >= Math.min(most, trained)) break;
  }
  const returned = items.length;
  const filled = { wanted, returned, missing: wanted - returned, from: { embedding: returned }, filteredBy };
  return { product: query.id, items, filled, artifact, policy: 'ten@1' };
}

const server = createServer((request, response) => {
  const [, version, kind, id = ''] = (request.url ?? '').split('/');
  if (version === 'ef') {
    ef = Number(kind);
    response.end();
    return;
  }
  const row = rowOf.get(decodeURIComponent(id));
  const body = JSON.stringify(row === undefined ? { status: 404 } : recommend(row));
  response.writeHead(row === undefined ? 404 : 200, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
});
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
