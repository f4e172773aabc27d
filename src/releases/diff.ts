// What changes where one release takes the place of another: products, figures, policies, and above all the lists that
// customers would see.

import type { ArtifactManifest } from '../artifact/manifest.ts';
import { SepetError } from '../base/errors.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { defaultPolicy } from '../policy/defaults.ts';
import { type PolicyDocument, policyLabel } from '../policy/document.ts';
import { policyHash } from '../policy/hash.ts';
import { type Artifact, openArtifact } from '../recommend/artifact.ts';
import { sha256OfFile } from '../store/hash.ts';
import type { Store, TransferOptions } from '../store/store.ts';
import { type ArtifactPlaces, fetchArtifact } from './cache.ts';
import { compareLists, type ListComparison } from './diff-lists.ts';
import { figuresOf } from './figures.ts';
import type { LabelEntry } from './label.ts';
import { productsGone } from './missing.ts';
import { findNamed } from './names.ts';
import { knownPolicySet } from './policy-sets.ts';
import { knownRecord } from './record.ts';

/** One side of a comparison, open. */
export interface Side {
  /** As it was asked for. */
  readonly name: string;
  /** `sha256:` of its file. */
  readonly file: string;
  readonly entry?: LabelEntry;
  readonly artifact: Artifact;
  readonly documents: readonly PolicyDocument[];
}

export interface SideSummary {
  readonly name: string;
  readonly revision?: number;
  /** `sha256:` of its file. */
  readonly file: string;
  /** The id that answers carry. */
  readonly artifact: string;
  readonly title: string;
  readonly createdAt: string;
  readonly bytes: number;
  readonly counts: ArtifactManifest['counts'];
  readonly policies: readonly string[];
}

export interface Figure {
  readonly name: string;
  readonly before?: number;
  readonly after?: number;
}

export interface Diff {
  readonly before: SideSummary;
  readonly after: SideSummary;
  readonly products: {
    readonly both: number;
    readonly added: number;
    readonly removed: number;
    readonly addedExamples: readonly string[];
    readonly removedExamples: readonly string[];
    /** Of those in both, how many have another one of it. */
    readonly changed: Readonly<Record<'title' | 'price' | 'stock' | 'category' | 'brand', number>>;
  };
  readonly figures: readonly Figure[];
  /** `name@revision` of policies that one side has alone, or that say something else. */
  readonly policies: { readonly added: string[]; readonly removed: string[]; readonly changed: string[] };
  readonly lists: ListComparison;
}

export interface DiffOptions extends TransferOptions {
  /** Most products whose lists are compared: the most ordered ones. */
  readonly products: number;
  readonly examples: number;
}

export interface FindOptions extends TransferOptions, ArtifactPlaces {
  /** Whether a name may be a file's; so where absent. */
  readonly files?: boolean;
}

interface Place {
  readonly name: string;
  readonly path: string;
  readonly file: string;
  readonly release?: LabelEntry;
}

async function locate(store: Store | undefined, name: string, options: FindOptions): Promise<Place> {
  const named = await findNamed(store, name, options);
  if (named.kind === 'file') {
    const { path } = named;
    return { name, path, file: `sha256:${await sha256OfFile(path, options)}` };
  }
  if (store === undefined) throw new SepetError('internal', `${name} was found without a store.`);
  const file = named.kind === 'artifact' ? named.file : named.entry.artifact;
  if (file === null)
    throw new SepetError('release_unknown', `${name} has policies alone: there is no artifact to compare.`);
  const path = await fetchArtifact(store, await knownRecord(store, file), options);
  return named.kind === 'artifact' ? { name, path, file } : { name, path, file, release: named.entry };
}

/** The policies of a side: its release's; a bare artifact is looked at through those of the other side. */
async function documentsOf(
  store: Store | undefined,
  own: Place,
  other: Place,
): Promise<readonly PolicyDocument[]> {
  const name = (own.release ?? other.release)?.policies ?? null;
  return store === undefined || name === null
    ? [defaultPolicy]
    : (await knownPolicySet(store, name)).documents;
}

/** Opens two releases or artifacts by what people call them. Throws what finding, downloading and opening them throw. */
export async function openSides(
  store: Store | undefined,
  names: readonly [string, string],
  options: FindOptions = {},
): Promise<[Side, Side]> {
  const before = await locate(store, names[0], options);
  const after = await locate(store, names[1], options);
  const open = async (own: Place, other: Place): Promise<Side> => ({
    name: own.name,
    file: own.file,
    ...(own.release && { entry: own.release }),
    artifact: openArtifact(own.path),
    documents: await documentsOf(store, own, other),
  });
  return [await open(before, after), await open(after, before)];
}

function summaryOf({ name, file, entry, artifact, documents }: Side): SideSummary {
  const { id, manifest } = artifact;
  return {
    name,
    ...(entry && { revision: entry.revision }),
    file,
    artifact: id,
    title: manifest.name,
    createdAt: manifest.createdAt,
    bytes: artifact.file.bytes,
    counts: manifest.counts,
    policies: documents.map(policyLabel),
  };
}

/** What is said of a product, by what diff counts. */
const facts: Readonly<Record<keyof Diff['products']['changed'], (catalog: Catalog, row: number) => unknown>> =
  {
    title: ({ titles }, row) => titles.at(row),
    price: ({ columns }, row) => columns.price[row],
    stock: ({ columns }, row) => columns.stock[row],
    category: ({ columns, categories }, row) => nameAt(categories, columns.category[row]),
    brand: ({ columns, brands }, row) => nameAt(brands, columns.brand[row]),
  };

const nameAt = (names: { length: number; at(i: number): string }, number = -1): string | undefined =>
  number >= 0 && number < names.length ? names.at(number) : undefined;

function compareProducts(before: Catalog, after: Catalog, examples: number): Diff['products'] {
  const removed = productsGone(before, after, examples);
  const added = productsGone(after, before, examples);
  const changed = { title: 0, price: 0, stock: 0, category: 0, brand: 0 };
  const names = Object.keys(changed) as (keyof typeof changed)[];
  for (let row = 0; row < after.products; row++) {
    const old = before.ids.row(after.ids.id(row));
    if (old < 0) continue;
    for (const name of names) if (facts[name](before, old) !== facts[name](after, row)) changed[name]++;
  }
  return {
    both: after.products - added.gone,
    added: added.gone,
    removed: removed.gone,
    addedExamples: added.examples,
    removedExamples: removed.examples,
    changed,
  };
}

/** Recall as built, then the offline figures that either side has. */
function compareFigures(before: ArtifactManifest, after: ArtifactManifest): Figure[] {
  const all = (manifest: ArtifactManifest): Map<string, number> => {
    const best = manifest.recall.at.at(-1);
    const recall: [string, number][] = best
      ? [[`recall@${manifest.recall.k} of the index, efSearch ${best.efSearch}`, best.recall]]
      : [];
    return new Map([...recall, ...figuresOf(manifest)]);
  };
  const [was, is] = [all(before), all(after)];
  return [...new Set([...was.keys(), ...is.keys()])].map((name) => {
    const [old, now] = [was.get(name), is.get(name)];
    return { name, ...(old !== undefined && { before: old }), ...(now !== undefined && { after: now }) };
  });
}

function comparePolicies(
  before: readonly PolicyDocument[],
  after: readonly PolicyDocument[],
): Diff['policies'] {
  const [was, is] = [before, after].map((documents) => new Map(documents.map((one) => [one.name, one]))) as [
    Map<string, PolicyDocument>,
    Map<string, PolicyDocument>,
  ];
  return {
    added: after.filter(({ name }) => !was.has(name)).map(policyLabel),
    removed: before.filter(({ name }) => !is.has(name)).map(policyLabel),
    changed: after
      .filter((now) => {
        const old = was.get(now.name);
        return old !== undefined && policyHash(old) !== policyHash(now);
      })
      .map(policyLabel),
  };
}

/** Compares two open sides. Throws `policy_invalid` where a side's policies do not fit its artifact. */
export function compareSides(before: Side, after: Side, { products, examples }: DiffOptions): Diff {
  return {
    before: summaryOf(before),
    after: summaryOf(after),
    products: compareProducts(before.artifact.catalog, after.artifact.catalog, examples),
    figures: compareFigures(before.artifact.manifest, after.artifact.manifest),
    policies: comparePolicies(before.documents, after.documents),
    lists: compareLists(before, after, { products, examples }),
  };
}
