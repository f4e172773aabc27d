// What the developer of such a page wants to see: the lines to copy, how the look is changed, and what the widget tells.

import { css, html, LitElement } from 'lit';
import { announce } from '../kit/announce.ts';
import { base, buttons, forms } from '../kit/styles.ts';
import type { Entry } from './log.ts';
import { type Look, lookNames, sheetOf } from './looks.ts';

const locales = ['en', 'tr', 'de', 'fr', 'es', 'ar'];
const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

export class ShopDeveloper extends LitElement {
  static override properties = {
    product: {},
    locale: {},
    look: {},
    entries: { attribute: false },
    canSend: { attribute: false },
  };
  static override styles = [base, buttons, forms, styles()];
  declare product: string;
  declare locale: string;
  declare look: Look;
  declare entries: readonly Entry[];
  /** Whether the server takes events. */
  declare canSend: boolean;

  get #snippet(): string {
    const locale = this.locale === 'en' ? '' : `\n  locale="${this.locale}"`;
    return `<script type="module" src="${location.origin}/ui/widget.js"></script>

<bought-together
  product="${this.product}"
  placement="product-page"
  limit="6"
  href="/p/{id}"${locale}
></bought-together>`;
  }

  #choose(patch: Record<string, string>): void {
    this.dispatchEvent(new CustomEvent('shop-choose', { detail: patch }));
  }

  async #copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      announce('Copied');
    } catch {
      announce('The browser did not let it be copied: mark the text instead.');
    }
  }

  override render() {
    return html`
      <h2>For the developer of this page</h2>
      <div class="columns">
        ${this.#code('The lines on this page', this.#snippet, [
          html`<label>
            Language
            <select @change=${(event: Event) => this.#choose({ locale: (event.target as HTMLSelectElement).value })}>
              ${locales.map((locale) => html`<option ?selected=${locale === this.locale}>${locale}</option>`)}
            </select>
          </label>`,
        ])}
        ${this.#code('The look, by variables alone', sheetOf(this.look), [
          html`<span class="row" role="group" aria-label="Look">
            ${lookNames.map(
              (look) => html`<button
                class="small"
                aria-pressed=${look === this.look}
                @click=${() => this.#choose({ look })}
              >${look}</button>`,
            )}
          </span>`,
        ])}
        <section class="log" aria-labelledby="log">
          <h3 id="log">What the widget tells</h3>
          ${this.canSend ? '' : html`<p class="small warn">This server takes no events (--events), so nothing is sent.</p>`}
          ${this.entries.length === 0 ? html`<p class="muted">Nothing yet.</p>` : html`<ol>${this.entries.map(line)}</ol>`}
        </section>
      </div>
      <p class="small muted">
        <a href="/ui/">Try, compare and edit what is recommended</a> · the attributes, events and variables stand in docs/widget.md
      </p>
    `;
  }

  #code(heading: string, text: string, controls: readonly unknown[]) {
    return html`<section>
      <h3>${heading}</h3>
      <div class="row spread">${controls}<button class="small" @click=${() => this.#copy(text)}>Copy</button></div>
      <pre tabindex="0" aria-label=${heading}>${text}</pre>
    </section>`;
  }
}
customElements.define('shop-developer', ShopDeveloper);

const line = ({ atMs, kind, name, said, detail }: Entry) => html`<li>
  <details>
    <summary>
      <span class="muted">${time.format(atMs)}</span>
      <code class=${kind === 'sent' ? 'good' : ''}>${kind === 'sent' ? 'POST ' : ''}${name}</code>
      <span class="small">${said}</span>
    </summary>
    <pre tabindex="0">${JSON.stringify(detail, null, 2)}</pre>
  </details>
</li>`;

function styles() {
  return css`
    :host { padding: 24px 0; border-top: 1px solid var(--line); }
    .columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(340px, 100%), 1fr)); gap: 24px; margin: 12px 0; }
    section { display: grid; gap: 8px; align-content: start; min-width: 0; }
    pre {
      max-height: 320px; margin: 0; padding: 12px; overflow: auto; border: 1px solid var(--line); border-radius: var(--radius);
      background: var(--surface-2); font: 12px / 1.5 var(--mono); tab-size: 2;
    }
    .log ol { max-height: 360px; overflow: auto; border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface-2); }
    li + li { border-top: 1px solid var(--line); }
    summary { padding: 6px 10px; cursor: pointer; }
    summary > * { margin-inline-start: 4px; }
    li pre { border: 0; border-radius: 0; background: var(--surface-3); }
  `;
}
