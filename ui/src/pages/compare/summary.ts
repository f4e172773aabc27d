// What came out so far: counts, a bar, the sign test in words, the judged products, and earlier comparisons.

import { css, html, LitElement, nothing } from 'lit';
import type { Comparisons, ServedLabel, Verdict, VerdictSummary } from 'sepet/client';
import '../../kit/states.ts';
import { base, buttons, cards, tables } from '../../kit/styles.ts';
import { patchedSearch } from '../../kit/url-state.ts';
import type { DeskState } from './desk.ts';
import { isServedStill, sideOfVerdict, sidesPatch, sideWords } from './sides.ts';
import { whenOf } from './verdict-bar.ts';
import { type Given, shares, summaryWords, verdictWords } from './verdicts.ts';

const verdicts: readonly Verdict[] = ['better', 'same', 'worse'];
const icons: Readonly<Record<Verdict, string>> = { better: '▲', same: '=', worse: '▼' };
const tones: Readonly<Record<Verdict, string>> = { better: 'good', same: 'muted', worse: 'bad' };

export class CmpSummary extends LitElement {
  static override properties = {
    state: {},
    error: { attribute: false },
    verdicts: { attribute: false },
    summary: { attribute: false },
    earlier: { attribute: false },
    comparison: {},
    labels: { attribute: false },
    titles: { attribute: false },
    isBlind: { attribute: false },
    _isRevealed: { state: true },
  };
  static override styles = [base, buttons, cards, tables, summaryStyles()];
  declare state: DeskState;
  declare error: unknown;
  declare verdicts: readonly Given[];
  declare summary: VerdictSummary;
  declare earlier: Comparisons['comparisons'];
  declare comparison: string | undefined;
  declare labels: readonly ServedLabel[];
  /** Titles by id, as far as they are known. */
  declare titles: ReadonlyMap<string, string>;
  declare isBlind: boolean;
  declare _isRevealed: boolean;

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('isBlind') && this.isBlind) this._isRevealed = false;
  }

  #say(name: string): void {
    this.dispatchEvent(new Event(name));
  }

  override render() {
    return html`<section class="panel stack" aria-labelledby="verdicts">
      <h2 id="verdicts">Verdicts</h2>
      ${this.#renderState()}
    </section>`;
  }

  #renderState() {
    switch (this.state) {
      case 'off':
        return html`<sp-empty heading="This server keeps no verdicts">
          Lists can be compared without. To judge them and keep what was said, start the server with a folder for it:
          <code>sepet serve … --verdicts verdicts</code>
        </sp-empty>`;
      case 'locked':
        return html`<sp-empty heading="Verdicts are for operators">
          <p>The server asks for the admin token before it shows or takes verdicts.</p>
          <p class="row"><button @click=${() => this.#say('unlock')}>Sign in</button></p>
        </sp-empty>`;
      case 'failed':
        return html`<sp-error heading="The verdicts could not be read" .error=${this.error} @retry=${() => this.#say('retry')}></sp-error>`;
      case 'loading':
        return html`<sp-busy></sp-busy>`;
      case 'open':
        return html`${this.#renderOutcome()} ${this.#renderEarlier()}`;
    }
  }

  #renderOutcome() {
    if (this.isBlind && !this._isRevealed && this.verdicts.length > 0)
      return html`<p>
        ${this.verdicts.length} verdicts so far. What they say is hidden in a blind walk, so that it does not lead you.
        <button
          class="small"
          @click=${() => {
            this._isRevealed = true;
          }}
        >
          Reveal
        </button>
      </p>`;
    const { summary } = this;
    const part = shares(summary);
    return html`
      <p class="words" data-p=${summary.pValue}>${summaryWords(summary)}</p>
      ${
        this.verdicts.length === 0
          ? html`<p class="muted">
              Look at both lists of a product, then press <kbd>1</kbd> (proposed is better), <kbd>2</kbd> (no difference) or <kbd>3</kbd> (worse).
              The walk goes on by itself.
            </p>`
          : html`<div class="bar" role="img" aria-label=${summaryWords(summary)}>
                ${verdicts.map((one) => html`<i class=${one} .style=${`width: ${part[one]}%`}></i>`)}
              </div>
              <ul class="row counts">
                ${verdicts.map(
                  (one) =>
                    html`<li class=${tones[one]}><span aria-hidden="true">${icons[one]}</span> ${verdictWords[one]}: <strong>${summary[one]}</strong></li>`,
                )}
              </ul>
              ${this.#renderJudged()}`
      }
    `;
  }

  #renderJudged() {
    return html`<div class="scroll" tabindex="0" role="region" aria-label="Judged products">
      <table>
        <thead>
          <tr><th scope="col">Product</th><th scope="col">Verdict</th><th scope="col">By</th><th scope="col">When</th><th scope="col">Note</th></tr>
        </thead>
        <tbody>
          ${this.verdicts.map(
            ({ product, verdict, by, at, note }) => html`<tr data-product=${product}>
              <td><a href=${`/ui/compare${patchedSearch({ product })}`}>${this.titles.get(product) ?? product}</a></td>
              <td class=${tones[verdict]}><span aria-hidden="true">${icons[verdict]}</span> ${verdictWords[verdict]}</td>
              <td>${by}</td>
              <td class="nowrap muted"><time datetime=${at}>${whenOf(at)}</time></td>
              <td>${note ?? nothing}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  #renderEarlier() {
    const others = this.earlier.filter(({ id }) => id !== this.comparison);
    if (others.length === 0) return nothing;
    return html`<h3>Other comparisons</h3>
      <ul class="earlier">
        ${others.map(({ id, before, after, summary, lastAt }) => {
          const isStill = isServedStill(before, this.labels) && isServedStill(after, this.labels);
          const sides = sidesPatch({ a: sideOfVerdict(before), b: sideOfVerdict(after) });
          return html`<li data-comparison=${id}>
            <a href=${`/ui/compare${patchedSearch({ ...sides, product: null })}`}>${sideWords(before)} → ${sideWords(after)}</a>
            ${isStill ? nothing : html`<span class="chip warn" title="The link compares what is served today">Releases have moved on</span>`}
            <br /><span class="small muted">${summaryWords(summary)} Last ${whenOf(lastAt)}.</span>
          </li>`;
        })}
      </ul>`;
  }
}
customElements.define('cmp-summary', CmpSummary);

function summaryStyles() {
  return css`
    .words { font-size: 15px; font-weight: 600; }
    .bar { display: flex; height: 12px; overflow: hidden; border-radius: 6px; background: var(--surface-3); }
    .bar i.better { background: var(--good); }
    .bar i.same { background: var(--line-strong); }
    .bar i.worse { background: var(--bad); }
    .counts { gap: var(--space-4); }
    .scroll { max-height: 360px; overflow: auto; }
    thead th { position: sticky; top: 0; background: var(--surface-2); }
    .nowrap { white-space: nowrap; }
    .earlier { display: grid; gap: var(--space-2); }
    kbd { padding: 0 5px; border: 1px solid var(--line-strong); border-radius: 4px; font: 600 12px/18px var(--mono); }
  `;
}
