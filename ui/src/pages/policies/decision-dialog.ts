// A decision that others will see: what it does, why, and by whom. Errors are shown where they can still be answered.

import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { setWho, who } from '../../kit/api.ts';
import { base, buttons, cards, forms, tables } from '../../kit/styles.ts';

export interface Reasons {
  readonly why: string;
  readonly by: string;
}

export interface Decision {
  readonly heading: string;
  /** On the button, such as `Promote`. */
  readonly action: string;
  readonly isDanger?: boolean;
  /** An example of a reason. */
  readonly hint: string;
  content(): TemplateResult;
  /** Whether it can be decided now. */
  readonly isReady?: () => boolean;
  work(reasons: Reasons): Promise<void>;
  /** A way on from an error, in place of trying the same again. */
  readonly wayOn?: (error: unknown, again: (work: () => void) => void) => TemplateResult | undefined;
}

export class DecisionDialog extends LitElement {
  static override properties = {
    _decision: { state: true },
    _isBusy: { state: true },
    _error: { state: true },
  };
  static override styles = [base, buttons, forms, cards, tables, dialogStyles()];
  declare _decision: Decision | undefined;
  declare _isBusy: boolean;
  declare _error: unknown;
  #done: ((isDecided: boolean) => void) | undefined;

  get #dialog(): HTMLDialogElement {
    return this.renderRoot.querySelector('dialog') as HTMLDialogElement;
  }

  /** Resolves to whether it was done. */
  async decide(decision: Decision): Promise<boolean> {
    this._decision = decision;
    this._error = undefined;
    this._isBusy = false;
    await this.updateComplete;
    this.#dialog.returnValue = '';
    this.#dialog.showModal();
    return new Promise((resolve) => {
      this.#done = resolve;
    });
  }

  close(): void {
    this.#dialog.close();
  }

  async #decide(): Promise<void> {
    const form = this.renderRoot.querySelector('form') as HTMLFormElement;
    const decision = this._decision;
    if (decision === undefined || this._isBusy || !form.reportValidity()) return;
    const values = new FormData(form);
    const by = String(values.get('by')).trim();
    this._isBusy = true;
    this._error = undefined;
    if (by !== who()) setWho(by);
    try {
      await decision.work({ why: String(values.get('why')).trim(), by });
      this.#dialog.close('done');
    } catch (error) {
      this._error = error;
      await this.updateComplete;
      this.renderRoot.querySelector('.error')?.scrollIntoView({ block: 'nearest' });
    }
    this._isBusy = false;
  }

  #again = (change: () => void): void => {
    change();
    void this.#decide();
  };

  override render() {
    const decision = this._decision;
    return html`<dialog
      aria-labelledby="heading"
      @close=${() => this.#done?.(this.#dialog.returnValue === 'done')}
    >
      ${decision === undefined ? nothing : this.#renderForm(decision)}
    </dialog>`;
  }

  #renderForm({ heading, action, isDanger = false, hint, content, isReady, wayOn }: Decision) {
    const isReadyNow = isReady?.() ?? true;
    return html`<form
      @submit=${(event: Event) => {
        event.preventDefault();
        void this.#decide();
      }}
    >
      <h2 id="heading">${heading}</h2>
      ${content()}
      <div class="field">
        <label for="why">Why</label>
        <input id="why" name="why" required maxlength="500" autocomplete="off" placeholder=${hint} />
      </div>
      <div class="field">
        <label for="by">Your name</label>
        <input id="by" name="by" required maxlength="80" autocomplete="name" .value=${who()} />
      </div>
      ${
        this._error === undefined
          ? nothing
          : html`<div class="error">${
              wayOn?.(this._error, this.#again) ?? html`<sp-error final .error=${this._error}></sp-error>`
            }</div>`
      }
      <div class="row">
        <button class=${isDanger ? 'danger' : 'primary'} ?disabled=${this._isBusy || !isReadyNow}>
          ${this._isBusy ? 'One moment …' : action}
        </button>
        <button type="button" @click=${() => this.close()}>Cancel</button>
      </div>
    </form>`;
  }
}
customElements.define('pp-decision', DecisionDialog);

function dialogStyles() {
  return css`
    :host { display: contents; }
    dialog {
      width: min(620px, calc(100vw - 24px)); max-height: calc(100vh - 32px); padding: var(--space-5); border: 1px solid var(--line);
      border-radius: var(--radius); background: var(--surface-2); color: var(--text); box-shadow: var(--shadow-up); overflow: auto;
    }
    dialog::backdrop { background: rgb(10 14 20 / 50%); }
    form { display: grid; gap: var(--space-4); }
    .field input, .field select { width: 100%; }
    .content { display: grid; gap: var(--space-2); }
    ul.changes { display: grid; gap: 2px; max-height: 180px; overflow: auto; }
    .way { display: grid; justify-items: start; gap: var(--space-2); padding: var(--space-3); border: 1px solid var(--warn); border-radius: var(--radius); background: var(--warn-soft); }
    .note { padding: 8px 12px; border-radius: var(--radius); background: var(--warn-soft); color: var(--warn); }
    td, th { padding: 4px 8px; }
  `;
}
