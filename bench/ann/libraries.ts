// Who competes: how each library is built and served, and which of them is not to be had here.

import { fileURLToPath } from 'node:url';
import type { ContestantCommand } from './contestant.ts';
import type { AnnOptions } from './options.ts';
import { builderDigest, compileHnswlibNode, type Programs, packageFolder } from './programs.ts';
import { type AnnSet, flags } from './set.ts';

export interface Field {
  readonly programs: Programs;
  readonly set: AnnSet;
  readonly options: AnnOptions;
}

export type IndexName = 'sepet' | 'hnswlib' | 'faiss' | 'usearch';

/** An index on disk that one or several contestants load. */
export interface IndexPlan {
  readonly name: IndexName;
  readonly threads: number;
  readonly file: string;
  /** The process that writes it, under the name `file`.part. */
  readonly build: ContestantCommand;
}

interface Row {
  readonly id: string;
  readonly about: string;
  readonly index: IndexName;
  /** The C++ program, or the library that serve.ts serves. */
  readonly program?: string;
  readonly script?: string;
  readonly more?: Readonly<Record<string, string | number>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Curves of it: queries a call, 1 being one by one. */
  readonly batches: readonly number[];
  /** Only asked under filters where false. */
  readonly curve?: false;
  /** Why it cannot run, where the lack of its program says too little. */
  readonly missing: () => string | undefined;
}

export type Library = Row & { readonly plan: IndexPlan; readonly serve: ContestantCommand };
export type Missing = { readonly id: string; readonly missing: string };

const notThere = (what: string) => () => what;
const hnswlibMissing = notThere('Debian package libhnswlib-dev is not installed');

const table: readonly Row[] = [
  {
    id: 'sepet',
    about: 'neighbour codes',
    index: 'sepet',
    program: 'sepet_ann_ours',
    batches: [1, 16, 32],
    missing: notThere('it was not built'),
  },
  {
    id: 'sepet-lean',
    about: 'without neighbour codes',
    index: 'sepet',
    program: 'sepet_ann_ours',
    more: { lean: 1 },
    batches: [1],
    missing: notThere('it was not built'),
  },
  {
    id: 'sepet-js',
    about: 'through the JavaScript API',
    index: 'sepet',
    script: 'sepet',
    batches: [32],
    missing: () => undefined,
  },
  {
    id: 'hnswlib',
    about: 'Debian libhnswlib-dev, C++',
    index: 'hnswlib',
    program: 'sepet_ann_hnswlib',
    batches: [1],
    missing: hnswlibMissing,
  },
  {
    id: 'hnswlib-huge',
    about: 'the same with 2 MB pages',
    index: 'hnswlib',
    program: 'sepet_ann_hnswlib',
    // glibc asks for 2 MB pages for what malloc maps.
    env: { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' },
    batches: [1],
    missing: hnswlibMissing,
  },
  {
    id: 'hnswlib-filters',
    about: 'the later hnswlib that hnswlib-node ships, C++, which has filter functors',
    index: 'hnswlib',
    program: 'sepet_ann_hnswlib_filters',
    batches: [1],
    curve: false,
    missing: notThere('npm package hnswlib-node, which holds its source, is not installed'),
  },
  {
    id: 'faiss',
    about: 'Debian libfaiss-dev, HNSWFlat, C++',
    index: 'faiss',
    program: 'sepet_ann_faiss',
    batches: [1],
    missing: notThere('Debian package libfaiss-dev is not installed'),
  },
  {
    id: 'hnswlib-node',
    about: 'npm, JavaScript API',
    index: 'hnswlib',
    script: 'hnswlib-node',
    batches: [1],
    missing: compileHnswlibNode,
  },
  {
    id: 'usearch',
    about: 'npm, JavaScript API, f32',
    index: 'usearch',
    script: 'usearch',
    batches: [32],
    missing: () =>
      packageFolder('usearch') === undefined ? 'npm package usearch is not installed' : undefined,
  },
];

/** The rows that were asked for. Throws an Error for a name that there is not. */
function rowsOf({ only }: AnnOptions): readonly Row[] {
  const unknown = only.find((id) => !table.some((row) => row.id === id));
  if (unknown !== undefined)
    throw new Error(`--only knows ${table.map(({ id }) => id).join(', ')}, not ${unknown}.`);
  return only.length === 0 ? table : table.filter(({ id }) => only.includes(id));
}

/** The C++ programs that a run needs, those that build an index among them. */
export function programsFor(options: AnnOptions): Set<string> {
  const rows = rowsOf(options);
  const builders = table.filter(({ index }) => rows.some((row) => row.index === index));
  const programs = [...rows, ...builders].flatMap(({ program }) => program ?? []);
  return new Set(['sepet_ann_generate', 'sepet_ann_filters', ...programs]);
}

const serveScript = fileURLToPath(
  new URL(`./serve.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url),
);

/** The process that runs a row's code; undefined where its program was not built. */
function command({ programs, set, options }: Field, row: Row, more: Record<string, string | number>) {
  const { dims, k, M, efConstruction } = options;
  const args = flags({
    data: set.folder,
    dims,
    k,
    M,
    'ef-construction': efConstruction,
    ...row.more,
    ...more,
  });
  const env = row.env === undefined ? {} : { env: row.env };
  if (row.script !== undefined)
    return { command: process.execPath, args: [serveScript, '--library', row.script, ...args], ...env };
  const program = programs.find(row.program ?? '');
  return program === undefined ? undefined : { command: program, args, ...env };
}

/** How an index is built: by the first row that has it and can run here. */
export function planIndex(field: Field, name: IndexName, threads: number): IndexPlan | undefined {
  const { M, efConstruction } = field.options;
  const version = name === 'sepet' ? `-${builderDigest()}` : '';
  const file = `${field.set.folder}/${name}${version}-M${M}-ef${efConstruction}-t${threads}.index`;
  for (const row of table.filter(({ index, script }) => index === name && script !== 'hnswlib-node')) {
    const build = command(field, row, { build: 1, threads, graph: `${file}.part` });
    if (build !== undefined) return { name, threads, file, build };
  }
  return undefined;
}

/** Every library that was asked for, or why it is missing. */
export function listLibraries(field: Field): (Library | Missing)[] {
  return rowsOf(field.options).map((row) => {
    const plan = planIndex(field, row.index, 1);
    const serve = plan && command(field, row, { graph: plan.file });
    const missing = row.script !== undefined || serve === undefined ? row.missing() : undefined;
    if (missing !== undefined || plan === undefined || serve === undefined)
      return { id: row.id, missing: missing ?? `nothing here builds an index of ${row.index}` };
    return { ...row, plan, serve };
  });
}
