// The verdict on one product: three buttons with their keys, a note, and the way back.

import { css, html, LitElement, nothing } from 'lit';
import type { Verdict } from 'sepet/client';
import { base, buttons, forms } from '../../kit/styles.ts';
import { type Given, verdictOfKey, verdictWords } from './verdicts.ts';

/** What is dispatched as `verdict`. */
export interface Chosen {
  readonly verdict: Verdict;
  readonly note: string;
  /** Whether the walk goes on. */
  readonly moveOn: boolean;
}

const named: readonly (readonly [string, string])[] = [
  ['1', 'Proposed is better'],
  ['2', 'No difference'],
  ['3', 'Proposed is worse'],
];
const blindly: readonly (readonly [string, string])[] = [
  ['1', 'Left is better'],
  ['2', 'No difference'],
  ['3', 'Right is better'],
];

export class CmpVerdictBar extends LitElement {
  static override properties = {
    product: {},
    mine: { attribute: false },
    others: { attribute: false },
    isBlind: { attribute: false },
    isSwapped: { attribute: false },
    canUndo: { attribute: false },
    disabled: { type: Boolean },
  };
  static override styles = [base, buttons, forms, barStyles()];
  declare product: string | undefined;
  /** What the one who looks has said of the product. */
  declare mine: Given | undefined;
  /** What others have said. */
  declare others: readonly Given[];
  declare isBlind: boolean;
  declare isSwapped: boolean;
  declare canUndo: boolean;
  declare disabled: boolean;

  get #note(): HTMLInputElement {
    return this.renderRoot.querySelector('#note') as HTMLInputElement;
  }

  override updated(changed: Map<string, unknown>): void {
    if (changed.has('product') || (changed.has('mine') && this.mine?.note !== undefined))
      this.#note.value = this.mine?.note ?? '';
  }

  focusNote(): void {
    this.#note.focus();
  }

  /** Chooses as the key of a button does. Returns whether the key is one. */
  press(key: string): boolean {
    const verdict = verdictOfKey(key, this.isBlind ? { isSwapped: this.isSwapped } : undefined);
    if (verdict === undefined || this.disabled) return false;
    this.#choose(verdict, true);
    return true;
  }

  #choose(verdict: Verdict, moveOn: boolean): void {
    const detail: Chosen = { verdict, note: this.#note.value.trim(), moveOn };
    this.dispatchEvent(new CustomEvent('verdict', { detail }));
  }

  #noteKey(event: KeyboardEvent): void {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    // With a verdict the note joins it; without one the keys for it work again.
    if (this.mine !== undefined) this.#choose(this.mine.verdict, false);
    this.#note.blur();
  }

  override render() {
    const { mine } = this;
    const blind = this.isBlind ? { isSwapped: this.isSwapped } : undefined;
    return html`
      <div class="buttons" role="group" aria-label="Your verdict">
        ${(this.isBlind ? blindly : named).map(([key, words]) => {
          const verdict = verdictOfKey(key, blind);
          return html`<button
            class=${this.isBlind ? 'plainly' : (verdict ?? '')}
            aria-pressed=${verdict !== undefined && mine?.verdict === verdict}
            aria-keyshortcuts=${key}
            ?disabled=${this.disabled}
            @click=${() => verdict && this.#choose(verdict, true)}
          >
            <kbd aria-hidden="true">${key}</kbd> ${words}
          </button>`;
        })}
      </div>
      <div class="row">
        <label for="note" class="visually-hidden">Note on your verdict</label>
        <input id="note" maxlength="500" placeholder="Why? (a note, m)" ?disabled=${this.disabled} @keydown=${this.#noteKey} />
        <button class="plain" ?disabled=${!this.canUndo} @click=${() => this.dispatchEvent(new Event('undo'))}>Undo</button>
      </div>
      ${this.isBlind ? nothing : this.#renderGiven()}
    `;
  }

  #renderGiven() {
    const given = [...(this.mine === undefined ? [] : [this.mine]), ...this.others];
    return given.map(
      ({ by, verdict, at, note }) => html`<p class="small muted">
        <strong>${verdictWords[verdict]}</strong>, ${by}, <time datetime=${at}>${whenOf(at)}</time>${note === undefined ? nothing : html`: “${note}”`}
      </p>`,
    );
  }
}
customElements.define('cmp-verdict-bar', CmpVerdictBar);

const format = new Intl.DateTimeFormat(navigator.language, { dateStyle: 'medium', timeStyle: 'short' });

/** A time as the reader writes it. */
export function whenOf(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? at : format.format(date);
}

function barStyles() {
  return css`
    :host { display: grid; gap: var(--space-2); }
    .buttons { display: grid; gap: 6px; }
    .buttons button { justify-content: flex-start; min-height: 36px; }
    kbd {
      min-width: 20px; padding: 0 5px; border: 1px solid var(--line-strong); border-bottom-width: 2px; border-radius: 4px; background: var(--surface);
      color: var(--text-muted); font: 600 12px/18px var(--mono); text-align: center;
    }
    .buttons button.better[aria-pressed='true'] { border-color: var(--good); background: var(--good-soft); color: var(--good); }
    .buttons button.worse[aria-pressed='true'] { border-color: var(--bad); background: var(--bad-soft); color: var(--bad); }
    .buttons button[aria-pressed='true']::after { content: '✓'; margin-left: auto; }
    .row { flex-wrap: nowrap; }
    #note { flex: 1; min-width: 0; }
    @media (max-width: 760px) {
      .buttons { grid-template-columns: repeat(3, minmax(0, 1fr)); }
      .buttons button { justify-content: center; padding: 4px; min-height: 44px; line-height: 16px; font-size: 13px; }
      .buttons button[aria-pressed='true']::after { margin-left: 0; }
      kbd { display: none; }
    }
  `;
}
