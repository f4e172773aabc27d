// Every rule of a policy as a control made for its kind. What differs from the policy is sent as overrides, at once.

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { Facets } from 'sepet/client';
import { lockIcon } from '../icons.ts';
import type { Conditions, Holds, Overrides, Policy, Rule } from '../policy-types.ts';
import { base, buttons, cards, forms } from '../styles.ts';
import { type Around, aroundOf } from './around.ts';
import { conditionKinds } from './conditions.ts';
import { filterControls, filterStates, newFilter } from './filters.ts';
import { bodyOf, isSame, withFilter } from './overrides.ts';
import { pinControls } from './pins.ts';
import { rankControls, rankKinds } from './rank.ts';
import { rankStates, withRank } from './rank-changes.ts';
import { ruleSheet } from './rule-styles.ts';
import {
  answerControls,
  candidateControls,
  diversityControls,
  fallbackControls,
  type Setting,
} from './settings.ts';
import { rankWords, ruleWords } from './words.ts';

interface RuleCard {
  readonly name: string;
  readonly words: string;
  readonly isOn: boolean;
  readonly isAdded: boolean;
  readonly isChanged: boolean;
  readonly isLocked: boolean;
  readonly controls: TemplateResult;
  turn(isOn: boolean): void;
  reset(): void;
}

/** What few people change. */
const foldedFirst: readonly string[] = ['Candidates', 'Fallback', 'Pinned and blocked'];

export class SpRules extends LitElement {
  static override properties = {
    document: { attribute: false },
    overrides: { attribute: false },
    facets: { attribute: false },
    holds: { attribute: false },
    full: { type: Boolean },
    dropped: { attribute: false },
  };
  static override styles = [base, buttons, forms, cards, ruleSheet];
  /** The whole policy, as `/v1/policies/{name}` gives it. */
  declare document: Policy | undefined;
  /** What is changed of it. */
  declare overrides: Overrides;
  /** Names and ends for the pickers; without, they do without. */
  declare facets: Facets | undefined;
  /** What the artifact has that policies can ask for. */
  declare holds: Holds | undefined;
  /** Mandatory rules may be changed too: for who writes the policy. */
  declare full: boolean;
  /** How many candidates each rule dropped, to stand beside it. */
  declare dropped: Readonly<Record<string, number>> | undefined;
  /** What a switched off rule said, so that it says it again when it is switched on. */
  readonly #memory = new Map<string, Rule>();

  constructor() {
    super();
    this.overrides = {};
    this.full = false;
  }

  #change = (overrides: Overrides): void => {
    this.overrides = overrides;
    this.dispatchEvent(new CustomEvent('change', { detail: overrides, bubbles: true, composed: true }));
  };

  override render() {
    const policy = this.document;
    if (policy === undefined) return nothing;
    const around = aroundOf(this.facets);
    const { overrides } = this;
    const setting: Setting = { policy, overrides, holds: this.holds, change: this.#change };
    return html`
      ${this.#section('Answer', ['limit', 'sort'], answerControls(setting))}
      ${this.#section('Filters', ['filters'], this.#renderFilters(policy, around), 'which products may be shown')}
      ${this.#section('Ranking', ['rank'], this.#renderRank(policy, around), 'what moves up and down')}
      ${this.#section('Variety', ['diversity'], diversityControls(setting))}
      ${this.#section('Candidates', ['candidates', 'gamma', 'efSearch'], candidateControls(setting), 'where products come from')}
      ${this.#section('Fallback', ['fallback'], fallbackControls(setting))}
      ${this.#section('Pinned and blocked', ['pins', 'blocks'], pinControls(setting))}
    `;
  }

  #section(title: string, parts: readonly (keyof Overrides)[], content: TemplateResult, about?: string) {
    const isChanged = parts.some((part) => this.overrides[part] !== undefined);
    const reset = () => {
      const left = Object.entries(this.overrides).filter(([key]) => !parts.some((part) => part === key));
      this.#change(Object.fromEntries(left));
    };
    return html`<div class="section">
      <details ?open=${!foldedFirst.includes(title)}>
        <summary>
          <h3>${title}</h3>
          ${about === undefined || isChanged ? nothing : html`<span class="muted small">${about}</span>`}
          ${isChanged ? html`<span class="chip accent">changed</span>` : nothing}
        </summary>
        <div class="controls">${content}</div>
      </details>
      ${
        isChanged
          ? html`<button class="plain small reset" aria-label=${`Reset ${title.toLowerCase()}`} @click=${reset}>Reset</button>`
          : nothing
      }
    </div>`;
  }

  #renderFilters(policy: Policy, around: Around): TemplateResult {
    const put = (name: string, change: Parameters<typeof withFilter>[3]) =>
      this.#change(withFilter(policy, this.overrides, name, change));
    const add = (kind: string) => {
      const rule = newFilter(kind as keyof Conditions, policy, this.overrides, around);
      if (rule !== undefined) put(rule.name, bodyOf(rule));
    };
    return html`
      ${filterStates(policy, this.overrides).map(({ rule, ...state }) => {
        const { name } = rule;
        const own = policy.filters.find((one) => one.name === name);
        return this.#renderCard({
          ...state,
          name,
          words: ruleWords(rule, around.currency),
          isLocked: rule.mandatory === true && !this.full,
          controls: filterControls(rule, around, (body) => put(name, body)),
          turn: (isOn) => {
            if (!isOn) this.#memory.set(name, rule);
            const former = this.#memory.get(name) ?? own;
            put(name, isOn ? former && bodyOf(former) : state.isAdded ? undefined : false);
          },
          reset: () => put(name, undefined),
        });
      })}
      ${this.#adder(
        'Add a filter …',
        conditionKinds.map(([kind, text]) => [kind, text] as const),
        add,
      )}
    `;
  }

  #renderRank(policy: Policy, around: Around): TemplateResult {
    const put = (name: string, change: Parameters<typeof withRank>[3]) =>
      this.#change(withRank(policy, this.overrides, name, change));
    const add = (kind: string) => {
      const first = rankKinds.find(([known]) => known === kind)?.[2](around);
      const taken = rankStates(policy, this.overrides).map(({ rule }) => rule.name);
      let name = `try-${kind}`;
      for (let n = 2; taken.includes(name); n++) name = `try-${kind}-${n}`;
      if (first !== undefined) put(name, { name, ...first });
    };
    const states = rankStates(policy, this.overrides);
    return html`
      ${states.length === 0 ? html`<p class="muted small">The score alone decides.</p>` : nothing}
      ${states.map(({ rule, ...state }) =>
        this.#renderCard({
          ...state,
          name: rule.name,
          words: rankWords(rule, around.currency),
          isLocked: false,
          controls: rankControls(rule, around, (next) => put(rule.name, next)),
          turn: (isOn) => put(rule.name, isOn ? undefined : false),
          reset: () => put(rule.name, state.isAdded ? false : undefined),
        }),
      )}
      ${this.#adder(
        'Add to the ranking …',
        rankKinds.map(([kind, text]) => [kind, text] as const),
        add,
      )}
    `;
  }

  #renderCard({
    name,
    words,
    isOn,
    isAdded,
    isChanged,
    isLocked,
    controls,
    turn,
    reset,
  }: RuleCard): TemplateResult {
    const dropped = isOn ? this.dropped?.[name] : undefined;
    return html`<section class="rule" ?data-changed=${isChanged} data-rule=${name} aria-label=${`Rule ${name}`}>
      <div class="head">
        <input
          class="toggle"
          type="checkbox"
          aria-label=${`Rule ${name} is on`}
          ?disabled=${isLocked}
          .checked=${isOn}
          @change=${(event: Event) => turn((event.target as HTMLInputElement).checked)}
        />
        <h4>${name}</h4>
        ${isLocked ? html`<span class="chip" title="Mandatory: nobody can switch it off in a request">${lockIcon} mandatory</span>` : nothing}
        ${isAdded ? html`<span class="chip accent">added</span>` : isChanged ? html`<span class="chip accent">changed</span>` : nothing}
        <span class="space"></span>
        ${dropped === undefined ? nothing : html`<span class="small muted" title="Candidates that it dropped">−${dropped}</span>`}
        ${isChanged ? html`<button class="plain small" aria-label=${`${isAdded ? 'Remove' : 'Reset'} rule ${name}`} @click=${reset}>${isAdded ? 'Remove' : 'Reset'}</button>` : nothing}
      </div>
      <p class="muted small">${words}</p>
      ${isOn && !isLocked ? html`<div class="controls">${controls}</div>` : nothing}
    </section>`;
  }

  #adder(
    text: string,
    kinds: readonly (readonly [string, string])[],
    add: (kind: string) => void,
  ): TemplateResult {
    return html`<select
      class="adder"
      aria-label=${text}
      @change=${(event: Event) => {
        const select = event.target as HTMLSelectElement;
        add(select.value);
        select.value = '';
      }}
    >
      <option value="" selected>${text}</option>
      ${kinds.map(([kind, word]) => html`<option value=${kind}>${word}</option>`)}
    </select>`;
  }

  /** Whether the policy answers as it is written. */
  get isUnchanged(): boolean {
    return isSame(this.overrides, {});
  }
}
customElements.define('sp-rules', SpRules);
