// The rules of the ranking as cards.

import { html, type TemplateResult } from 'lit';
import type { Rank } from '../../kit/policy-types.ts';
import { rankControls, rankKinds } from '../../kit/rules/rank.ts';
import { rankingWords } from './changes.ts';
import { tidy } from './draft.ts';
import { type ListOf, listCards, newRule } from './rule-list.ts';
import { adder, conditionEditor, whenEditor } from './rule-parts.ts';

const isoDay = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

function rankFields(rule: Rank, list: ListOf<Rank>, change: (rule: Rank) => void): TemplateResult {
  const { match, when, between, newerThanDays, seed, share, field } = rule;
  const { match: _, ...plain } = rule;
  // A share is for new products, for those that match, or drawn by lot: one of these.
  const hasMatch = share === undefined || (newerThanDays === undefined && seed === undefined);
  const least = field === undefined && when === undefined ? 1 : 0;
  return html`
    ${rankControls(plain, list.around, (next) => change({ ...rule, ...next }))}
    ${
      hasMatch
        ? html`<fieldset class="side">
            <legend>Which products${field === undefined ? '' : ' (empty: all)'}</legend>
            ${conditionEditor(
              match ?? {},
              list.around,
              (next) =>
                change(tidy({ ...rule, match: Object.keys(next).length === 0 ? undefined : next }) as Rank),
              least,
            )}
          </fieldset>`
        : ''
    }
    <label class="check">
      <input
        type="checkbox"
        class="toggle"
        .checked=${between !== undefined}
        @change=${() => change(tidy({ ...rule, between: between === undefined ? [isoDay(0), isoDay(30)] : undefined }) as Rank)}
      />
      Only between two days
    </label>
    ${whenEditor(when, list.around, (next) => change(tidy({ ...rule, when: next }) as Rank))}
  `;
}

export function rankCards(list: ListOf<Rank>): TemplateResult {
  const { rules, around } = list;
  const add = (kind: string): void => {
    const first = rankKinds.find(([one]) => one === kind)?.[2](around);
    if (first !== undefined) newRule(list, { name: kind, ...first });
  };
  return html`
    ${rules.length === 0 ? html`<p class="muted">No rules: the score alone decides.</p>` : ''}
    ${listCards(list, {
      kind: 'ranking rule',
      words: (rule) => rankingWords(rule, around.currency),
      fields: (rule, change) => rankFields(rule, list, change),
    })}
    ${adder(
      'Add to the ranking …',
      rankKinds.map(([kind, word]) => [kind, word]),
      add,
    )}
  `;
}
