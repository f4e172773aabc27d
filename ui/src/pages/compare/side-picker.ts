// What one column is made of: label, policy, and a way to change the policy's rules for this comparison.

import { css, html, LitElement, nothing } from 'lit';
import type { ServedLabel } from 'sepet/client';
import { base, buttons, cards, forms } from '../../kit/styles.ts';
import { type Column, changeCount, hasOverrides, labelOf, policyName, policyOf, type Side } from './sides.ts';
import { columnNames } from './words.ts';

export class CmpSide extends LitElement {
  static override properties = {
    column: {},
    side: { attribute: false },
    labels: { attribute: false },
  };
  static override styles = [
    base,
    buttons,
    forms,
    cards,
    css`
      :host { min-width: 0; }
      fieldset { height: 100%; }
      .panel { padding: var(--space-2) var(--space-3); }
      .name { font-weight: 650; }
      .row { flex-wrap: nowrap; gap: var(--space-2); }
      .chip { flex: none; }
      @media (max-width: 1180px) { .row { flex-wrap: wrap; } .about { flex-basis: 100%; order: 5; } }
      label { color: var(--text-muted); font-size: 12.5px; }
      select { flex: none; max-width: 150px; }
      button { flex: none; white-space: nowrap; }
      .name { flex: none; min-width: 66px; }
      @media (max-width: 1480px) {
        .word { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
      }
      .about { flex: 0 1 auto; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      .push { margin-left: auto; }
    `,
  ];
  declare column: Column;
  declare side: Side;
  declare labels: readonly ServedLabel[];

  #choose(side: Side): void {
    this.dispatchEvent(new CustomEvent('side', { detail: { column: this.column, side } }));
  }

  /** Another label, with its own policy of the same name where it has one. */
  #label(label: string): void {
    const served = this.labels.find((one) => one.label === label);
    const hasPolicy = served?.policies.some((policy) => policyName(policy) === this.side.policy) === true;
    this.#choose({
      ...this.side,
      label,
      ...(!hasPolicy && { policy: served?.default ?? '', overrides: {} }),
    });
  }

  override render() {
    const { side, labels, column } = this;
    const served = labelOf(side, labels);
    const policy = policyOf(side, labels);
    const changes = changeCount(side.overrides);
    return html`<fieldset class="panel">
      <legend class="visually-hidden">${columnNames[column]}</legend>
      <div class="row">
        <span class="name" aria-hidden="true">${columnNames[column]}</span>
        <label for="label" class="word">Label</label>
        <select id="label" .value=${side.label} @change=${(event: Event) => this.#label(chosenIn(event))}>
          ${served === undefined ? html`<option value=${side.label} selected>${side.label} (not served)</option>` : nothing}
          ${labels.map(
            ({ label }) =>
              html`<option value=${label} ?selected=${label === served?.label}>${label}</option>`,
          )}
        </select>
        <label for="policy" class="word">Policy</label>
        <select
          id="policy"
          @change=${(event: Event) => this.#choose({ ...side, policy: chosenIn(event), overrides: {} })}
        >
          ${policy === undefined ? html`<option value=${side.policy} selected>${side.policy} (not served)</option>` : nothing}
          ${(served?.policies ?? []).map(
            (one) => html`<option value=${policyName(one)} ?selected=${one === policy}>${one}</option>`,
          )}
        </select>
        <span class="about small muted" title=${served === undefined ? nothing : `Artifact ${served.name}, built ${served.createdAt.slice(0, 10)}`}>
          ${served === undefined ? 'not served here' : served.name}${
            served?.release === undefined ? nothing : html`, revision ${served.release.revision}`
          }
        </span>
        ${changes === 0 ? nothing : html`<span class="chip accent">${changes} ${changes === 1 ? 'change' : 'changes'}</span>`}
        <span class="row push">
          <button
            aria-haspopup="dialog"
            ?disabled=${policy === undefined}
            @click=${() => this.dispatchEvent(new CustomEvent('rules', { detail: column }))}
          >
            Rules …
          </button>
          ${
            hasOverrides(side)
              ? html`<button class="plain" @click=${() => this.#choose({ ...side, overrides: {} })}>Reset</button>`
              : nothing
          }
        </span>
      </div>
    </fieldset>`;
  }
}
customElements.define('cmp-side', CmpSide);

const chosenIn = (event: Event): string => (event.target as HTMLSelectElement).value;
