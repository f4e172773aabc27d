// Makes a release ready to be served: fetches what it is made of, checks signatures and every byte, lays the deltas over
// its catalogue, and asks it a few questions. What comes out may be served as it is.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { SepetError } from '../base/errors.ts';
import { collectGarbage } from '../base/garbage.ts';
import { limits } from '../base/limits.ts';
import type { ProductChange } from '../catalog/changes.ts';
import { makeOverlay, type Overlay, type OverlayReport } from '../catalog/overlay.ts';
import type { Pages } from '../native/index.ts';
import { defaultPolicy } from '../policy/defaults.ts';
import type { PolicyDocument } from '../policy/document.ts';
import { checkPolicy } from '../policy/parse.ts';
import { type Artifact, openArtifact } from '../recommend/artifact.ts';
import { createRecommender } from '../recommend/open.ts';
import type { Store } from '../store/store.ts';
import { collectChanges, type DeltaEntry, downloadDeltas } from './deltas.ts';
import { decodeDocument } from './documents.ts';
import type { Wanted } from './follow-cache.ts';
import { artifactKey, hexOf, policiesKey } from './keys.ts';
import type { ArtifactRecord, PoliciesRecord } from './record.ts';
import { checkSignature, subjectOf } from './sign.ts';

export interface ReleaseFacts {
  readonly name: string;
  readonly createdAt: string;
  readonly products: number;
  readonly dims: number;
}

/** What is ready to be served. Plain data; the overlay's arrays are shared. */
export interface Ready {
  readonly file: string;
  /** The id that answers carry. */
  readonly artifact: string;
  readonly policies: readonly PolicyDocument[];
  /** What can be told of it by who does not open it. */
  readonly facts: ReleaseFacts;
  readonly overlay?: Overlay;
  /** The latest delta that is in it, folded in or laid over; 0 for none. */
  readonly deltas: number;
  /** What came of the deltas that are laid over. */
  readonly report?: OverlayReport & { readonly foreignPrices: number };
}

export interface PreparerOptions {
  /** Where files are put, laid out like a store. */
  readonly folder: string;
  readonly pages: Pages;
  /** In PEM form; without, signatures are not asked for. */
  readonly publicKeys?: string;
}

/** Products that are asked for before anybody else does. */
const questions = 16;

/** The deltas that were merged, and what they say together. */
interface Merged {
  readonly files: readonly string[];
  readonly changes: Map<string, ProductChange>;
  /** Prices in another currency than the artifact's, which are left out. */
  readonly foreignPrices: number;
}

export class Preparer {
  readonly #options: PreparerOptions;
  /** The artifact prepared last: policies and deltas that follow it need no second look at the file. */
  #held: { readonly file: string; readonly artifact: Artifact; merged: Merged } | undefined;

  constructor(options: PreparerOptions) {
    this.#options = options;
  }

  /**
   * Throws what the store throws, what opening an artifact and reading policies and deltas throws, and
   * `signature_missing` or `signature_invalid` where signatures are asked for.
   */
  async prepare(wanted: Wanted, store: Store): Promise<Ready> {
    this.#checkSignatures(wanted);
    const artifact = await this.#artifact(wanted.artifact, store);
    const policies = await this.#policies(wanted.policies, store);
    const laid = await this.#overlay(wanted.deltas, artifact, store);
    const opened = createRecommender(artifact, policies, laid && { overlay: laid.overlay });
    opened.recommend(opened.popularIds(questions).map((product) => ({ product })));
    const { name, createdAt } = artifact.manifest;
    const { products, dims } = opened.info;
    return {
      file: this.#pathOf(artifactKey(wanted.artifact.file)),
      artifact: artifact.id,
      policies,
      facts: { name, createdAt, products, dims },
      deltas: wanted.deltas.at(-1)?.revision ?? artifact.manifest.deltas?.revision ?? 0,
      ...laid,
    };
  }

  #pathOf(key: string): string {
    return join(this.#options.folder, key);
  }

  #checkSignatures({ artifact, policies, deltas }: Wanted): void {
    const { publicKeys } = this.#options;
    if (publicKeys === undefined) return;
    checkSignature(publicKeys, subjectOf('artifact', artifact.file), artifact.signature);
    if (policies !== null)
      checkSignature(publicKeys, subjectOf('policies', policies.policies), policies.signature);
    for (const { file, signature } of deltas) checkSignature(publicKeys, subjectOf('delta', file), signature);
  }

  async #artifact({ file, bytes, artifact: id }: ArtifactRecord, store: Store): Promise<Artifact> {
    if (this.#held?.file === file) return this.#held.artifact;
    const path = this.#pathOf(artifactKey(file));
    await store.download(artifactKey(file), path, { sha256: hexOf(file), bytes });
    // Let go of the one before: with huge pages it is the process's own memory.
    if (this.#held !== undefined) {
      this.#held = undefined;
      await collectGarbage();
    }
    const artifact = openArtifact(path, { verify: true, pages: this.#options.pages });
    if (artifact.id !== id)
      throw new SepetError('file_damaged', `${file} is the artifact ${artifact.id}; its record says ${id}.`);
    this.#held = { file, artifact, merged: { files: [], changes: new Map(), foreignPrices: 0 } };
    return artifact;
  }

  async #policies(record: PoliciesRecord | null, store: Store): Promise<readonly PolicyDocument[]> {
    if (record === null) return [defaultPolicy];
    const key = policiesKey(record.policies);
    const path = this.#pathOf(key);
    await store.download(key, path, { sha256: hexOf(record.policies), bytes: record.bytes });
    const documents = decodeDocument(z.array(z.unknown()).max(limits.policies.max), readFileSync(path), key);
    return documents.map((document) => checkPolicy(document));
  }

  async #overlay(
    deltas: readonly DeltaEntry[],
    artifact: Artifact,
    store: Store,
  ): Promise<Required<Pick<Ready, 'overlay' | 'report'>> | undefined> {
    const last = deltas.at(-1);
    if (last === undefined || this.#held === undefined) return undefined;
    const files = deltas.map(({ file }) => file);
    const before = this.#held.merged;
    const follows = before.files.every((file, i) => file === files[i]);
    const further = follows ? deltas.slice(before.files.length) : deltas;
    const downloaded = await downloadDeltas(store, further, this.#pathOf('deltas'));
    const known = follows ? new Map(before.changes) : new Map<string, ProductChange>();
    const { changes, foreignPrices: more } = collectChanges(downloaded, artifact.manifest.currency, known);
    const foreignPrices = (follows ? before.foreignPrices : 0) + more;
    this.#held.merged = { files, changes, foreignPrices };
    const { overlay, report } = makeOverlay(artifact.catalog, changes, last.revision);
    return { overlay, report: { ...report, foreignPrices } };
  }
}
