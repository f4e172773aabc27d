// The policies that a recommender serves, compiled once for each, and what requests add to them: overrides and
// filters, of which the latest are remembered compiled.

import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { suggestion } from '../base/nearest.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { type CompiledPolicy, compilePolicy, type PolicyHoldings, type Rule } from '../policy/compile.ts';
import type { PolicyDocument } from '../policy/document.ts';
import { override } from '../policy/override.ts';
import { policySet } from '../policy/set.ts';
import { narrowingRules } from './narrow.ts';
import type { RecommendRequest } from './request.ts';

export interface Served {
  readonly policy: CompiledPolicy;
  /** Whether it ranks anew or chooses among candidates, so that it needs more of them than the answer holds. */
  readonly gathers: boolean;
  /** The compiled rules of a request's filters. Throws `option_invalid` on a name that the catalogue lacks. */
  rulesOf(request: RecommendRequest): readonly Rule[];
}

export interface ServedPolicies {
  readonly default: Served;
  readonly labels: readonly string[];
  /**
   * By name, else by placement, else the default; with the request's overrides. Throws `policy_unknown` on a name that
   * is not served, `policy_invalid` on overrides that are none or would widen what is mandatory.
   */
  choose(request: RecommendRequest): Served;
}

/** A map that forgets what was asked for longest ago. */
function remembering<V>(most: number): (key: string, make: () => V) => V {
  const known = new Map<string, V>();
  return (key, make) => {
    const value = known.get(key) ?? make();
    known.delete(key);
    known.set(key, value);
    if (known.size > most) known.delete(known.keys().next().value as string);
    return value;
  };
}

const none: readonly Rule[] = [];

function serve(document: PolicyDocument, catalog: Catalog, holdings: PolicyHoldings): Served {
  const policy = compilePolicy(document, catalog, holdings);
  const remember = remembering<readonly Rule[]>(limits.requestRules.default);
  const { rank, diversity } = document;
  return {
    policy,
    gathers: rank.length > 0 || Object.keys(diversity).length > 0 || policy.candidates.blend !== undefined,
    rulesOf({ filters }) {
      if (filters === undefined) return none;
      return remember(JSON.stringify(filters), () => policy.narrow(narrowingRules(filters)));
    },
  };
}

/** Compiles the policies. Throws `policy_invalid` where names repeat or one names what the artifact lacks. */
export function servedPolicies(
  documents: readonly PolicyDocument[],
  catalog: Catalog,
  holdings: PolicyHoldings,
): ServedPolicies {
  const set = policySet(documents);
  const served = new Map(
    set.documents.map((document) => [document.name, serve(document, catalog, holdings)]),
  );
  const remember = remembering<Served>(limits.requestPolicies.default);
  const own = served.get(set.default.name) as Served;

  function named({ policy, placement }: RecommendRequest): Served {
    if (policy === undefined)
      return placement === undefined ? own : (served.get(set.forPlacement(placement).name) ?? own);
    const found = served.get(policy);
    if (found !== undefined) return found;
    const message = `No policy "${policy}" is served.${suggestion(policy, served.keys())}`;
    throw new SepetError('policy_unknown', message);
  }

  return {
    default: own,
    labels: [own, ...[...served.values()].filter((one) => one !== own)].map(({ policy }) => policy.label),
    choose(request) {
      const chosen = named(request);
      const { overrides } = request;
      if (overrides === undefined) return chosen;
      const { document } = chosen.policy;
      return remember(`${document.name}\n${JSON.stringify(overrides)}`, () =>
        serve(override(document, overrides), catalog, holdings),
      );
    },
  };
}
