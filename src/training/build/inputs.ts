// What an artifact is made of: a data folder's products, its model and, where they fit, its metrics.
// Everything that must agree is compared here, before any work.

import { access, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { type BlendSource, blendSources, type FittedBlend } from '../../artifact/blend.ts';
import { readKind } from '../../artifact/manifest.ts';
import { SepetError } from '../../base/errors.ts';
import { fileHash } from '../../base/file-hash.ts';
import { mapFile } from '../../native/index.ts';
import { type DatasetManifest, type ProductTable, readManifest, readProducts } from '../../tables/dataset.ts';
import { blendFile, readBlend } from '../blend/file.ts';
import type { Content } from '../cold/content.ts';
import { type FmMachine, machineFile, readMachine } from '../fm/machine.ts';
import { contentPath, readContent } from '../imports/content-file.ts';

const modelFile = 'model.sepet';
const metricsFile = 'metrics.json';

const values = z.record(z.string(), z.unknown());
const hashes = z.record(z.string(), z.string());
const modelManifest = z.looseObject({ parameters: values, hashes });
const metricsSchema = z.looseObject({ hashes });

export interface BuildInputs {
  readonly dir: string;
  readonly products: ProductTable;
  /** Rows of products that the build leaves out. */
  readonly removed?: ReadonlySet<number>;
  /** V × dims each, in the first rows of `products`; zero where a product was not trained. */
  readonly in: Float32Array;
  readonly out: Float32Array;
  readonly dims: number;
  readonly counts: { readonly orders: number; readonly baskets: number };
  readonly currency: string | null;
  /** The product table has the deltas of a store up to this revision in it; absent where it does not say. */
  readonly deltas?: number;
  /** Longest basket in training. */
  readonly maxBasket: number;
  /** What the data was made from and how: kept in the artifact's manifest as it is. */
  readonly ingestParameters: Record<string, unknown>;
  readonly trainParameters: Record<string, unknown>;
  /** Absent where there are none, or none for this data and model. */
  readonly metrics?: Record<string, unknown>;
  /** Whether there were metrics of other data or another model. */
  readonly staleMetrics: boolean;
  /** The factorization machine, where there is one and it was asked for. */
  readonly machine?: FmMachine;
  /** What products are, by imported vectors, where there are some and vectors are to be made. */
  readonly content?: Content;
  /** Absent where there is none, or none for this data and model. */
  readonly blend?: FittedBlend;
  /** Whether there was a blend of other data or another model. */
  readonly staleBlend?: boolean;
  /** sha256 of the input files, by name. */
  readonly hashes: Record<string, string>;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Whether every hash that both know is the same, and they know one in common. */
function agree(own: Record<string, string>, other: Record<string, string>): boolean {
  const common = Object.keys(other).filter((name) => name in own);
  return common.length > 0 && common.every((name) => own[name] === other[name]);
}

async function readMetrics(dir: string, own: Record<string, string>) {
  const path = join(dir, metricsFile);
  if (!(await exists(path))) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new SepetError('manifest_invalid', `${path} is not JSON: run sepet evaluate again.`, { cause });
  }
  const parsed = metricsSchema.safeParse(json);
  return { metrics: parsed.success && agree(own, parsed.data.hashes) ? parsed.data : undefined };
}

function readModel(dir: string, path: string, dataset: DatasetManifest, products: number) {
  const file = mapFile(path);
  const found = readKind(file, path);
  if (found.kind !== 'sepet-model')
    throw new SepetError(
      'manifest_invalid',
      `${path} is a ${found.kind}, not a model: run sepet train ${dir}.`,
    );
  const parsed = modelManifest.safeParse(found);
  if (!parsed.success)
    throw new SepetError(
      'manifest_invalid',
      `${path} has no parameters or hashes: run sepet train ${dir} again.`,
    );
  if (!agree(dataset.hashes, parsed.data.hashes))
    throw new SepetError(
      'manifest_invalid',
      `${path} was trained on other data: run sepet train ${dir} again.`,
    );
  const vectors = { in: file.f32('w2v.in'), out: file.f32('w2v.out') };
  const dims = vectors.in.length / products;
  if (!Number.isInteger(dims) || dims < 1 || vectors.out.length !== vectors.in.length)
    throw new SepetError('file_damaged', `${path} holds no vectors for ${products} products.`);
  return { ...vectors, dims, trainParameters: parsed.data.parameters };
}

async function fittedFor(
  dir: string,
  own: Record<string, string>,
): Promise<Pick<BuildInputs, 'blend' | 'staleBlend'> & { readonly hash?: Record<string, string> }> {
  const found = await readBlend(dir);
  if (found === undefined) return {};
  if (!agree(own, found.hashes)) return { staleBlend: true };
  return { blend: found.blend, hash: { [blendFile]: await fileHash(join(dir, blendFile)) } };
}

/** The blend of an artifact; undefined where there is none, or it weighs a source that the artifact lacks. */
export function blendFor(
  { blend }: Pick<BuildInputs, 'blend'>,
  has: { readonly fm: boolean; readonly similar: boolean },
): FittedBlend | undefined {
  const lacking = blendSources.filter((source) => (source === 'fm' || source === 'similar') && !has[source]);
  const weighs = (source: BlendSource): boolean =>
    blend?.tiers.some(({ weights }) => (weights[source] ?? 0) > 0) === true;
  return lacking.some(weighs) ? undefined : blend;
}

export interface ReadOptions {
  /** Whether to take the factorization machine; yes if absent. */
  readonly fm?: boolean;
  /** Whether to read imported content vectors; no if absent. */
  readonly cold?: boolean;
}

/**
 * Reads a data folder. Throws `input_missing` where it was not ingested or trained, `manifest_invalid` where the
 * model or the factorization machine was trained on other data, and what reading the files throws.
 */
export async function readInputs(
  dir: string,
  { fm = true, cold = false }: ReadOptions = {},
): Promise<BuildInputs> {
  const dataset = await readManifest(dir);
  const model = join(dir, modelFile);
  if (!(await exists(model)))
    throw new SepetError('input_missing', `${dir} holds no ${modelFile}: make it with sepet train ${dir}.`);
  const products = await readProducts(dir);
  const trained = readModel(dir, model, dataset, products.products);
  const remedy = `run sepet train fm ${dir} again, or build with --no-fm`;
  const machine = fm ? readMachine(join(dir, machineFile), dataset, remedy) : undefined;
  const content = cold ? readContent(dir, dataset) : undefined;
  const own: Record<string, string> = {
    ...dataset.hashes,
    [modelFile]: await fileHash(model),
    ...(machine && { [machineFile]: await fileHash(join(dir, machineFile)) }),
    ...(content && { [basename(contentPath(dir))]: await fileHash(contentPath(dir)) }),
  };
  const { hash, ...blend } = await fittedFor(dir, own);
  Object.assign(own, hash);
  const found = await readMetrics(dir, own);
  const { source, parameters, time, counts, currency } = dataset;
  return {
    dir,
    products,
    counts: { orders: counts.orders, baskets: counts.baskets },
    currency,
    ...(dataset.deltas && { deltas: dataset.deltas.revision }),
    maxBasket: parameters.maxBasket,
    ingestParameters: { ...parameters, source, time },
    ...trained,
    ...(machine && { machine }),
    ...(content && { content }),
    ...(found?.metrics && { metrics: found.metrics }),
    staleMetrics: found !== undefined && found.metrics === undefined,
    ...blend,
    hashes: own,
  };
}
