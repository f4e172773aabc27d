// Filters: their state against the policy, and the controls of one.

import { html, type TemplateResult } from 'lit';
import type { Conditions, Overrides, Policy, Rule, RuleBody } from '../policy-types.ts';
import type { Around } from './around.ts';
import { choice, conditionControls, conditionKinds, whenControls } from './conditions.ts';
import { bodyOf } from './overrides.ts';

export interface FilterState {
  readonly rule: Rule;
  readonly isOn: boolean;
  readonly isAdded: boolean;
  readonly isChanged: boolean;
}

/** The policy's filters as the overrides leave them, then those that the overrides add. */
export function filterStates(policy: Policy, overrides: Overrides): readonly FilterState[] {
  const changes = overrides.filters ?? {};
  const own = policy.filters.map((rule): FilterState => {
    const change = changes[rule.name];
    const now = change === undefined || change === false ? rule : { name: rule.name, ...change };
    return { rule: now, isOn: change !== false, isAdded: false, isChanged: change !== undefined };
  });
  const added = Object.entries(changes).flatMap(([name, change]): FilterState[] =>
    change === false || policy.filters.some((rule) => rule.name === name)
      ? []
      : [{ rule: { name, ...change }, isOn: true, isAdded: true, isChanged: true }],
  );
  return [...own, ...added];
}

/** Kinds that usually say what must not be. */
const usuallyDropped: readonly (keyof Conditions)[] = ['group', 'pair', 'ids', 'category', 'brand'];

/** A new filter of a kind, under a name that is free. */
export function newFilter(
  kind: keyof Conditions,
  policy: Policy,
  overrides: Overrides,
  around: Around,
): Rule | undefined {
  const first = conditionKinds.find(([known]) => known === kind)?.[2](around);
  if (first === undefined) return undefined;
  const taken = [...policy.filters.map(({ name }) => name), ...Object.keys(overrides.filters ?? {})];
  let name = `try-${kind}`;
  for (let n = 2; taken.includes(name); n++) name = `try-${kind}-${n}`;
  return usuallyDropped.includes(kind) ? { name, drop: first } : { name, keep: first };
}

/** What a filter compares, each with its control; who it is for, and what becomes of the unknown, behind a fold. */
export function filterControls(rule: Rule, around: Around, change: (body: RuleBody) => void): TemplateResult {
  const body = bodyOf(rule);
  const { keep, drop, when, unknown = 'keep' } = body;
  const side = keep === undefined ? 'drop' : 'keep';
  const conditions = keep ?? drop ?? {};
  const put = (next: Conditions) => change({ ...body, [side]: next });
  const turn = (next: 'keep' | 'drop') => {
    const { keep: _, drop: __, ...rest } = body;
    change({ ...rest, [next]: conditions });
  };
  const putWhen = (next: NonNullable<RuleBody['when']>) => {
    const { when: _, ...rest } = body;
    change(Object.keys(next).length === 0 ? rest : { ...rest, when: next });
  };
  return html`
    ${conditionControls(conditions, around, put)}
    <details class="more">
      <summary>More about this rule</summary>
      <div class="controls">
        ${choice(
          'Such products are',
          [
            ['keep', 'the only ones kept'],
            ['drop', 'dropped'],
          ],
          side,
          turn,
        )}
        ${choice(
          'Where the value is not known',
          [
            ['keep', 'keep the product'],
            ['drop', 'drop the product'],
          ],
          unknown,
          (next) => change({ ...body, unknown: next }),
        )}
        <fieldset class="side">
          <legend>Only when the product looked at is (empty: always)</legend>
          ${whenControls(when ?? {}, around, putWhen)}
        </fieldset>
      </div>
    </details>
  `;
}
