// The side sheet in which one column's rules are changed. The lists change behind it as one goes.

import { css, html, LitElement, nothing } from 'lit';
import type { Facets, PolicyPage } from 'sepet/client';
import '../../kit/rules/rules.ts';
import '../../kit/states.ts';
import { client } from '../../kit/api.ts';
import { base, buttons, forms } from '../../kit/styles.ts';
import { type Column, canonical, changeCount, hasOverrides, type Overrides, type Side } from './sides.ts';
import { columnNames } from './words.ts';

export class CmpRulesSheet extends LitElement {
  static override properties = {
    column: {},
    side: { attribute: false },
    _policy: { state: true },
    _facets: { state: true },
    _error: { state: true },
  };
  static override styles = [base, buttons, forms, sheetStyles()];
  declare column: Column;
  declare side: Side | undefined;
  declare _policy: PolicyPage | undefined;
  declare _facets: Facets | undefined;
  declare _error: unknown;
  #loaded = '';

  /** Opens the sheet over what `side` is by then. */
  async open(): Promise<void> {
    await this.updateComplete;
    (this.renderRoot.querySelector('dialog') as HTMLDialogElement).showModal();
    void this.#load();
  }

  async #load(): Promise<void> {
    const { side } = this;
    if (side === undefined) return;
    const key = canonical([side.label, side.policy]);
    if (this._policy !== undefined && key === this.#loaded) return;
    [this._policy, this._error, this.#loaded] = [undefined, undefined, key];
    try {
      const call = side.label === '' ? {} : { label: side.label };
      const [policy, facets] = await Promise.all([
        client.policy(side.policy, call),
        this._facets ?? client.facets({ limit: 1000 }),
      ]);
      if (key === this.#loaded) [this._policy, this._facets] = [policy, facets];
    } catch (error) {
      this._error = error;
    }
  }

  #change(overrides: Overrides): void {
    if (this.side === undefined) return;
    const side = { ...this.side, overrides };
    this.dispatchEvent(new CustomEvent('side', { detail: { column: this.column, side } }));
  }

  #close = (): void => (this.renderRoot.querySelector('dialog') as HTMLDialogElement).close();

  override render() {
    const overrides = this.side?.overrides ?? {};
    const changes = changeCount(overrides);
    return html`<dialog aria-labelledby="heading" @click=${this.#clicked}>
      <div class="inside">
        <header class="row spread">
          <h2 id="heading">Rules of “${columnNames[this.column ?? 'b']}”</h2>
          <button class="plain" aria-label="Close" @click=${this.#close}>✕</button>
        </header>
        <p class="muted small">
          ${this.side?.policy} of ${this.side?.label}, changed for this comparison alone. Nothing that customers see changes.
        </p>
        ${this.#renderRules(overrides)}
        ${
          hasOverrides(this.side ?? { label: '', policy: '', overrides: {} })
            ? html`<details>
                <summary class="small">As JSON, for <code>overrides</code> of the API</summary>
                <pre tabindex="0">${JSON.stringify(overrides, null, 2)}</pre>
              </details>`
            : nothing
        }
        <footer class="row">
          <button class="primary" @click=${this.#close}>Done</button>
          <button ?disabled=${changes === 0} @click=${() => this.#change({})}>Reset all</button>
          <span class="muted small" role="status">${changes === 0 ? 'No changes' : changes === 1 ? '1 change' : `${changes} changes`}</span>
        </footer>
      </div>
    </dialog>`;
  }

  #renderRules(overrides: Overrides) {
    if (this._error !== undefined)
      return html`<sp-error .error=${this._error} @retry=${() => void this.#load()}></sp-error>`;
    if (this._policy === undefined) return html`<sp-busy></sp-busy>`;
    return html`<sp-rules
      .document=${this._policy.document}
      .overrides=${overrides}
      .facets=${this._facets}
      @change=${(event: CustomEvent<Overrides>) => this.#change(event.detail)}
    ></sp-rules>`;
  }

  /** A click beside the sheet closes it. */
  #clicked(event: MouseEvent): void {
    if (event.composedPath()[0] === event.currentTarget) this.#close();
  }
}
customElements.define('cmp-rules-sheet', CmpRulesSheet);

function sheetStyles() {
  return css`
    dialog {
      width: min(420px, 100vw); max-width: none; height: 100vh; height: 100dvh; max-height: none; margin: 0 0 0 auto; padding: 0;
      border: 0; border-left: 1px solid var(--line); background: var(--surface); color: var(--text); box-shadow: var(--shadow-up);
    }
    dialog::backdrop { background: rgb(10 14 20 / 8%); }
    .inside { display: grid; align-content: start; gap: var(--space-3); min-height: 100%; padding: var(--space-4); }
    footer {
      position: sticky; bottom: 0; margin: 0 calc(-1 * var(--space-4)) calc(-1 * var(--space-4)); padding: var(--space-3) var(--space-4);
      border-top: 1px solid var(--line); background: var(--surface-2);
    }
    pre { max-height: 200px; overflow: auto; padding: var(--space-2); border-radius: var(--radius); background: var(--surface-3); font: 12px/1.4 var(--mono); }
    summary { cursor: pointer; }
  `;
}
