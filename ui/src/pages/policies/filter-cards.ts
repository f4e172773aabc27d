// The filters of a policy as cards.

import { html, type TemplateResult } from 'lit';
import type { Conditions, Rule } from '../../kit/policy-types.ts';
import { choice, conditionKinds } from '../../kit/rules/conditions.ts';
import { filterWords } from './changes.ts';
import { tidy } from './draft.ts';
import { type ListOf, listCards, newRule } from './rule-list.ts';
import { adder, conditionEditor, whenEditor } from './rule-parts.ts';

/** Kinds that usually say what must not be. */
const usuallyDropped: readonly string[] = ['group', 'pair', 'ids', 'category', 'brand'];

function filterFields(rule: Rule, list: ListOf<Rule>, change: (rule: Rule) => void): TemplateResult {
  const { keep, drop, when, unknown = 'keep', mandatory = false } = rule;
  const side = keep === undefined ? 'drop' : 'keep';
  const conditions = keep ?? drop ?? {};
  // The other side goes out, the order of keys stays.
  const say = (next: 'keep' | 'drop', of: Conditions): Rule =>
    Object.fromEntries(
      Object.entries('keep' in rule || 'drop' in rule ? rule : { ...rule, [next]: of }).map(([key, value]) =>
        key === side ? [next, of] : [key, value],
      ),
    ) as unknown as Rule;
  return html`
    ${choice(
      'Products that fit are',
      [
        ['keep', 'the only ones shown'],
        ['drop', 'never shown'],
      ],
      side,
      (next) => change(say(next, conditions)),
    )}
    ${conditionEditor(conditions, list.around, (next) => change(say(side, next)))}
    ${choice(
      'Where a value is not known',
      [
        ['keep', 'keep the product'],
        ['drop', 'drop the product'],
      ],
      unknown,
      (next) => change(tidy({ ...rule, unknown: next === 'keep' ? undefined : next }) as Rule),
    )}
    <label class="check">
      <input
        type="checkbox"
        class="toggle"
        .checked=${mandatory}
        @change=${() => change(tidy({ ...rule, mandatory: mandatory ? undefined : true }) as Rule)}
      />
      Mandatory: no request can switch it off
    </label>
    ${whenEditor(when, list.around, (next) => change(tidy({ ...rule, when: next }) as Rule))}
  `;
}

export function filterCards(list: ListOf<Rule>): TemplateResult {
  const { rules, around } = list;
  const add = (kind: string): void => {
    const first = conditionKinds.find(([one]) => one === kind)?.[2](around);
    if (first === undefined) return;
    const side = usuallyDropped.includes(kind) ? 'drop' : 'keep';
    newRule(list, { name: kind, [side]: first } as unknown as Rule);
  };
  return html`
    ${rules.length === 0 ? html`<p class="muted">No filters: every candidate may be shown.</p>` : ''}
    ${listCards(list, {
      kind: 'filter',
      words: (rule) => filterWords(rule, around.currency),
      fields: (rule, change) => filterFields(rule, list, change),
    })}
    ${adder(
      'Add a filter …',
      conditionKinds.map(([kind, word]) => [kind, word]),
      add,
    )}
  `;
}
