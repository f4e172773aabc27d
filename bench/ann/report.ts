// What a run showed, as one object: the figures an issue asks for by name, and all they were made from.

import type { Built } from './builds.ts';
import type { Contestant } from './contestant.ts';
import type { FilteredRow } from './filtered.ts';
import type { Library, Missing } from './libraries.ts';
import type { AnnOptions } from './options.ts';
import { type Curve, type Ratio, ratioAt } from './sweep.ts';

export interface Measurements {
  readonly options: AnnOptions;
  readonly libraries: readonly Library[];
  readonly missing: readonly Missing[];
  readonly builds: readonly Built[];
  readonly running: ReadonlyMap<string, Contestant>;
  readonly curves: readonly Curve[];
  readonly filtered: readonly FilteredRow[];
  readonly machine: Readonly<Record<string, string>>;
}

/** Bytes a product of one of our settings: the vectors and every section the process loaded. */
function bytesAProduct(running: Measurements['running'], id: string, rows: number): number | undefined {
  const bytes = running.get(id)?.facts.bytes;
  return bytes && Object.values(bytes).reduce((sum, value) => sum + value, 0) / rows;
}

/** Named ratios of curves, each with the least and the most of the rounds; absent where one of the two is. */
function ratiosOf(curves: readonly Curve[]): Record<string, Ratio> {
  const curve = (id: string, batch: number) => curves.find((one) => one.id === id && one.batch === batch);
  const [ours, batch16, batch32] = [1, 16, 32].map((batch) => curve('sepet', batch));
  const [hnswlib, huge] = [curve('hnswlib', 1), curve('hnswlib-huge', 1)];
  const js = curve('sepet-js', 32);
  const pairs: Record<string, Ratio | undefined> = {
    ratio95: ratioAt(0.95, ours, hnswlib),
    ratio95HugePages: ratioAt(0.95, ours, huge),
    ratio99: ratioAt(0.99, ours, hnswlib),
    ratio99HugePages: ratioAt(0.99, ours, huge),
    ratio95Batch: ratioAt(0.95, batch32, hnswlib),
    ratio95BatchHugePages: ratioAt(0.95, batch32, huge),
    ratio99Batch: ratioAt(0.99, batch32, hnswlib),
    ratio99BatchHugePages: ratioAt(0.99, batch32, huge),
    ratioFaiss: ratioAt(0.95, ours, curve('faiss', 1)),
    ratioHnswlibNode: ratioAt(0.95, js, curve('hnswlib-node', 1)),
    ratioUsearch: ratioAt(0.95, js, curve('usearch', 32)),
    jsOverNative: ratioAt(0.95, js, batch32),
    ratioInterleaved: ratioAt(0.95, batch16, ours),
    ratioLean: ratioAt(0.95, curve('sepet-lean', 1), hnswlib),
  };
  return Object.fromEntries(
    Object.entries(pairs).filter((pair): pair is [string, Ratio] => pair[1] !== undefined),
  );
}

/** Recall of both graphs searched over plain vectors at the greatest width that both were measured at: how good they are. */
function equalWidth(curves: readonly Curve[]) {
  const [ours, theirs] = ['sepet-lean', 'hnswlib'].map(
    (id) => curves.find((curve) => curve.id === id)?.points,
  );
  for (const { ef, recall } of ours?.toReversed() ?? []) {
    const other = theirs?.find((point) => point.ef === ef);
    if (other !== undefined) return { ef, sepet: recall, hnswlib: other.recall };
  }
  return undefined;
}

/** CPU seconds of one-thread builds, which others on the machine lengthen less than the clock's. */
function buildFigures(builds: readonly Built[], threads: number) {
  const find = (index: string, count: number) =>
    builds.find((built) => built.index === index && built.threads === count);
  const [ours, parallel, hnswlib] = [find('sepet', 1), find('sepet', threads), find('hnswlib', 1)];
  return {
    ratioBuild: ours && hnswlib && hnswlib.cpuSeconds / ours.cpuSeconds,
    ratioBuildThreads: ours && parallel && ours !== parallel ? ours.seconds / parallel.seconds : undefined,
  };
}

/** The object that --json prints. Undefined fields, of what did not run, are left out by JSON. */
export function summarise(measured: Measurements): Record<string, unknown> {
  const { options, running, curves, builds } = measured;
  const ratios = ratiosOf(curves);
  const node = [ratios.ratioHnswlibNode, ratios.ratioUsearch].filter((ratio) => ratio !== undefined);
  return {
    ...Object.fromEntries(Object.entries(ratios).map(([name, { value }]) => [name, value])),
    ratioNode: node.length === 0 ? undefined : Math.min(...node.map(({ value }) => value)),
    ...buildFigures(builds, options.threads),
    bytesFast: bytesAProduct(running, 'sepet', options.rows),
    bytesLean: bytesAProduct(running, 'sepet-lean', options.rows),
    equalWidth: equalWidth(curves),
    spread: ratios,
    filtered: measured.filtered,
    curves,
    builds,
    processes: measured.libraries.map(({ id, about }) => ({ id, about, ...running.get(id)?.facts })),
    missing: measured.missing,
    rows: options.rows,
    dims: options.dims,
    metric: 'inner product on the same vectors for all',
    M: options.M,
    efConstruction: options.efConstruction,
    k: options.k,
    rounds: options.rounds,
    clock: options.clock,
    threads: options.threads,
    seed: options.seed,
    ...measured.machine,
  };
}
