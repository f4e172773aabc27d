// A range with open ends: two thumbs on one track, and two figures. `value` is sent while it moves.

import { css, html, LitElement, nothing } from 'lit';
import type { Bounds } from '../policy-types.ts';
import { base, forms } from '../styles.ts';

export class SpRange extends LitElement {
  static override properties = {
    label: {},
    min: { type: Number },
    max: { type: Number },
    step: { type: Number },
    value: { attribute: false },
    unit: {},
    scale: { type: Number },
    required: { type: Boolean },
    bend: { type: Number },
  };
  static override styles = [base, forms, rangeStyles()];
  declare label: string;
  /** The ends of the track; a thumb at its end leaves that side open. */
  declare min: number;
  declare max: number;
  declare step: number;
  declare value: Bounds;
  declare unit: string | undefined;
  /** Divides what is shown: 100 shows minor units as whole ones. */
  declare scale: number;
  /** One side at least must stay closed. */
  declare required: boolean;
  /** Above 1 the low end has more of the track: for prices, of which most are low. */
  declare bend: number;

  constructor() {
    super();
    this.label = '';
    this.min = 0;
    this.max = 1;
    this.step = 0.01;
    this.value = {};
    this.scale = 1;
    this.required = false;
    this.bend = 1;
  }

  #send(side: 'min' | 'max', given: number | undefined): void {
    const other = side === 'min' ? 'max' : 'min';
    const { [side]: _, ...rest } = this.value;
    const across = this.value[other];
    let value = given === undefined ? undefined : Number((given * this.scale).toFixed(6));
    if (value !== undefined && across !== undefined)
      value = side === 'min' ? Math.min(value, across) : Math.max(value, across);
    const next: Bounds = { ...rest, ...(value !== undefined && { [side]: value }) };
    if (this.required && next.min === undefined && next.max === undefined) {
      this.requestUpdate();
      return;
    }
    this.value = next;
    this.dispatchEvent(new CustomEvent('value', { detail: next }));
  }

  #shown(side: 'min' | 'max'): number | undefined {
    const value = this.value[side];
    return value === undefined ? undefined : value / this.scale;
  }

  /** Where on the track a value stands, in thousandths. */
  #toTrack(value: number): number {
    const part = (value - this.min) / (this.max - this.min || 1);
    return Math.round(1000 * Math.max(0, part) ** (1 / this.bend));
  }

  /** The value of a place on the track, on a step; on a bent track three figures at most. */
  #ofTrack(at: number): number {
    const value = this.min + (this.max - this.min) * (at / 1000) ** this.bend;
    if (at <= 0 || at >= 1000) return at <= 0 ? this.min : this.max;
    if (this.bend !== 1) return Number(value.toPrecision(3));
    return Number((this.min + Math.round((value - this.min) / this.step) * this.step).toFixed(6));
  }

  #slide(side: 'min' | 'max', event: Event): void {
    const at = this.#ofTrack(Number((event.target as HTMLInputElement).value));
    const isOpen = side === 'min' ? at <= this.min : at >= this.max;
    this.#send(
      side,
      isOpen && !(this.required && this.value[side === 'min' ? 'max' : 'min'] === undefined) ? undefined : at,
    );
  }

  #type(side: 'min' | 'max', event: Event): void {
    const { value } = event.target as HTMLInputElement;
    const number = Number.parseFloat(value);
    if (value === '' || !Number.isNaN(number)) this.#send(side, value === '' ? undefined : number);
  }

  #figure(side: 'min' | 'max', word: string) {
    return html`<span class="figure">
      <input
        type="number"
        aria-label=${`${this.label}, ${side === 'min' ? 'lowest' : 'highest'}`}
        step="any"
        placeholder=${word}
        .value=${String(this.#shown(side) ?? '')}
        @change=${(event: Event) => this.#type(side, event)}
      />
    </span>`;
  }

  #thumb(side: 'min' | 'max') {
    const value = this.#shown(side);
    const end = side === 'min' ? this.min : this.max;
    return html`<input
      type="range"
      class=${side}
      aria-label=${`${this.label}, ${side === 'min' ? 'lowest' : 'highest'}`}
      aria-valuetext=${value === undefined ? 'open' : `${value}${this.unit ?? ''}`}
      min="0"
      max="1000"
      step="1"
      .value=${String(this.#toTrack(value ?? end))}
      @input=${(event: Event) => this.#slide(side, event)}
    />`;
  }

  override render() {
    return html`
      <span class="label">${this.label}</span>
      <span class="row figures">
        ${this.#figure('min', 'any')}<span aria-hidden="true">–</span>${this.#figure('max', 'any')}
        ${this.unit === undefined ? nothing : html`<span class="label">${this.unit}</span>`}
      </span>
      <span class="track">${this.#thumb('min')}${this.#thumb('max')}</span>
    `;
  }
}
customElements.define('sp-range', SpRange);

function rangeStyles() {
  return css`
    :host { display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: center; gap: 0 8px; }
    .label { color: var(--text-muted); font-size: 12.5px; }
    .figures { gap: 4px; flex-wrap: nowrap; }
    input[type='number'] { width: 76px; min-height: 26px; padding: 2px 4px 2px 6px; text-align: right; }
    .track { position: relative; grid-column: 1 / -1; height: 24px; }
    .track::before {
      content: ''; position: absolute; top: 10px; left: 0; right: 0; height: 4px; border-radius: 2px; background: var(--surface-3);
      box-shadow: inset 0 0 0 1px var(--line-strong);
    }
    .track input {
      appearance: none; position: absolute; inset: 0; border: 0; background: none; pointer-events: none;
    }
    .track input::-webkit-slider-thumb {
      appearance: none; width: 16px; height: 16px; border: 2px solid var(--surface-2); border-radius: 50%; background: var(--accent);
      pointer-events: auto; cursor: pointer;
    }
    .track input::-moz-range-thumb {
      width: 12px; height: 12px; border: 2px solid var(--surface-2); border-radius: 50%; background: var(--accent);
      pointer-events: auto; cursor: pointer;
    }
  `;
}
