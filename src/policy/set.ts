// The policies that are served together: one by default, the others by name or by placement.

import { SepetError } from '../base/errors.ts';
import { defaultPolicy } from './defaults.ts';
import type { PolicyDocument } from './document.ts';

export interface PolicySet {
  /** In the order given; at least one. Plain data, from which another thread makes the same set. */
  readonly documents: readonly PolicyDocument[];
  /** The one named `default`, else the first. */
  readonly default: PolicyDocument;
  byName(name: string): PolicyDocument | undefined;
  /** The policy that claims the placement, else the default. */
  forPlacement(placement: string): PolicyDocument;
}

/** Names and placements that a document claims although one before it does; by document. */
export function conflicts(
  documents: readonly PolicyDocument[],
): { readonly document: PolicyDocument; readonly said: string }[] {
  const claims = new Map<string, PolicyDocument>();
  const claim = (what: string, document: PolicyDocument) => {
    const other = claims.get(what);
    if (other === undefined) claims.set(what, document);
    return other === undefined ? [] : [{ document, said: `The ${what} is ${whose(other)}'s already.` }];
  };
  const whose = ({ name, origin }: PolicyDocument): string => origin?.file ?? name;
  return documents.flatMap((document) => [
    ...claim(`name "${document.name}"`, document),
    ...document.placement.flatMap((place) => claim(`placement "${place}"`, document)),
  ]);
}

/**
 * Puts policies together; without any, the built-in one. Throws `policy_invalid` where two have one name or claim
 * one placement.
 */
export function policySet(given: readonly PolicyDocument[]): PolicySet {
  const documents = given.length === 0 ? [defaultPolicy] : given;
  const [conflict] = conflicts(documents);
  if (conflict !== undefined) {
    const { document, said } = conflict;
    throw new SepetError('policy_invalid', `${document.origin?.file ?? document.name}: ${said}`);
  }
  const names = new Map(documents.map((document) => [document.name, document]));
  const placements = new Map(
    documents.flatMap((document) => document.placement.map((place) => [place, document])),
  );
  const fallback = names.get('default') ?? (documents[0] as PolicyDocument);
  return {
    documents,
    default: fallback,
    byName: (name) => names.get(name),
    forPlacement: (placement) => placements.get(placement) ?? fallback,
  };
}
