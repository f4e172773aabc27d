// Opens what the URL names: a policy of a label, or a new one from a starter.

import type { PolicyDocument } from 'sepet/client';
import { client } from '../../kit/api.ts';
import { applied, isSame, parseOverrides } from '../../kit/rules/overrides.ts';
import { policyKeys } from './draft.ts';
import { readDraft, savedText } from './drafts.ts';
import { Editing, policyOf } from './editing.ts';
import type { LabelPolicies } from './page-policies.ts';
import { begun, starterOf, starters, textOf } from './starters.ts';

export interface Wanted {
  /** The main one where empty. */
  readonly label: string;
  readonly policy: string;
  /** Of a new policy; empty for one that is served. */
  readonly starter: string;
  /** What was tried and is to be written into the policy: overrides as JSON. */
  readonly rules: string | null;
}

/** Writes what was tried into the text; parts that stay as they are are left as they are written. */
function carryOver(editing: Editing, served: PolicyDocument, rules: string | null): void {
  const overrides = parseOverrides(rules);
  if (Object.keys(overrides).length === 0) return;
  const policy = policyOf(served);
  const next = applied(policy, overrides);
  const changed = policyKeys.filter((key) => key !== 'candidates' && !isSame(next[key], policy[key]));
  editing.setDraft((draft) => ({
    ...draft,
    ...Object.fromEntries(changed.map((key) => [key, next[key]])),
    ...(overrides.candidates && { candidates: { ...(draft.candidates as object), ...overrides.candidates } }),
  }));
  editing.keep();
}

/** Throws what the server says of a policy that it does not serve. */
export async function openPolicy(all: readonly LabelPolicies[], wanted: Wanted): Promise<Editing> {
  const { policy: name } = wanted;
  const found = all.find(({ label }) => (wanted.label === '' ? label.main : label.label === wanted.label));
  if (found === undefined)
    throw new Error(
      `There is no label "${wanted.label}" here. It may not be followed by this server, or was renamed.`,
    );
  const { label, policies } = found;
  const ofLabel = label.main ? {} : { label: label.label };
  const isServed = policies.policies.some((one) => one.name === name);
  const kept = readDraft(label.label, name);
  if (!isServed && (wanted.starter !== '' || kept?.base === '')) {
    const taken = policies.policies.flatMap(({ placement }) => placement);
    const starter = starterOf(wanted.starter) ?? starters[0];
    const { policy, document } = await client.policy(policies.default, ofLabel);
    const against = { words: policy, policy: document };
    return new Editing({
      label,
      name,
      against,
      served: undefined,
      base: starter ? begun(starter, name, taken) : `name: ${name}\n`,
      kept,
    });
  }
  const served = await client.policy(name, ofLabel);
  const against = { words: served.policy, policy: served.document };
  const base = savedText(served.hash) ?? textOf(served.document);
  const editing = new Editing({ label, name, served, against, base, kept });
  carryOver(editing, served.document, wanted.rules);
  return editing;
}
