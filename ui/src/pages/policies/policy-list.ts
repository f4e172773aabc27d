// Which policies are served, by label; drafts of this browser; and a new one from a starter.

import { css, html, LitElement, nothing } from 'lit';
import { plural } from '../../kit/money.ts';
import { base, buttons, cards, forms, tables } from '../../kit/styles.ts';
import { goTo } from '../../kit/url-state.ts';
import { dropDraft, keptDrafts } from './drafts.ts';
import type { LabelPolicies } from './page-policies.ts';
import { starters } from './starters.ts';

const address = (params: Readonly<Record<string, string>>): string =>
  `/ui/policies?${new URLSearchParams(params)}`;

export class PolicyList extends LitElement {
  static override properties = { all: { attribute: false }, _taken: { state: true } };
  static override styles = [base, buttons, cards, forms, tables, listStyles()];
  declare all: readonly LabelPolicies[];
  declare _taken: string | undefined;

  override render() {
    return html`
      <header class="row spread"><h1>Policies</h1><a class="button" href="#new" @click=${this.#toNew}>New policy</a></header>
      <p class="muted about">A policy says which products customers may see, and in which order. Open one to change it, see what that would do, and save it.</p>
      ${this.#renderDrafts()}
      <div class="labels">${this.all.map((one) => this.#renderLabel(one))}</div>
      ${this.#renderNew()}
    `;
  }

  #toNew(event: Event): void {
    event.preventDefault();
    const field = this.renderRoot.querySelector<HTMLInputElement>('#new-name');
    field?.focus();
    field?.scrollIntoView({ block: 'center' });
  }

  #renderLabel({ label, policies }: LabelPolicies) {
    const { label: name, main, release } = label;
    return html`<section class="card label" aria-labelledby=${`label-${name}`} data-label=${name}>
      <div class="head">
        <h2 id=${`label-${name}`}>${name}</h2>
        ${main ? html`<span class="chip good">what customers see</span>` : html`<span class="chip">beside it, for trying</span>`}
        <span class="muted small">${release === undefined ? 'a file' : `revision ${release.revision}`} · ${label.name} · ${plural(label.products, 'product')}</span>
      </div>
      <div class="scroll"><table>
        <thead><tr><th scope="col">Policy</th><th scope="col">Where</th><th scope="col" class="number">Items</th><th scope="col" class="number">Filters</th><th scope="col" class="number">Ranking</th></tr></thead>
        <tbody>
          ${policies.policies.map(
            (one) => html`<tr>
              <th scope="row">
                <a href=${address({ label: name, policy: one.name })}>${one.name}</a>
                <span class="muted small">revision ${one.revision}</span>
                ${one.name === policies.default ? html`<span class="chip">default</span>` : nothing}
              </th>
              <td>${one.placement.length === 0 ? html`<span class="muted">anywhere</span>` : one.placement.join(', ')}</td>
              <td class="number">${one.limit}</td><td class="number">${one.filters}</td><td class="number">${one.rank}</td>
            </tr>`,
          )}
        </tbody>
      </table></div>
    </section>`;
  }

  #renderDrafts() {
    const drafts = keptDrafts();
    if (drafts.length === 0) return nothing;
    return html`<section class="drafts" aria-labelledby="drafts">
      <h2 id="drafts">Drafts of this browser</h2>
      <ul>
        ${drafts.map(
          ({ label, name, base: begun, at }) => html`<li class="row">
            <a href=${address({ label, policy: name, ...(begun === '' && { new: 'empty' }) })}>${name}</a>
            <span class="muted small">for ${label}, ${new Date(at).toLocaleString()}</span>
            <button class="plain small" aria-label=${`Discard the draft of ${name}`} @click=${() => {
              dropDraft(label, name);
              this.requestUpdate();
            }}>Discard</button>
          </li>`,
        )}
      </ul>
    </section>`;
  }

  #create(event: SubmitEvent): void {
    event.preventDefault();
    const values = new FormData(event.target as HTMLFormElement);
    const [name, label, starter] = ['name', 'label', 'starter'].map((key) =>
      String(values.get(key) ?? '').trim(),
    );
    const found = this.all.find((one) => one.label.label === label);
    if (name === undefined || label === undefined || starter === undefined) return;
    if (found?.policies.policies.some((one) => one.name === name) === true) {
      this._taken = name;
      return;
    }
    goTo(address({ label, policy: name, new: starter }));
  }

  #renderNew() {
    // A new policy is tried beside what customers see, where there is such a place.
    const first = this.all.find(({ label }) => !label.main) ?? this.all[0];
    return html`<section class="card new" id="new" aria-labelledby="new-title">
      <h2 id="new-title">New policy</h2>
      <form @submit=${this.#create}>
        <div class="fields">
          <div class="field">
            <label for="new-name">Name</label>
            <input id="new-name" name="name" required maxlength="64" pattern="[\\w.\\-]+" placeholder="autumn-cart" autocomplete="off"
              title="Letters, digits, dots, - and _" @input=${() => {
                this._taken = undefined;
              }} />
          </div>
          ${
            this.all.length < 2
              ? html`<input type="hidden" name="label" value=${first?.label.label ?? ''} />`
              : html`<div class="field">
                  <label for="new-label">Label</label>
                  <select id="new-label" name="label">
                    ${this.all.map(({ label }) => html`<option value=${label.label} ?selected=${label === first?.label}>${label.label}</option>`)}
                  </select>
                </div>`
          }
        </div>
        ${this._taken === undefined ? nothing : html`<p class="bad" role="alert">There is a policy ${this._taken} already. Open it above, or choose another name.</p>`}
        <fieldset class="starters">
          <legend>Begin with</legend>
          ${starters.map(
            ({ id, title, about }, index) => html`<label class="starter">
              <input type="radio" name="starter" value=${id} ?checked=${index === 0} />
              <span><b>${title}</b><span class="muted small">${about}</span></span>
            </label>`,
          )}
        </fieldset>
        <button class="primary">Begin</button>
      </form>
    </section>`;
  }
}
customElements.define('pp-list', PolicyList);

function listStyles() {
  return css`
    :host { display: grid; gap: var(--space-4); }
    .about { max-width: 78ch; }
    .labels { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(480px, 100%), 1fr)); align-items: start; gap: var(--space-4); }
    .label { min-width: 0; overflow: hidden; }
    .head { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; padding: var(--space-3) var(--space-4); border-bottom: 1px solid var(--line); }
    .label th, .label td { padding: 8px var(--space-4); white-space: nowrap; }
    .label tr:last-child > * { border-bottom: 0; }
    tbody th { color: var(--text); font-size: 14px; }
    .drafts { padding: var(--space-3) var(--space-4); border-left: 3px solid var(--warn); background: var(--warn-soft); }
    .new { padding: var(--space-4); }
    .new form { display: grid; gap: var(--space-4); margin-top: var(--space-3); justify-items: start; }
    .fields { display: flex; flex-wrap: wrap; gap: var(--space-4); }
    .starters { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(260px, 100%), 1fr)); gap: var(--space-2); width: 100%; }
    .starters legend { margin-bottom: 4px; }
    .starter { display: flex; gap: 10px; padding: 10px 12px; border: 1px solid var(--line); border-radius: var(--radius); cursor: pointer; }
    .starter:has(input:checked) { border-color: var(--accent); background: var(--accent-soft); }
    .starter input { margin-top: 2px; }
    .starter span { display: grid; align-content: start; gap: 2px; }
  `;
}
