// The history of a label: what it pointed at, who moved it and why, and the way back.

import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import type { ServedLabel, Told } from 'sepet/client';
import { admin, asOperator } from '../../kit/api.ts';
import { base, buttons, cards } from '../../kit/styles.ts';
import { releaseWords } from './release-steps.ts';

const limit = 30;

export class HistoryPanel extends LitElement {
  static override properties = {
    label: { attribute: false },
    main: { attribute: false },
    name: {},
    _entries: { state: true },
    _error: { state: true },
  };
  static override styles = [base, buttons, cards, historyStyles()];
  declare label: ServedLabel;
  /** The label that customers see. */
  declare main: ServedLabel | undefined;
  /** The policy that is open. */
  declare name: string | undefined;
  declare _entries: readonly Told[] | undefined;
  declare _error: unknown;
  #asked = '';

  protected override willUpdate(changed: PropertyValues<this>): void {
    const { label, release } = this.label;
    const wanted = `${label}@${release?.revision}`;
    if (changed.has('label') && release !== undefined && wanted !== this.#asked) {
      this.#asked = wanted;
      void this.#load(false);
    }
  }

  /** Asks for a token only where somebody wants to see it. */
  async #load(isWanted: boolean): Promise<void> {
    const { label } = this.label;
    this._error = undefined;
    try {
      const { entries } = isWanted
        ? await asOperator((operator) => operator.history(label, { limit }))
        : await admin().history(label, { limit });
      if (label === this.label.label) this._entries = entries;
    } catch (error) {
      this._error = error;
    }
  }

  #send(name: 'promote' | 'rollback', detail?: Told): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  override render() {
    const { label, main, release } = this.label;
    if (release === undefined)
      return html`<sp-empty heading="A server of a file has no history">
        Start it with a store and a label (<code>sepet serve --store … --label production</code>) to save revisions, promote and roll back.
      </sp-empty>`;
    return html`
      <div class="row spread">
        <p>Label <b>${label}</b> is at revision <b>${release.revision}</b>${main ? ': what customers see.' : '.'}</p>
        ${
          main || this.main?.release === undefined
            ? nothing
            : html`<button @click=${() => this.#send('promote')}>Promote ${label} to ${this.main.label} …</button>`
        }
      </div>
      ${this.#renderEntries(release.revision)}
    `;
  }

  #renderEntries(current: number) {
    if (this._error !== undefined) {
      const code = (this._error as { code?: string }).code ?? '';
      return code.startsWith('token_')
        ? html`<sp-empty heading="The history is for operators"><button @click=${() => void this.#load(true)}>Sign in</button></sp-empty>`
        : html`<sp-error .error=${this._error} heading="The history could not be read" @retry=${() => void this.#load(true)}></sp-error>`;
    }
    if (this._entries === undefined) return html`<sp-busy></sp-busy>`;
    return html`<ol>${this._entries.map((told) => this.#renderEntry(told, current))}</ol>`;
  }

  #renderEntry(told: Told, current: number) {
    const { revision, at, by, why, action, source, restores, forced } = told.entry;
    const what =
      action === 'promote' && source !== undefined
        ? `promoted from ${source.label}@${source.revision}`
        : action === 'rollback' && restores !== undefined
          ? `rolled back to revision ${restores}`
          : 'published';
    const isThis = revision === current;
    const isPruned = told.artifact === undefined;
    return html`<li data-revision=${revision} class=${isThis ? 'now' : ''}>
      <div class="row spread">
        <span><b>${revision}</b> ${isThis ? html`<span class="chip good">served</span>` : nothing} <span class="muted">${what}</span></span>
        ${
          isThis || isPruned
            ? nothing
            : html`<button class="small" @click=${() => this.#send('rollback', told)}>Roll back to revision ${revision} …</button>`
        }
      </div>
      <p>${why === '' ? html`<span class="muted">no reason given</span>` : why}</p>
      <p class="small muted"><time datetime=${at}>${new Date(at).toLocaleString()}</time>, ${by} · ${releaseWords(told)}</p>
      ${forced === undefined ? nothing : html`<p class="small warn">Gates overruled: ${forced}</p>`}
    </li>`;
  }
}
customElements.define('pp-history', HistoryPanel);

function historyStyles() {
  return css`
    :host { display: grid; align-content: start; gap: var(--space-3); }
    ol { display: grid; }
    li { display: grid; gap: 2px; padding: 10px 0 10px 12px; border-bottom: 1px solid var(--line); border-left: 3px solid transparent; overflow-wrap: anywhere; }
    li.now { border-left-color: var(--good); }
  `;
}
