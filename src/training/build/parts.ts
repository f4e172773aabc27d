// What is searched in an artifact, part by part: which rows have vectors, the index over them, the lists of similar products, and
// the factorization machine with an index of its own.

import type { FmVectors } from '../../artifact/fm.ts';
import type { ScoredLists } from '../../artifact/lists.ts';
import type { ArtifactManifest, MeasuredRecall } from '../../artifact/manifest.ts';
import { encodeVectors, type IndexSections } from '../../artifact/vectors.ts';
import { limits } from '../../base/limits.ts';
import { coldVectors } from '../cold/cold.ts';
import type { BuildHooks, BuildOptions } from './build.ts';
import { inCells, type SearchedRows } from './cells.ts';
import { boundsOf } from './index-sections.ts';
import type { BuildInputs } from './inputs.ts';
import { foldMachine, requestNames } from './machine.ts';
import { measureRecall } from './recall.ts';
import { hasVector, orderRows, type RowOrder, reorderVectors } from './rows.ts';
import { similarLists } from './similar.ts';

/** The vectors of products without any of their own, where they are asked for. */
export function madeVectors(inputs: BuildInputs, { cold }: Pick<BuildOptions, 'cold'>) {
  if (cold !== true) return undefined;
  const { products, in: input, out, dims, removed, content } = inputs;
  return coldVectors({
    ...{ products, in: input, out, dims, isTrained: hasVector(inputs) },
    ...(removed && { isRemoved: (row: number) => removed.has(row) }),
    ...(content && { content }),
  });
}

/**
 * The rows of the artifact, and the vectors of the first of them; `mean` is that of popularity. Throws `vector_not_finite` naming the
 * product, and what arranging throws.
 */
export async function arrangeVectors(
  inputs: BuildInputs,
  options: BuildOptions,
  hooks: BuildHooks,
): Promise<{ rows: SearchedRows; mean: number }> {
  const { dims, products } = inputs;
  const made = madeVectors(inputs, options);
  const order = orderRows(inputs, made?.rows);
  const of = (side: 'in' | 'out') => reorderVectors(inputs[side], dims, order, made?.[side]);
  const input = of('in');
  const { out, mean } = encodeVectors({
    ...{ in: input, out: of('out'), dims, cold: order.cold, popularityScale: options.popularityScale },
    ordersTrain: order.from.map((old) => products.ordersTrain[old] as number),
    nameOf: (row) => products.ids[order.from[row] as number] as string,
  });
  return { rows: await inCells({ order, in: input, out, dims }, options, hooks), mean };
}

/** [IN ; weight] of every row; where `alternating`, of every other one the weight is 0. */
function sampleQueries(
  queries: Float32Array,
  dims: number,
  { weight, alternating }: { readonly weight: number; readonly alternating: boolean },
): Float32Array {
  const stride = dims + 1;
  const widened = new Float32Array((queries.length / dims) * stride);
  for (let row = 0; row * dims < queries.length; row++) {
    widened.set(queries.subarray(row * dims, (row + 1) * dims), row * stride);
    widened[row * stride + dims] = alternating && row % 2 === 0 ? 0 : weight;
  }
  return widened;
}

/**
 * The index over OUT vectors, and how well it finds. Of the queries that shape the graph every other one has the
 * usual weight of popularity: it serves every gamma, and the usual one best (docs/formats.md).
 */
export async function embeddingIndex(
  { in: input, out, dims, starts }: SearchedRows,
  options: BuildOptions,
  { buildIndex }: BuildHooks,
): Promise<{ index: IndexSections; codeBits: number; recall: MeasuredRecall }> {
  const { M, efConstruction, codeBits: asked, threads, seed, popularityScale } = options;
  const gamma = limits.gamma.default;
  const parameters = { dims: dims + 1, M, efConstruction, threads, codeBits: asked };
  const { codeBits } = boundsOf({ ...parameters, rows: input.length / dims });
  const weight = gamma / popularityScale;
  const queries = sampleQueries(input, dims, { weight, alternating: true });
  const index = await buildIndex(
    { ...parameters, seed, vectors: out, queries, ...(starts && { starts }) },
    'embedding',
  );
  const recall = measureRecall({ in: input, out, dims, sections: index, gamma, popularityScale });
  return { index, codeBits, recall };
}

/** The lists of similar products, where they are asked for. */
export async function similarOf(
  { in: input, dims, order: { from, trained, cold } }: SearchedRows,
  { similarLength = 0, M, efConstruction, threads, seed }: BuildOptions,
  hooks: BuildHooks,
): Promise<ScoredLists | undefined> {
  if (similarLength === 0) return undefined;
  return similarLists({
    ...{ in: input, dims, own: trained - cold, products: from.length, length: similarLength },
    graph: { M, efConstruction, threads, seed },
    ...hooks,
  });
}

export interface BuiltMachine {
  readonly folded: FmVectors;
  readonly index: IndexSections;
  readonly manifest: NonNullable<ArtifactManifest['fm']>;
}

/** The folded machine with its index and what the manifest says of it, where the folder has one. */
export async function machineOf(
  { machine, products }: BuildInputs,
  order: RowOrder,
  { M, efConstruction, codeBits, threads, seed }: BuildOptions,
  { buildIndex }: BuildHooks,
): Promise<BuiltMachine | undefined> {
  if (machine === undefined) return undefined;
  const folded = foldMachine(machine, products, order);
  const { factors, in: input, out, fitted } = folded;
  const queries = sampleQueries(input, factors, { weight: 1, alternating: false });
  const parameters = { dims: factors + 1, M, efConstruction, codeBits, threads, seed };
  const index = await buildIndex({ ...parameters, vectors: out, queries }, 'fm');
  const recall = measureRecall({
    ...{ in: input, out, dims: factors, sections: index, gamma: 1, popularityScale: 1 },
  });
  return {
    folded,
    index,
    manifest: {
      ...{ factors, columns: requestNames(machine.fitted), features: fitted.features, recall },
      parameters: machine.parameters,
    },
  };
}
