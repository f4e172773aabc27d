// What filters and rules of the ranking have in common: conditions that come and go, who a rule is for, and the card around it.

import { html, nothing, type TemplateResult } from 'lit';
import type { Conditions, When } from '../../kit/policy-types.ts';
import type { Around } from '../../kit/rules/around.ts';
import { conditionControls, conditionKinds, whenControls } from '../../kit/rules/conditions.ts';
import type { TextMistake } from './yaml-text.ts';

/** A menu that adds what is chosen. */
export function adder(
  text: string,
  options: readonly (readonly [value: string, text: string])[],
  add: (value: string) => void,
): TemplateResult {
  const chosen = (event: Event): void => {
    const select = event.target as HTMLSelectElement;
    const { value } = select;
    select.value = '';
    if (value !== '') add(value);
  };
  return html`<select class="adder" aria-label=${text} @change=${chosen}>
    <option value="">${text}</option>
    ${options.map(([value, word]) => html`<option value=${value}>${word}</option>`)}
  </select>`;
}

/** Every condition with its control and a way out; kinds that are not there yet can be added. */
export function conditionEditor(
  conditions: Conditions,
  around: Around,
  change: (conditions: Conditions) => void,
  least = 1,
): TemplateResult {
  const kinds = Object.keys(conditions) as (keyof Conditions)[];
  const without = (kind: keyof Conditions): Conditions => {
    const { [kind]: _, ...others } = conditions;
    return others;
  };
  const nameOf = (kind: string): string => conditionKinds.find(([one]) => one === kind)?.[1] ?? kind;
  return html`
    ${kinds.map(
      (kind) => html`<div class="condition">
        <div class="controls">
          ${conditionControls({ [kind]: conditions[kind] } as Conditions, around, (next) =>
            // In its place, so that the order of the text stays.
            change(
              Object.fromEntries(kinds.map((one) => [one, one === kind ? next[kind] : conditions[one]])),
            ),
          )}
        </div>
        ${
          kinds.length <= least
            ? nothing
            : html`<button class="plain small" aria-label=${`Remove the condition ${nameOf(kind)}`} title="Remove this condition"
                @click=${() => change(without(kind))}>×</button>`
        }
      </div>`,
    )}
    ${adder(
      kinds.length === 0 ? 'Choose a condition …' : 'And also …',
      conditionKinds.filter(([kind]) => !kinds.includes(kind)).map(([kind, word]) => [kind, word]),
      (kind) => {
        const first = conditionKinds.find(([one]) => one === kind)?.[2](around);
        if (first !== undefined) change({ ...conditions, ...first });
      },
    )}
  `;
}

/** Only for some products looked at; undefined for all. */
export const whenEditor = (
  when: When | undefined,
  around: Around,
  change: (when: When | undefined) => void,
): TemplateResult => html`<details class="more" ?open=${when !== undefined}>
  <summary>Only for some products${when === undefined ? ' (now: for all)' : ''}</summary>
  <div class="controls">
    <p class="muted small">The rule applies where the product looked at is all of this; empty: always.</p>
    ${whenControls(when ?? {}, around, (next) => change(Object.keys(next).length === 0 ? undefined : next))}
  </div>
</details>`;

export interface CardActions {
  rename(name: string): void;
  move(by: number): void;
  copy(): void;
  remove(): void;
}

export interface CardOptions extends CardActions {
  readonly kind: 'filter' | 'ranking rule';
  readonly name: string;
  readonly index: number;
  readonly count: number;
  readonly words: string;
  readonly isOpen: boolean;
  readonly mark: string | undefined;
  readonly mistakes: readonly TextMistake[];
  readonly content: () => TemplateResult;
  toggle(isOpen: boolean): void;
}

/** One rule: what it says in words, and, opened, its controls. */
export function ruleCard(card: CardOptions): TemplateResult {
  const { kind, name, index, count, words, isOpen, mark, mistakes } = card;
  const move = (by: number, word: string, sign: string) => html`<button
    class="plain small"
    data-move=${word}
    aria-label=${`Move ${kind} ${name} ${word}`}
    title=${`Move ${word}`}
    ?disabled=${by < 0 ? index === 0 : index === count - 1}
    @click=${() => card.move(by)}
  >${sign}</button>`;
  return html`<section class="rule" data-rule=${name} ?data-changed=${mark !== undefined} aria-label=${`${kind} ${name}`}>
    <div class="head">
      <button class="plain fold" aria-expanded=${isOpen} @click=${() => card.toggle(!isOpen)}>
        <span class="arrow" aria-hidden="true">${isOpen ? '▾' : '▸'}</span> <b>${name === '' ? 'no name' : name}</b>
      </button>
      ${mark === undefined ? nothing : html`<span class="chip accent">${mark}</span>`}
      ${mistakes.length === 0 ? nothing : html`<span class="chip bad">mistake</span>`}
      <span class="space"></span>
      ${move(-1, 'up', '↑')} ${move(1, 'down', '↓')}
      <button class="plain small" aria-label=${`Copy ${kind} ${name}`} @click=${card.copy}>Copy</button>
      <button class="plain small" aria-label=${`Remove ${kind} ${name}`} title="Remove" @click=${card.remove}>×</button>
    </div>
    <p class="words small">${words}</p>
    ${mistakes.map(({ message }) => html`<p class="bad small">${message}</p>`)}
    ${isOpen ? html`<div class="controls">${nameField(card)} ${card.content()}</div>` : nothing}
  </section>`;
}

const nameField = ({ name, rename }: CardOptions): TemplateResult => html`<label class="choice">
  <span>Name (letters, digits, - and _)</span>
  <input
    class="name"
    maxlength="64"
    .value=${name}
    @change=${(event: Event) => {
      const input = event.target as HTMLInputElement;
      const wanted = input.value.trim().replace(/\s+/g, '-');
      if (wanted === '') input.value = name;
      else rename(wanted);
    }}
  />
</label>`;
