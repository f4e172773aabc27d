// The policy as a form. `draft` is sent with a function that changes the draft; who owns the text applies it.

import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import type { Facets } from 'sepet/client';
import type { Holds, Policy, Rank, Rule } from '../../kit/policy-types.ts';
import { type Around, aroundOf } from '../../kit/rules/around.ts';
import { ruleSheet } from '../../kit/rules/rule-styles.ts';
import { base, buttons, cards, forms } from '../../kit/styles.ts';
import { type Draft, type Form, withPart } from './draft.ts';
import { filterCards } from './filter-cards.ts';
import { rankCards } from './rank-cards.ts';
import type { ListOf } from './rule-list.ts';
import {
  aboutFields,
  answerFields,
  candidateFields,
  diversityFields,
  fallbackFields,
  pinFields,
  settingsOf,
} from './setting-fields.ts';
import type { TextMistake } from './yaml-text.ts';

export type DraftChange = (draft: Draft) => Draft;

export class PolicyForm extends LitElement {
  static override properties = {
    form: { attribute: false },
    draft: { attribute: false },
    served: { attribute: false },
    facets: { attribute: false },
    holds: { attribute: false },
    mistakes: { attribute: false },
    why: {},
    _open: { state: true },
  };
  static override styles = [base, buttons, forms, cards, ruleSheet, formStyles()];
  declare form: Form;
  declare draft: Draft;
  declare served: Policy | undefined;
  declare facets: Facets | undefined;
  declare holds: Holds | undefined;
  declare mistakes: readonly TextMistake[];
  /** Why nothing can be changed here now. */
  declare why: string | undefined;
  declare _open: ReadonlySet<string>;

  constructor() {
    super();
    this.mistakes = [];
    this._open = new Set();
  }

  #change(change: DraftChange): void {
    this.dispatchEvent(new CustomEvent('draft', { detail: change }));
  }

  #focus(name: string, selector: string): void {
    // The text changes first, then the page above renders this form anew.
    requestAnimationFrame(() => {
      const card = [...this.renderRoot.querySelectorAll<HTMLElement>('.rule')].find(
        (one) => one.dataset.rule === name,
      );
      const wanted = card?.querySelector<HTMLButtonElement>(selector);
      const found = wanted?.disabled === true ? card?.querySelector<HTMLElement>('.fold') : wanted;
      found?.focus();
    });
  }

  #list<T extends Rule | Rank>(part: 'filters' | 'rank', around: Around): ListOf<T> {
    return {
      rules: this.form.policy[part] as unknown as readonly T[],
      served: this.served?.[part] as unknown as readonly T[] | undefined,
      around,
      mistakes: this.mistakes.flatMap((mistake) =>
        mistake.path?.startsWith(`${part}.`)
          ? [{ ...mistake, path: mistake.path.slice(part.length + 1) }]
          : [],
      ),
      open: new Set(
        [...this._open].filter((key) => key.startsWith(`${part}:`)).map((key) => key.slice(part.length + 1)),
      ),
      setOpen: (name, isOpen) => {
        const open = new Set(this._open);
        if (isOpen) open.add(`${part}:${name}`);
        else open.delete(`${part}:${name}`);
        this._open = open;
      },
      focus: (name, selector) => this.#focus(name, selector),
      change: (rules) =>
        this.#change((draft) =>
          withPart(draft, part, rules.length === 0 ? undefined : (rules as unknown as Policy[typeof part])),
        ),
    };
  }

  #section(
    title: string,
    parts: readonly string[],
    about: string,
    content: () => TemplateResult,
    isOpen = true,
  ) {
    const odd = parts.filter((part) => this.form.odd.includes(part));
    const wrong = this.mistakes.filter(({ path = '' }) =>
      parts.some(
        (part) => path === part || (path.startsWith(`${part}.`) && part !== 'filters' && part !== 'rank'),
      ),
    );
    return html`<details class="part" ?open=${isOpen}>
      <summary>
        <h3>${title}</h3>
        <span class="muted small">${about}</span>
        ${wrong.length === 0 ? nothing : html`<span class="chip bad">mistake</span>`}
      </summary>
      <div class="controls">
        ${wrong.map(({ message }) => html`<p class="bad small">${message}</p>`)}
        ${
          odd.length === 0
            ? content()
            : html`<p class="warn">The form cannot show ${odd.map((part) => html`<code>${part}</code> `)} as it is written. Mend it in the YAML.</p>`
        }
      </div>
    </details>`;
  }

  override render() {
    if (this.form === undefined) return nothing;
    const { policy } = this.form;
    const around = aroundOf(this.facets);
    const settings = settingsOf(policy, this.draft ?? {}, this.holds, (change) => this.#change(change));
    const count = (rules: readonly unknown[]): string => (rules.length === 0 ? 'none' : String(rules.length));
    return html`
      ${this.why === undefined ? nothing : html`<p class="note" role="status">${this.why}</p>`}
      <div ?inert=${this.why !== undefined} class="parts">
        ${this.#section('Filters', ['filters'], `which products may be shown: ${count(policy.filters)}`, () =>
          filterCards(this.#list<Rule>('filters', around)),
        )}
        ${this.#section('Ranking', ['rank'], `what moves up and down: ${count(policy.rank)}`, () =>
          rankCards(this.#list<Rank>('rank', around)),
        )}
        ${this.#section('Answer', ['limit', 'sort'], `${policy.limit} products`, () => answerFields(settings))}
        ${this.#section('Variety', ['diversity'], 'what there may not be too much of', () => diversityFields(settings))}
        ${this.#section('Pinned and blocked', ['pins', 'blocks'], `${count(policy.pins)} and ${count(policy.blocks)}`, () => pinFields(settings), false)}
        ${this.#section('Fallback', ['fallback'], 'where too few pass', () => fallbackFields(settings), false)}
        ${this.#section('Candidates', ['candidates', 'gamma', 'efSearch'], 'where products come from', () => candidateFields(settings), false)}
        ${this.#section('Where and when', ['placement', 'timeZone', 'name', 'revision'], 'placement, time zone', () => aboutFields(settings), false)}
      </div>
    `;
  }
}
customElements.define('pp-form', PolicyForm);

function formStyles() {
  return css`
    :host { display: block; }
    .part { border-bottom: 1px solid var(--line); }
    .part:last-child { border-bottom: 0; }
    .part > summary { display: flex; flex-wrap: wrap; align-items: center; gap: 0 var(--space-2); min-height: 40px; padding: 4px 0; cursor: pointer; list-style: none; }
    .part > summary::before {
      content: ''; width: 7px; height: 7px; margin: 0 4px 0 2px; border: solid var(--text-muted); border-width: 0 1.5px 1.5px 0; transform: rotate(-45deg);
    }
    .part[open] > summary::before { transform: rotate(45deg); }
    .part > .controls { display: grid; gap: 10px; min-width: 0; padding-bottom: var(--space-4); }
    .note { margin-bottom: var(--space-2); padding: 8px 12px; border-radius: var(--radius); background: var(--warn-soft); color: var(--warn); }
    .parts[inert] { opacity: 0.55; }
    .words { margin-top: 2px; color: var(--text-muted); overflow-wrap: anywhere; }
    .rule .head { gap: 2px 6px; }
    button.fold { padding: 0 4px 0 0; color: var(--text); text-align: left; }
    .fold b { font-weight: 600; overflow-wrap: anywhere; }
    .arrow { display: inline-block; width: 12px; color: var(--text-muted); }
    .head button.small { min-width: 26px; padding: 0 4px; }
    .condition { display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: start; gap: 4px; }
    .order { display: grid; gap: 2px; }
    .order li { display: flex; align-items: center; justify-content: space-between; gap: 8px; }
  `;
}
