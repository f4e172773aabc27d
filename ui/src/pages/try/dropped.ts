// What was not shown: candidates by the rule that dropped them, with the values that it compared.

import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import type { ExplainedCandidate, RecommendAnswer } from 'sepet/client';
import { formatNumber, formatPrice } from '../../kit/money.ts';
import type { Policy, Rule } from '../../kit/policy-types.ts';
import { ruleWords } from '../../kit/rules/words.ts';
import { base, cards, tables } from '../../kit/styles.ts';
import { titlesOf } from '../../kit/titles.ts';
import { patchedSearch } from '../../kit/url-state.ts';

type Value = string | number | boolean | null;

const shownFirst = 8;
const requestWords: Readonly<Record<string, string>> = {
  blocks: 'Products that the policy never shows',
  'request.category': 'Not in the categories asked for',
  'request.brand': 'Not of the brands asked for',
  'request.gender': 'Not of the genders asked for',
  'request.price': 'Not in the price range asked for',
  'request.inStock': 'Not in stock, which was asked for',
};

/** What the numbers that a rule compares are. */
type Kind = 'price' | 'band' | 'stock' | 'plain';

function kindOf(rule: Rule | undefined, name: string): Kind {
  const conditions = rule?.keep ?? rule?.drop ?? {};
  if (name.startsWith('request.price') || conditions.price || conditions.priceRatio) return 'price';
  if (name === 'request.inStock' || conditions.inStock !== undefined) return 'stock';
  return conditions.priceBand ? 'band' : 'plain';
}

export class TryDropped extends LitElement {
  static override properties = {
    answer: { attribute: false },
    policy: { attribute: false },
    open: { attribute: false },
    _titles: { state: true },
    _all: { state: true },
  };
  static override styles = [base, cards, tables, droppedSheet()];
  declare answer: RecommendAnswer | undefined;
  /** As it is with the changes: what the rules say. */
  declare policy: Policy | undefined;
  /** The rule that is unfolded and looked at. */
  declare open: string | undefined;
  declare _titles: ReadonlyMap<string, string>;
  declare _all: string | undefined;

  constructor() {
    super();
    this._titles = new Map();
  }

  protected override updated(changed: Map<string, unknown>): void {
    if (!changed.has('open') || this.open === undefined) return;
    const group = this.renderRoot.querySelector<HTMLDetailsElement>(
      `details[data-rule="${CSS.escape(this.open)}"]`,
    );
    if (group === null) return;
    group.open = true;
    group.scrollIntoView({ block: 'nearest' });
    group.querySelector('summary')?.focus();
  }

  #candidatesOf(rule: string): readonly ExplainedCandidate[] {
    return (this.answer?.explain?.looked ?? []).filter(({ drop }) => drop?.rule === rule);
  }

  /** Titles are asked for when a group is first unfolded. */
  async #unfolded(event: Event, rule: string): Promise<void> {
    if (!(event.target as HTMLDetailsElement).open) return;
    const ids = this.#candidatesOf(rule).map(({ id }) => id);
    await this.#fetchTitles(this._all === rule ? ids : ids.slice(0, shownFirst));
  }

  async #fetchTitles(ids: readonly string[]): Promise<void> {
    const titles = await titlesOf(ids.filter((id) => !this._titles.has(id)));
    this._titles = new Map([...this._titles, ...titles]);
  }

  override render() {
    const groups = this.answer?.explain?.dropped ?? [];
    if (groups.length === 0) return html`<p class="muted">No rule dropped anything.</p>`;
    return html`${groups.map(({ rule, count, examples }) => {
      const looked = this.#candidatesOf(rule);
      const own = this.policy?.filters.find(({ name }) => name === rule);
      return html`<details data-rule=${rule} @toggle=${(event: Event) => void this.#unfolded(event, rule)}>
        <summary>
          <strong>${rule}</strong> <span class="chip bad">−${formatNumber(count)}</span>
          <span class="muted small">${own === undefined ? (requestWords[rule] ?? '') : ruleWords(own, this.#currency)}</span>
        </summary>
        ${
          looked.length > 0
            ? this.#renderTable(rule, looked, count, own)
            : this.#renderTable(
                rule,
                examples.map((one) => ({ ...one, drop: one })),
                count,
                own,
              )
        }
      </details>`;
    })}`;
  }

  get #currency(): string | undefined {
    return this.answer?.explain?.query?.currency ?? this.answer?.items[0]?.currency;
  }

  #value(value: Value | undefined, kind: Kind): string {
    if (value === null || value === undefined) return 'not known';
    if (kind === 'stock') return value ? 'in stock' : 'out of stock';
    if (typeof value === 'boolean') return value ? 'yes' : 'no';
    if (typeof value === 'number' && kind === 'band') return `band ${value + 1} of 5`;
    if (typeof value === 'number')
      return kind === 'price' ? formatPrice(value, this.#currency) : formatNumber(value, 3);
    // `at most 1.5 times 2449900`: the last number is a price.
    return kind === 'price'
      ? value.replace(/\d{3,}/g, (minor) => formatPrice(Number(minor), this.#currency))
      : value;
  }

  #renderTable(
    rule: string,
    candidates: readonly {
      readonly id: string;
      readonly title?: string;
      readonly score: number;
      readonly drop?: { candidate: Value; against: Value };
    }[],
    count: number,
    own: Rule | undefined,
  ): TemplateResult {
    const kind = kindOf(own, rule);
    const shown = this._all === rule ? candidates : candidates.slice(0, shownFirst);
    return html`<div class="scroll">
      <table>
        <thead><tr><th>Product</th><th class="number">Score</th><th>Its value</th><th>Compared with</th></tr></thead>
        <tbody>
          ${shown.map(
            ({ id, title, score, drop }) => html`<tr>
              <td><a href=${`/ui/try${patchedSearch({ product: id })}`}>${title ?? this._titles.get(id) ?? id}</a></td>
              <td class="number">${formatNumber(score, 2)}</td>
              <td>${this.#value(drop?.candidate, kind)}</td>
              <td>${this.#value(drop?.against, kind)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
      ${
        candidates.length > shown.length
          ? html`<button
              class="link"
              @click=${() => {
                this._all = rule;
                void this.#fetchTitles(candidates.map(({ id }) => id));
              }}
            >
              Show all ${candidates.length}
            </button>`
          : nothing
      }
      ${count > candidates.length ? html`<p class="muted small">The server told ${candidates.length} of the ${formatNumber(count)}.</p>` : nothing}
    </div>`;
  }
}
customElements.define('try-dropped', TryDropped);

function droppedSheet() {
  return css`
    details { border-bottom: 1px solid var(--line); }
    details:last-of-type { border-bottom: 0; }
    summary { padding: 8px 0; cursor: pointer; }
    td a { color: var(--text); text-decoration-color: var(--line-strong); }
    button.link { padding: 8px; border: 0; background: none; color: var(--accent); font: inherit; text-decoration: underline; cursor: pointer; }
  `;
}
