// Takes vectors that were trained elsewhere into a data folder: as its model, or as what its products are like.

import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { SepetError } from '../../base/errors.ts';
import { fileHash } from '../../base/file-hash.ts';
import { writeFile } from '../../native/index.ts';
import { type DatasetManifest, readManifest, readProducts } from '../../tables/dataset.ts';
import { modelPath } from '../train/files.ts';
import { contentPath, writeContent } from './content-file.ts';
import {
  checkMemory,
  type Found,
  type Matched,
  type MatchOptions,
  type MatchReport,
  matchVectors,
  withoutVector,
} from './match.ts';
import { openVectorFile, type VectorInput } from './vector-file.ts';

export interface ImportOptions {
  /** Vectors of products as answers (OUT), and as questions (IN) where there are no `queries`. */
  readonly items?: VectorInput;
  /** Vectors of products as questions (IN). */
  readonly queries?: VectorInput;
  /** Vectors of what products are: pictures, titles. */
  readonly content?: VectorInput;
  /** Looks at everything and writes nothing. */
  readonly dryRun?: boolean;
  /** Writes over a model, or content vectors, that are there. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (file: string, done: number, total: number) => void;
}

export interface ImportReport {
  readonly dir: string;
  readonly products: number;
  readonly items?: MatchReport;
  readonly queries?: MatchReport;
  readonly content?: MatchReport;
  /** Of a model: products that it has both vectors of, and those that it lacks one of. */
  readonly model?: { readonly dims: number; readonly products: number; readonly without: Found };
  /** Files that were written; none after a dry run. */
  readonly written: readonly string[];
}

/**
 * Imports vectors into a data folder, keyed by product id: DIR/model.sepet from items and queries, DIR/content.sepet from content.
 * All files are read and matched before the first is written, and each is written whole or not at all. Throws `input_missing`,
 * `option_invalid`, `output_exists` where something is there and `force` is not said, `vectors_invalid`, `column_missing`, `data_empty`
 * where nothing matches, `cancelled`.
 */
export async function importVectors(dir: string, options: ImportOptions): Promise<ImportReport> {
  const { items, queries, content } = options;
  checkAsked(dir, options);
  const dataset = await readManifest(dir);
  const products = await readProducts(dir);
  const matched = async (input: VectorInput | undefined): Promise<Matched | undefined> => {
    if (input === undefined) return undefined;
    const file = await openVectorFile(input, options.signal);
    try {
      return await matchVectors(file, products, matchOptions(options, input.path));
    } finally {
      file.close();
    }
  };
  const [asItems, asQueries, asContent] = [
    await matched(items),
    await matched(queries),
    await matched(content),
  ];
  const model = asItems && modelOf(asItems, asQueries ?? asItems, products);
  const written: string[] = [];
  if (options.dryRun !== true) {
    if (model !== undefined) {
      await writeModel(dir, dataset, model, options);
      written.push(modelPath(dir));
    }
    if (asContent !== undefined && content !== undefined) {
      const source = { content: await sourceOf(content) };
      writeContent(dir, asContent, { hashes: dataset.hashes, source });
      written.push(contentPath(dir));
    }
  }
  return {
    dir,
    products: products.products,
    ...(asItems && { items: asItems.report }),
    ...(asQueries && { queries: asQueries.report }),
    ...(asContent && { content: asContent.report }),
    ...(model && { model: { dims: model.dims, products: model.count, without: model.without } }),
    written,
  };
}

function checkAsked(dir: string, { items, queries, content, force, dryRun }: ImportOptions): void {
  if (items === undefined && content === undefined)
    throw new SepetError(
      'option_invalid',
      queries === undefined
        ? 'There is nothing to import: give --items or --content.'
        : 'Queries alone are no model: give --items too.',
    );
  if (force === true || dryRun === true) return;
  const targets = [...(items ? [modelPath(dir)] : []), ...(content ? [contentPath(dir)] : [])];
  for (const path of targets)
    if (existsSync(path))
      throw new SepetError('output_exists', `${path} is there already: --force writes over it.`);
}

function matchOptions({ signal, onProgress }: ImportOptions, path: string): MatchOptions {
  return {
    ...(signal && { signal }),
    ...(onProgress && { onProgress: (done: number, total: number) => onProgress(path, done, total) }),
  };
}

interface Imported {
  readonly dims: number;
  /** Products × dims; zero where a product lacks a vector. */
  readonly in: Float32Array;
  readonly out: Float32Array;
  readonly count: number;
  readonly without: Found;
}

/** Both matrices. A product that only one file knows has none: half a vector neither asks nor answers. */
function modelOf(
  items: Matched,
  queries: Matched,
  products: { readonly ids: readonly string[]; readonly orders: Uint32Array },
): Imported {
  const { dims } = items;
  if (queries.dims !== dims)
    throw new SepetError(
      'vectors_invalid',
      `${items.report.file} has vectors of ${dims} values and ${queries.report.file} of ${queries.dims}: their inner products need the same.`,
    );
  checkMemory(items.report.file, products.ids.length, dims);
  const asking = new Set(queries.rows);
  const both = new Set(items.rows.filter((row) => asking.has(row)));
  if (both.size === 0) throw new SepetError('data_empty', 'No product has both an item and a query vector.');
  const spread = ({ rows, vectors }: Matched): Float32Array => {
    const matrix = new Float32Array(products.ids.length * dims);
    rows.forEach((row, i) => {
      if (both.has(row)) matrix.set(vectors.subarray(i * dims, (i + 1) * dims), row * dims);
    });
    return matrix;
  };
  return {
    dims,
    in: spread(queries),
    out: spread(items),
    count: both.size,
    without: withoutVector(products, (row) => both.has(row)),
  };
}

async function writeModel(
  dir: string,
  dataset: DatasetManifest,
  model: Imported,
  { items, queries }: Pick<ImportOptions, 'items' | 'queries'>,
): Promise<void> {
  const manifest = {
    ...{ kind: 'sepet-model', version: 1, algorithm: 'imported' },
    parameters: {
      // What the vectors have seen is not known here.
      split: 'imported',
      dims: model.dims,
      ...(items && { items: await sourceOf(items) }),
      ...(queries && { queries: await sourceOf(queries) }),
    },
    hashes: dataset.hashes,
    counts: { products: dataset.counts.products, vectors: model.count },
    createdAt: new Date().toISOString(),
  };
  writeFile(modelPath(dir), [
    { name: 'manifest', data: new TextEncoder().encode(JSON.stringify(manifest)) },
    { name: 'w2v.in', data: model.in },
    { name: 'w2v.out', data: model.out },
  ]);
}

/** Where vectors came from. */
async function sourceOf({ path }: VectorInput): Promise<{ file: string; sha256: string }> {
  return { file: basename(path), sha256: await fileHash(path) };
}
