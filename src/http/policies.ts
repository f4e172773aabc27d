// What /v1/policies tells of the served policies. Each is shown as it was checked, defaults filled in, so that
// what is served can be read, compared and sent back.

import { SepetError } from '../base/errors.ts';
import { suggestion } from '../base/nearest.ts';
import { type PolicyDocument, policyLabel } from '../policy/document.ts';
import { policyHash } from '../policy/hash.ts';
import { policySet } from '../policy/set.ts';
import type { RecommendRequest } from '../recommend/request.ts';

export interface PolicyPages {
  readonly list: object;
  /** One policy. Throws `policy_unknown` naming the nearest. */
  one(name: string): object;
  /** What a request is answered by, `name@revision`; undefined where it names a policy that is not served. */
  labelFor(request: Pick<RecommendRequest, 'policy' | 'placement'>): string | undefined;
}

/** The answers, made once: policies do not change while they are served. */
export function policyPages(documents: readonly PolicyDocument[]): PolicyPages {
  const { default: own, forPlacement } = policySet(documents);
  const pages = new Map(documents.map((document) => [document.name, pageOf(document)]));
  const policies = documents.map((document) => ({
    ...identityOf(document),
    placement: document.placement,
    limit: document.limit,
    filters: document.filters.length,
    rank: document.rank.length,
  }));
  return {
    list: { default: own.name, policies },
    one(name) {
      const page = pages.get(name);
      if (page !== undefined) return page;
      const message = `No policy "${name}" is served.${suggestion(name, pages.keys())}`;
      throw new SepetError('policy_unknown', message);
    },
    labelFor({ policy, placement }) {
      const named = documents.find(({ name }) => name === policy);
      if (policy !== undefined) return named && policyLabel(named);
      return policyLabel(placement === undefined ? own : forPlacement(placement));
    },
  };
}

const identityOf = (document: PolicyDocument) => ({
  name: document.name,
  revision: document.revision,
  policy: policyLabel(document),
  hash: policyHash(document),
});

/** The document without where it was read from, which is the operator's business. */
function pageOf({ origin: _, ...document }: PolicyDocument): object {
  return { ...identityOf(document), document };
}
