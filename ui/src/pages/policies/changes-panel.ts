// What the draft says that is not served: in words, and line by line.

import { css, html, LitElement, nothing } from 'lit';
import { plural } from '../../kit/money.ts';
import { base, cards } from '../../kit/styles.ts';
import type { Change } from './changes.ts';
import { diffLines } from './line-diff.ts';

const tones: Readonly<Record<Change['kind'], string>> = {
  added: 'good',
  removed: 'bad',
  changed: 'accent',
  moved: '',
};
const signs = { same: ' ', added: '+', removed: '−' } as const;

export class ChangesPanel extends LitElement {
  static override properties = {
    changes: { attribute: false },
    base: { attribute: false },
    text: { attribute: false },
    served: {},
  };
  static override styles = [base, cards, changesStyles()];
  declare changes: readonly Change[];
  declare base: string;
  declare text: string;
  /** `pdp@3`; undefined for a new policy. */
  declare served: string | undefined;

  override render() {
    if (this.served === undefined)
      return html`<sp-empty heading="A new policy">Nothing of this name is served, so there is nothing to compare with.</sp-empty>`;
    if (this.base === this.text)
      return html`<sp-empty heading="No changes">The draft is what is served as ${this.served}. Change a rule in the form or in the YAML.</sp-empty>`;
    return html`
      <section aria-label="Changes in words">
        ${
          this.changes.length === 0
            ? html`<p class="muted">No rule changes: only comments, spacing or the revision.</p>`
            : html`<p class="muted">${plural(this.changes.length, 'change')} against ${this.served}</p>`
        }
        <ul>
          ${this.changes.map(
            ({ kind, what, before, after }) => html`<li>
              <span><b>${what}</b> <span class="chip ${tones[kind]}">${kind}</span></span>
              ${before === undefined ? nothing : html`<span class="small"><span class="muted">was</span> ${before}</span>`}
              ${after === undefined ? nothing : html`<span class="small"><span class="muted">now</span> ${after}</span>`}
            </li>`,
          )}
        </ul>
      </section>
      <section aria-label="Changed lines">
        <pre tabindex="0" aria-label="Changed lines">${diffLines(this.base, this.text).map((line) =>
          line.kind === 'skipped'
            ? html`<span class="line skipped">⋯ ${plural(line.lines, 'line')} alike</span>`
            : html`<span class="line ${line.kind}"><span class="sign">${signs[line.kind]}</span>${line.text}</span>`,
        )}</pre>
      </section>
    `;
  }
}
customElements.define('pp-changes', ChangesPanel);

function changesStyles() {
  return css`
    :host { display: grid; align-content: start; gap: var(--space-4); }
    ul { display: grid; }
    li { display: grid; gap: 2px; padding: 8px 0; border-bottom: 1px solid var(--line); }
    pre { margin: 0; padding: 8px 0; border: 1px solid var(--line); border-radius: var(--radius); overflow: auto; font: 12.5px/1.6 var(--mono); }
    .line { display: block; padding: 0 10px; white-space: pre-wrap; overflow-wrap: anywhere; }
    .sign { display: inline-block; width: 16px; user-select: none; }
    .added { background: var(--good-soft); color: var(--good); }
    .removed { background: var(--bad-soft); color: var(--bad); }
    .skipped { color: var(--text-muted); font-style: italic; }
  `;
}
