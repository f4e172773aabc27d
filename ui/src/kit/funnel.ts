// How many candidates were looked at, what each rule dropped, and how many are left.

import { css, html, LitElement, nothing } from 'lit';
import type { RecommendAnswer } from 'sepet/client';
import { formatNumber, plural } from './money.ts';
import { base, cards } from './styles.ts';

interface Step {
  readonly name: string;
  readonly dropped: number;
  readonly left: number;
}

/** The steps from what was looked at to what was eligible. */
export function funnelSteps({ filled, explain }: RecommendAnswer): {
  looked: number;
  steps: Step[];
  eligible: number;
} {
  const drops = Object.entries(filled.filteredBy ?? {});
  const dropped = drops.reduce((sum, [, count]) => sum + count, 0);
  const looked = explain?.candidates ?? dropped + filled.returned;
  let left = looked;
  const steps = drops.map(([name, count]): Step => {
    left -= count;
    return { name, dropped: count, left };
  });
  return { looked, steps, eligible: left };
}

export class SpFunnel extends LitElement {
  static override properties = { answer: { attribute: false }, order: { attribute: false } };
  static override styles = [
    base,
    cards,
    css`
      table { width: 100%; border-collapse: collapse; }
      td, th { padding: 3px 0; border: 0; font-weight: 400; text-align: left; }
      td.number { width: 1%; padding-left: 10px; white-space: nowrap; text-align: right; }
      .bar { width: 45%; padding-left: 12px; }
      .bar div { position: relative; height: 14px; border-radius: 2px; background: var(--surface-3); overflow: hidden; }
      .bar i { position: absolute; inset: 0 auto 0 0; background: var(--accent); }
      .bar i.lost { background: var(--bad); opacity: 0.75; }
      tr.sum th { font-weight: 650; }
      button { padding: 0; border: 0; background: none; color: var(--accent); font: inherit; text-decoration: underline; cursor: pointer; }
    `,
  ];
  declare answer: RecommendAnswer | undefined;
  /** Names of rules in the order in which they are tried; as the server counts them where absent. */
  declare order: readonly string[] | undefined;

  override render() {
    const { answer } = this;
    if (answer === undefined) return nothing;
    const { looked, steps, eligible } = funnelSteps(this.#ordered(answer));
    const part = (count: number): number => (looked === 0 ? 0 : (100 * count) / looked);
    const bar = (left: number, lost: number) => {
      const [kept, gone] = [document.createElement('i'), document.createElement('i')];
      gone.className = 'lost';
      kept.style.width = `${part(left)}%`;
      gone.style.left = `${part(left)}%`;
      gone.style.width = `${part(lost)}%`;
      return html`<td class="bar" aria-hidden="true"><div>${kept}${gone}</div></td>`;
    };
    return html`
      <table>
        <caption class="visually-hidden">Candidates through the rules</caption>
        <tr class="sum"><th scope="row">Looked at</th><td></td><td class="number">${formatNumber(looked)}</td>${bar(looked, 0)}</tr>
        ${steps.map(
          ({ name, dropped, left }) => html`<tr>
            <th scope="row"><button @click=${() => this.#choose(name)}>${name}</button></th>
            <td class="number bad">−${formatNumber(dropped)}</td>
            <td class="number muted">${formatNumber(left)}</td>
            ${bar(left, dropped)}
          </tr>`,
        )}
        <tr class="sum"><th scope="row">Eligible</th><td></td><td class="number">${formatNumber(eligible)}</td>${bar(eligible, 0)}</tr>
        <tr class="sum">
          <th scope="row">Shown</th><td></td><td class="number">${formatNumber(answer.filled.returned)}</td>${bar(answer.filled.returned, 0)}
        </tr>
      </table>
      ${this.#renderWords(answer)}
    `;
  }

  #ordered(answer: RecommendAnswer): RecommendAnswer {
    const { order = [] } = this;
    const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
    const entries = Object.entries(answer.filled.filteredBy ?? {}).sort(([a], [b]) => place(a) - place(b));
    return { ...answer, filled: { ...answer.filled, filteredBy: Object.fromEntries(entries) } };
  }

  #renderWords({ filled }: RecommendAnswer) {
    const { outside, exhausted, wanted, returned } = filled;
    return html`<div class="stack small muted">
      ${
        outside === undefined
          ? nothing
          : html`<p>${plural(outside, 'further product')} could not pass the rules and ${outside === 1 ? 'was' : 'were'} left out as a set,
              without being looked at one by one.</p>`
      }
      ${exhausted ? html`<p>Every product of the catalogue was considered.</p>` : nothing}
      ${returned < wanted ? html`<p class="warn">${wanted} were wanted, ${returned} could be shown.</p>` : nothing}
    </div>`;
  }

  #choose(rule: string): void {
    this.dispatchEvent(new CustomEvent('rule', { detail: rule, bubbles: true, composed: true }));
  }
}
customElements.define('sp-funnel', SpFunnel);
