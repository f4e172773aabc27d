// Names of categories, brands or products of the catalogue: chips, and a field that completes. `value` is sent with the whole list.

import { css, html, LitElement, nothing } from 'lit';
import { base, buttons, cards, forms } from '../styles.ts';

/** Answers with names that fit what was typed, and how many products each has. */
export type Suggest = (
  q: string,
) => Promise<readonly (readonly [name: string, products: number | undefined])[]>;

export class SpNames extends LitElement {
  static override properties = {
    label: {},
    value: { attribute: false },
    suggest: { attribute: false },
    placeholder: {},
    required: { type: Boolean },
    _found: { state: true },
  };
  static override styles = [base, buttons, forms, cards, nameStyles()];
  declare label: string;
  declare value: readonly string[];
  declare suggest: Suggest | undefined;
  declare placeholder: string;
  /** The last name cannot be taken out. */
  declare required: boolean;
  declare _found: readonly (readonly [string, number | undefined])[];
  #asked = 0;

  constructor() {
    super();
    this.label = '';
    this.value = [];
    this.placeholder = 'Add …';
    this.required = false;
    this._found = [];
  }

  async #typed(text: string): Promise<void> {
    const asked = ++this.#asked;
    // Choosing from the list arrives as input that equals a name.
    if (this._found.some(([name]) => name === text)) {
      this.#add(text);
      return;
    }
    const found = await this.suggest?.(text).catch(() => []);
    if (asked === this.#asked) this._found = found ?? [];
  }

  #send(value: readonly string[]): void {
    this.value = value;
    this.dispatchEvent(new CustomEvent('value', { detail: value }));
  }

  #add(given: string): void {
    const text = given.trim();
    const input = this.renderRoot.querySelector('input') as HTMLInputElement;
    // A name that is nearly right takes the spelling of the catalogue.
    const name = this._found.find(([known]) => known.toLowerCase() === text.toLowerCase())?.[0] ?? text;
    input.value = '';
    if (name !== '' && !this.value.includes(name)) this.#send([...this.value, name]);
  }

  #key(event: KeyboardEvent): void {
    const input = event.target as HTMLInputElement;
    if (event.key === 'Enter') {
      event.preventDefault();
      this.#add(input.value);
    } else if (event.key === 'Backspace' && input.value === '' && this.value.length > (this.required ? 1 : 0))
      this.#send(this.value.slice(0, -1));
  }

  override render() {
    const isLast = this.required && this.value.length === 1;
    return html`
      <label for="name">${this.label}</label>
      <div class="box">
        ${this.value.map(
          (name) => html`<span class="chip accent">
            <span class="word" title=${name}>${name}</span>
            ${
              isLast
                ? nothing
                : html`<button
                    class="plain remove"
                    aria-label=${`Remove ${name}`}
                    @click=${() => this.#send(this.value.filter((one) => one !== name))}
                  >
                    ×
                  </button>`
            }
          </span>`,
        )}
        <input
          id="name"
          list="names"
          autocomplete="off"
          placeholder=${this.placeholder}
          @focus=${(event: Event) => void this.#typed((event.target as HTMLInputElement).value)}
          @input=${(event: Event) => void this.#typed((event.target as HTMLInputElement).value)}
          @change=${(event: Event) => this.#add((event.target as HTMLInputElement).value)}
          @keydown=${this.#key}
        />
        <datalist id="names">
          ${this._found.map(
            ([name, products]) =>
              html`<option value=${name}>${products === undefined ? '' : `${products} products`}</option>`,
          )}
        </datalist>
      </div>
    `;
  }
}
customElements.define('sp-names', SpNames);

function nameStyles() {
  return css`
    :host { display: grid; gap: 2px; }
    label { color: var(--text-muted); font-size: 12.5px; }
    .box {
      display: flex; flex-wrap: wrap; gap: 4px; padding: 3px; border: 1px solid var(--line-strong); border-radius: var(--radius);
      background: var(--surface-2);
    }
    .box:focus-within { border-color: var(--accent); }
    .chip { padding-right: 2px; }
    .word { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    button.remove { min-height: 18px; padding: 0 5px; color: inherit; }
    input { flex: 1; min-width: 84px; min-height: 24px; padding: 0 4px; border: 0; background: none; }
  `;
}
