// What is compared and which products are walked through; on a phone folded into one line.

import { css, html, LitElement, nothing } from 'lit';
import type { Facets, ServedLabel } from 'sepet/client';
import { client } from '../../kit/api.ts';
import { base, buttons, forms } from '../../kit/styles.ts';
import { patchUrl } from '../../kit/url-state.ts';
import './sample-bar.ts';
import { type Sample, samplePatch } from './sample.ts';
import './side-picker.ts';
import {
  type Column,
  columns,
  type Side,
  type Sides,
  sameSide,
  sidePatch,
  sidesPatch,
  sideWords,
  verdictSide,
} from './sides.ts';
import { columnNames } from './words.ts';

/** Writes a side into the URL. What only slides a rule leaves no step for the back button. */
export function patchSide(
  { column, side }: { readonly column: Column; readonly side: Side },
  sides: Sides,
): void {
  const without = (one: Side): Side => ({ ...one, overrides: {} });
  patchUrl(sidePatch(column, side), { replace: sameSide(without(side), without(sides[column])) });
}

export class CmpSetup extends LitElement {
  static override properties = {
    labels: { attribute: false },
    sides: { attribute: false },
    sample: { attribute: false },
    isBlind: { attribute: false },
    _facets: { state: true },
  };
  static override styles = [base, buttons, forms, setupStyles()];
  declare labels: readonly ServedLabel[];
  declare sides: Sides;
  declare sample: Sample;
  declare isBlind: boolean;
  declare _facets: Facets | undefined;
  #isAsked = false;

  override willUpdate(): void {
    if (this.sample.kind === 'category' && !this.#isAsked) void this.#loadFacets();
  }

  async #loadFacets(): Promise<void> {
    this.#isAsked = true;
    this._facets = await client.facets({ limit: 1000 }).catch(() => undefined);
    this.#isAsked = this._facets !== undefined;
  }

  override render() {
    const { sides, labels } = this;
    const [before, after] = columns.map((column) => sideWords(verdictSide(sides[column], labels)));
    return html`<details ?open=${matchMedia('(min-width: 761px)').matches}>
      <summary>${before} → ${after}</summary>
      <div class="sides">
        ${columns.map(
          (column) => html`<cmp-side
            .column=${column}
            .side=${sides[column]}
            .labels=${labels}
            @side=${(event: CustomEvent) => patchSide(event.detail, sides)}
            @rules=${() => this.#openRules(column)}
          ></cmp-side>`,
        )}
        <button class="icon swap" title="Change places" aria-label="Change places of the two sides" @click=${this.#swap}>
          ⇄
        </button>
      </div>
      ${sameSide(sides.a, sides.b) ? this.#renderSame() : nothing}
        <cmp-sample
          .sample=${this.sample}
          .facets=${this._facets}
          .isBlind=${this.isBlind}
          @sample=${({ detail }: CustomEvent<Sample>) => patchUrl({ ...samplePatch(detail), product: null })}
          @blind=${({ detail }: CustomEvent<boolean>) => patchUrl({ blind: detail ? '1' : null })}
        ></cmp-sample>
    </details>`;
  }

  #renderSame() {
    return html`<p class="row notice">
      <span aria-hidden="true">ⓘ</span> Both sides are the same, so their lists are too. Choose another label or policy, or
      <button class="small" @click=${() => this.#openRules('b')}>change the rules of “${columnNames.b}”</button>
    </p>`;
  }

  #openRules(column: Column): void {
    this.dispatchEvent(new CustomEvent('rules', { detail: column }));
  }

  #swap(): void {
    const { a, b } = this.sides;
    patchUrl(sidesPatch({ a: b, b: a }));
  }
}
customElements.define('cmp-setup', CmpSetup);

function setupStyles() {
  return css`
    summary { display: none; }
    .sides { position: relative; display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 44px; margin-bottom: var(--space-2); }
    .swap { position: absolute; top: 50%; left: 50%; transform: translate(-50%, -50%); }
    .notice { margin: var(--space-2) 0; padding: var(--space-2) var(--space-3); border-radius: var(--radius); background: var(--accent-soft); }
    @media (max-width: 760px) {
      summary { display: list-item; padding: 4px 0; color: var(--accent); cursor: pointer; }
      details[open] > summary { margin-bottom: var(--space-2); }
      .sides { grid-template-columns: minmax(0, 1fr); gap: var(--space-3); }
      .swap { position: static; transform: none; order: 2; justify-self: center; }
    }
  `;
}
