// What Try knows besides the list: labels, policies, the chosen policy in full, facets, what the artifact holds.

import type { Facets, Policies, ServedLabel } from 'sepet/client';
import { client } from '../../kit/api.ts';
import { type Holds, holdsOf, type Policy } from '../../kit/policy-types.ts';
import type { TryState } from './state.ts';

export interface Context {
  readonly labels: readonly ServedLabel[];
  readonly policies: Policies;
  readonly facets: Facets | undefined;
  readonly holds: Holds | undefined;
}

const labelled = (label: string) => (label === '' ? {} : { label });

/** What cannot be told by an older or smaller server is left out; without policies there is nothing to try. */
export async function loadContext(label: string): Promise<Context> {
  const [labels, policies, facets, artifact] = await Promise.all([
    client.labels().catch((): readonly ServedLabel[] => []),
    client.policies(labelled(label)),
    client.facets({ limit: 200 }).catch(() => undefined),
    client.artifact().catch(() => undefined),
  ]);
  return { labels, policies, facets, holds: artifact && holdsOf(artifact.manifest) };
}

/** The name of the policy that answers a state: what it names, else what claims its placement, else the default. */
export function policyName({ policy, placement }: TryState, { policies }: Context): string {
  if (policy !== '') return policy;
  const claimed = policies.policies.find((one) => placement !== '' && one.placement.includes(placement));
  return claimed?.name ?? policies.default;
}

export async function loadPolicy(name: string, label: string): Promise<Policy> {
  const { document } = await client.policy(name, labelled(label));
  return document as unknown as Policy;
}

/** The most ordered products, to begin with. */
export const popularProducts = async () => (await client.searchProducts({ limit: 12, offset: 0 })).products;
