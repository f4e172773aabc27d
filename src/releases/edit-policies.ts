// Changing one policy of a label: its release with this policy replaced, added or taken out, published as a new revision.
// The label keeps its artifact and its other policies.

import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { suggestion } from '../base/nearest.ts';
import { defaultPolicy } from '../policy/defaults.ts';
import { type PolicyDocument, policyLabel } from '../policy/document.ts';
import { policyHash } from '../policy/hash.ts';
import { policySet } from '../policy/set.ts';
import type { Store } from '../store/store.ts';
import type { ArtifactPlaces } from './cache.ts';
import { checkExpected, knownLabel, type LabelEntry } from './label.ts';
import { knownPolicySet } from './policy-sets.ts';
import { type Published, publish } from './publish.ts';

export interface EditOptions {
  readonly label: string;
  /** The policy's. */
  readonly name: string;
  readonly why: string;
  /** Whom it is done for; the process's own user where absent. */
  readonly by?: string;
  /** The revision of the label that was looked at. */
  readonly expected?: number;
  readonly places?: ArtifactPlaces;
}

export interface Edited extends Published {
  /** `name@revision` of each policy that the label has now, the default first. */
  readonly policies: readonly string[];
  /** Whether the label had no policies of its own before, so that the built-in one answers no more. */
  readonly replacedBuiltIn: boolean;
}

interface Own {
  readonly entry: LabelEntry;
  /** Empty where the label has the built-in policy. */
  readonly documents: readonly PolicyDocument[];
}

async function ownPolicies(store: Store, { label, expected }: EditOptions): Promise<Own> {
  const { entry } = await knownLabel(store, label);
  checkExpected(label, entry, expected);
  const documents = entry.policies === null ? [] : (await knownPolicySet(store, entry.policies)).documents;
  return { entry, documents };
}

async function publishSet(
  store: Store,
  { entry, documents }: Own,
  next: readonly PolicyDocument[],
  { label, why, by, places }: EditOptions,
): Promise<Edited> {
  const published = await publish(store, {
    ...{ label, why, policies: next, expected: entry.revision },
    ...(by !== undefined && { by }),
    ...(places && { places }),
  });
  return { ...published, policies: namesOf(next), replacedBuiltIn: documents.length === 0 };
}

function namesOf(documents: readonly PolicyDocument[]): string[] {
  const set = policySet(documents);
  return [set.default, ...documents.filter((one) => one !== set.default)].map(policyLabel);
}

/**
 * Saves a policy to a label. Where it says what the label's policy says already, nothing changes. Throws `option_invalid` where the
 * document has another name, `policy_stale`, `label_unknown`, `label_conflict` where the label is or goes elsewhere meanwhile,
 * `release_refused` where it does not fit the label's artifact, and what else `publish` throws.
 */
export async function savePolicy(
  store: Store,
  document: PolicyDocument,
  options: EditOptions,
): Promise<Edited> {
  const { label, name } = options;
  if (document.name !== name)
    throw new SepetError(
      'option_invalid',
      `The path says the policy "${name}", the document "${document.name}".`,
    );
  const own = await ownPolicies(store, options);
  const served = own.documents.length === 0 ? [defaultPolicy] : own.documents;
  const before = served.find((one) => one.name === name);
  if (before !== undefined && policyHash(before) === policyHash(document))
    return { entry: own.entry, moved: false, gates: [], policies: namesOf(served), replacedBuiltIn: false };
  if (before !== undefined && document.revision <= before.revision)
    throw new SepetError(
      'policy_stale',
      `${label} has ${policyLabel(before)}, which says something else than this ${policyLabel(document)}. Give it the revision ${before.revision + 1} or a higher one.`,
    );
  const { documents } = own;
  const next = documents.some((one) => one.name === name)
    ? documents.map((one) => (one.name === name ? document : one))
    : [...documents, document];
  if (next.length > limits.policies.max)
    throw new SepetError('option_invalid', `${label} has ${documents.length} policies; no further one fits.`);
  return publishSet(store, own, next, options);
}

/**
 * Takes a policy out of a label. Throws `policy_unknown` with the nearest name, `policy_fixed` for the one that answers whoever asks
 * for none, and what `savePolicy` throws.
 */
export async function removePolicy(store: Store, options: EditOptions): Promise<Edited> {
  const { label, name } = options;
  const own = await ownPolicies(store, options);
  const { documents } = own;
  const found = documents.find((one) => one.name === name);
  if (found === undefined) {
    const near = suggestion(
      name,
      documents.map((one) => one.name),
    );
    throw new SepetError('policy_unknown', `${label} has no policy "${name}" of its own.${near}`);
  }
  if (found === policySet(documents).default)
    throw new SepetError(
      'policy_fixed',
      `${policyLabel(found)} is what ${label} answers by where a request names no policy: save another in its place, or roll back.`,
    );
  const left = documents.filter((one) => one !== found);
  return publishSet(store, own, left, options);
}
