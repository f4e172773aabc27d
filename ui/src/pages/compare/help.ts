// The keys, on "?".

import { css, html, LitElement } from 'lit';
import { base, buttons, tables } from '../../kit/styles.ts';

const keys = (isBlind: boolean): readonly (readonly [string, string])[] => [
  ['j or →', 'Next product'],
  ['k or ←', 'Previous product'],
  ['n', 'Next product without a verdict of yours'],
  ...(isBlind
    ? ([
        ['1', 'Left is better'],
        ['2 or s', 'No difference'],
        ['3', 'Right is better'],
      ] as const)
    : ([
        ['1 or b', 'Proposed is better'],
        ['2 or s', 'Same: no difference'],
        ['3 or w', 'Proposed is worse'],
      ] as const)),
  ['m', 'Write a note; Enter ends it'],
  ['u', 'Undo the last verdict'],
  ['/', 'Find a product'],
  ['?', 'This help'],
];

export class CmpHelp extends LitElement {
  static override properties = { isBlind: { attribute: false } };
  static override styles = [
    base,
    buttons,
    tables,
    css`
      dialog {
        width: min(440px, calc(100vw - 32px)); padding: var(--space-5); border: 1px solid var(--line); border-radius: var(--radius);
        background: var(--surface-2); color: var(--text); box-shadow: var(--shadow-up);
      }
      dialog::backdrop { background: rgb(10 14 20 / 50%); }
      .stack { gap: var(--space-4); }
      th { width: 96px; white-space: nowrap; }
      kbd { font: 600 13px/20px var(--mono); color: var(--text); }
    `,
  ];
  declare isBlind: boolean;

  open(): void {
    const dialog = this.renderRoot.querySelector('dialog') as HTMLDialogElement;
    if (!dialog.open) dialog.showModal();
  }

  override render() {
    return html`<dialog aria-labelledby="heading">
      <form method="dialog" class="stack">
        <h2 id="heading">Keys</h2>
        <table>
          <tbody>
            ${keys(this.isBlind).map(([key, words]) => html`<tr><th scope="row"><kbd>${key}</kbd></th><td>${words}</td></tr>`)}
          </tbody>
        </table>
        <p class="muted small">
          After a verdict the walk goes on to the next product without one. A verdict stands at once and can be given anew at any time; the latest counts.
        </p>
        <div class="row"><button class="primary">Close</button></div>
      </form>
    </dialog>`;
  }
}
customElements.define('cmp-help', CmpHelp);
