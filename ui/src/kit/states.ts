// What stands where a list would: still loading, nothing there, something wrong. Each says what to do.

import { css, html, LitElement, nothing } from 'lit';
import { base, buttons } from './styles.ts';

const box = css`
  :host { display: block; }
  .box {
    display: grid; justify-items: start; gap: var(--space-2); padding: var(--space-4);
    border: 1px dashed var(--line-strong); border-radius: var(--radius);
  }
`;

/** Nothing to show, and what to do about it (the slot). */
export class SpEmpty extends LitElement {
  static override properties = { heading: {} };
  static override styles = [base, buttons, box];
  declare heading: string | undefined;

  override render() {
    return html`<div class="box">
      ${this.heading === undefined ? nothing : html`<h3>${this.heading}</h3>`}
      <div class="muted"><slot></slot></div>
    </div>`;
  }
}
customElements.define('sp-empty', SpEmpty);

/** Still on its way. Shows only after a moment, so that quick answers do not flash. */
export class SpBusy extends LitElement {
  static override properties = { text: {} };
  static override styles = [
    base,
    css`
      :host { display: inline-flex; align-items: center; gap: var(--space-2); color: var(--text-muted); animation: appear 0s 0.25s both; }
      i {
        width: 14px; height: 14px; border: 2px solid var(--line-strong); border-top-color: var(--accent); border-radius: 50%;
        animation: turn 0.8s linear infinite;
      }
      @keyframes turn { to { transform: rotate(1turn); } }
      @keyframes appear { from { visibility: hidden; } to { visibility: visible; } }
      @media (prefers-reduced-motion: reduce) { i { animation: none; } }
    `,
  ];
  declare text: string | undefined;

  override render() {
    return html`<i aria-hidden="true"></i><span role="status">${this.text ?? 'Loading …'}</span>`;
  }
}
customElements.define('sp-busy', SpBusy);

/** What a person can do about an error, by its code. */
const advice: Readonly<Record<string, string>> = {
  server_unreachable: 'The server does not answer. Is it running? Try again in a moment.',
  overloaded: 'The server has more to do than it can. Try again in a moment.',
  client_limited: 'Too many requests came from here. Wait a little, then try again.',
  shutting_down: 'The server is stopping. Try again when it is back.',
  draining: 'The server was taken out of traffic by an operator.',
  deadline_exceeded: 'The server was too busy to answer in time. Try again.',
  product_unknown:
    'Look the product up by title, or check the id. It may have left the catalogue since the link was made.',
  policy_unknown: 'Choose one of the policies that are served.',
  policy_invalid: 'The server refuses these rules. Reset the rule that it names, or all of them.',
  label_unknown: 'Choose one of the labels that this server follows.',
  label_conflict: 'Somebody else was quicker. Load the page anew, look at what they did, and decide again.',
  token_missing: 'Sign in as operator (top right) and try again.',
  token_invalid: 'Sign in as operator (top right) with the right token and try again.',
  admin_closed: 'Without an admin token the server takes changes only from its own machine.',
  releases_off: 'This server serves a file. Start it with a store and a label to save and promote.',
  verdicts_off: 'This server keeps no verdicts. Start it with --verdicts and a folder.',
};

/** An error in words: what happened (the server's own words) and what to do. `retry` is sent where the button is pressed. */
export class SpError extends LitElement {
  static override properties = { error: { attribute: false }, heading: {}, final: { type: Boolean } };
  static override styles = [
    base,
    buttons,
    box,
    css`
      .box { border: 1px solid var(--bad); background: var(--bad-soft); }
      h3 { color: var(--bad); }
    `,
  ];
  declare error: unknown;
  declare heading: string | undefined;
  /** No button: trying again would say the same. */
  declare final: boolean;

  override render() {
    const { code, message } = (this.error ?? {}) as { code?: string; message?: string };
    const todo = code === undefined ? undefined : advice[code];
    return html`<div class="box" role="alert">
      <h3>${this.heading ?? 'This did not work'}</h3>
      <p>${message ?? String(this.error)}</p>
      ${todo === undefined ? nothing : html`<p class="todo">${todo}</p>`}
      ${code === undefined ? nothing : html`<code class="muted">${code}</code>`}
      ${this.final ? nothing : html`<button @click=${this.#retry}>Try again</button>`}
    </div>`;
  }

  #retry(): void {
    this.dispatchEvent(new CustomEvent('retry', { bubbles: true, composed: true }));
  }
}
customElements.define('sp-error', SpError);
