// What a label and the deltas of its store say now. A look costs two small requests, answered by "as before" nearly always.

import { SepetError } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import { deltasAfter, pollDeltaHead, readDeltaHead, type StoredHead } from './deltas.ts';
import type { Wanted } from './follow-cache.ts';
import { labelKey } from './keys.ts';
import { knownLabel, type Label } from './label.ts';
import { knownPolicySet } from './policy-sets.ts';
import { knownRecord } from './record.ts';

export class News {
  readonly #store: Store;
  readonly #name: string;
  #label: Label | undefined;
  #head: StoredHead | undefined;

  constructor(store: Store, label: string) {
    this.#store = store;
    this.#name = label;
  }

  /**
   * Looks; resolves to whether anything changed since the last look. Throws what the store throws,
   * `label_unknown` with the nearest label, `manifest_invalid`.
   */
  async look(): Promise<boolean> {
    const [label, head] = await Promise.all([this.#lookAtLabel(), this.#lookAtDeltas()]);
    const isNew = label?.etag !== this.#label?.etag || head?.etag !== this.#head?.etag;
    this.#label = label;
    this.#head = head;
    return isNew;
  }

  async #lookAtLabel(): Promise<Label> {
    const known = this.#label;
    if (known !== undefined && (await this.#store.readIfChanged(labelKey(this.#name), known.etag)) === 'same')
      return known;
    return knownLabel(this.#store, this.#name);
  }

  async #lookAtDeltas(): Promise<StoredHead | undefined> {
    const known = this.#head;
    if (known === undefined) return readDeltaHead(this.#store);
    const found = await pollDeltaHead(this.#store, known.etag);
    return found === 'same' ? known : found;
  }

  /** All that the label's release is made of. Throws `release_unknown` where the label has no artifact yet, or it is gone. */
  async wanted(): Promise<Wanted> {
    const { entry } = this.#label ?? (await knownLabel(this.#store, this.#name));
    if (entry.artifact === null)
      throw new SepetError(
        'release_unknown',
        `The label ${this.#name} of ${this.#store.url} has policies and no artifact yet. Publish one: sepet publish ARTIFACT --label ${this.#name}`,
      );
    const artifact = await knownRecord(this.#store, entry.artifact);
    const policies =
      entry.policies === null ? null : (await knownPolicySet(this.#store, entry.policies)).record;
    const folded = artifact.manifest.deltas?.revision ?? 0;
    const deltas = [...deltasAfter(this.#head?.head, folded)];
    return { revision: entry.revision, artifact, policies, deltas };
  }
}
