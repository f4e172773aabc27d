// The operator's dialog: who decides, and the token that lets them.

import { css, html, LitElement } from 'lit';
import { setToken, setWho, token, who } from './api.ts';
import { base, buttons, forms } from './styles.ts';

export class SpSignIn extends LitElement {
  static override properties = { why: {} };
  static override styles = [
    base,
    buttons,
    forms,
    css`
      dialog {
        width: min(420px, calc(100vw - 32px)); padding: var(--space-5); border: 1px solid var(--line);
        border-radius: var(--radius); background: var(--surface-2); color: var(--text); box-shadow: var(--shadow-up);
      }
      dialog::backdrop { background: rgb(10 14 20 / 50%); }
      form { display: grid; gap: var(--space-4); }
      input { width: 100%; }
    `,
  ];
  declare why: string | undefined;
  #answer: ((isFilledIn: boolean) => void) | undefined;

  /** Shows the dialog; resolves to whether it was filled in. */
  async ask(): Promise<boolean> {
    await this.updateComplete;
    const dialog = this.renderRoot.querySelector('dialog') as HTMLDialogElement;
    dialog.returnValue = '';
    dialog.showModal();
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  #save(event: SubmitEvent): void {
    if ((event.submitter as HTMLButtonElement | null)?.value !== 'save') return;
    const values = new FormData(event.target as HTMLFormElement);
    setWho(String(values.get('who')));
    setToken(String(values.get('token')));
  }

  override render() {
    return html`
      <dialog
        aria-labelledby="title"
        @close=${(event: Event) => this.#answer?.((event.target as HTMLDialogElement).returnValue === 'save')}
      >
        <form method="dialog" @submit=${this.#save}>
          <h2 id="title">Operator</h2>
          <p class="muted">
            ${this.why ?? 'Saving, promoting and rolling back carry your name, and may need the admin token.'}
          </p>
          <div class="field">
            <label for="who">Your name</label>
            <input id="who" name="who" autocomplete="name" maxlength="80" required .value=${who()} />
          </div>
          <div class="field">
            <label for="token">Admin token</label>
            <input id="token" name="token" type="password" autocomplete="off" .value=${token()} />
            <span class="muted small">
              What the server was started with (SEPET_ADMIN_TOKEN). Kept in this tab only. Leave it empty on the server's own machine.
            </span>
          </div>
          <div class="row">
            <button class="primary" value="save">Save</button>
            <button value="cancel" formnovalidate>Cancel</button>
          </div>
        </form>
      </dialog>
    `;
  }
}
customElements.define('sp-sign-in', SpSignIn);

/** Opens the one dialog of the document. */
export async function openSignIn({ why }: { readonly why?: string | undefined }): Promise<boolean> {
  let dialog = document.querySelector<SpSignIn>('sp-sign-in');
  if (dialog === null) {
    dialog = document.createElement('sp-sign-in') as SpSignIn;
    document.body.append(dialog);
  }
  dialog.why = why;
  dialog.requestUpdate();
  return dialog.ask();
}
