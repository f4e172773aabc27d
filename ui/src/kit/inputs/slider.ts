// A number by a slider and by its figures. `value` is sent while it moves.

import { css, html, LitElement, nothing } from 'lit';
import { base, forms } from '../styles.ts';

const steps = 200;

export class SpSlider extends LitElement {
  static override properties = {
    label: {},
    min: { type: Number },
    max: { type: Number },
    step: { type: Number },
    value: { type: Number },
    unit: {},
    log: { type: Boolean },
    disabled: { type: Boolean },
    least: { type: Number },
    most: { type: Number },
  };
  static override styles = [base, forms, sliderStyles()];
  declare label: string;
  /** The ends of the slider. */
  declare min: number;
  declare max: number;
  declare step: number;
  declare value: number;
  declare unit: string | undefined;
  /** Equal ways are equal factors: for boosts and widths. */
  declare log: boolean;
  declare disabled: boolean;
  /** What the figures may say beyond the ends of the slider. */
  declare least: number | undefined;
  declare most: number | undefined;

  constructor() {
    super();
    this.label = '';
    this.min = 0;
    this.max = 1;
    this.step = 1;
    this.value = 0;
    this.log = false;
    this.disabled = false;
  }

  #toSlider(value: number): number {
    const { min, max } = this;
    return this.log ? (steps * Math.log(value / min)) / Math.log(max / min) : value;
  }

  #ofSlider(at: number): number {
    const { min, max } = this;
    return this.log ? this.#rounded(min * (max / min) ** (at / steps)) : at;
  }

  /** Three figures at most, on the step where that is coarser. */
  #rounded(value: number): number {
    const figures = Number(value.toPrecision(3));
    return this.step >= 1 ? Math.round(figures) : figures;
  }

  #send(value: number): void {
    const { least = this.min, most = this.max } = this;
    if (Number.isNaN(value) || value < least || value > most) return;
    const clean = Number(value.toFixed(6));
    if (clean === this.value) return;
    this.value = clean;
    this.dispatchEvent(new CustomEvent('value', { detail: clean }));
  }

  override render() {
    const { label, min, max, step, value, unit, disabled, least = min, most = max } = this;
    const said = `${value}${unit ?? ''}`;
    return html`
      <label for="number">${label}</label>
      <span class="figure">
        <input
          id="number"
          type="number"
          min=${least}
          max=${most}
          step=${step}
          ?disabled=${disabled}
          .value=${String(value)}
          @change=${(event: Event) => this.#send(Number.parseFloat((event.target as HTMLInputElement).value))}
        />
        ${unit === undefined ? nothing : html`<span class="unit">${unit}</span>`}
      </span>
      <input
        type="range"
        aria-label=${label}
        aria-valuetext=${said}
        min=${this.log ? 0 : min}
        max=${this.log ? steps : max}
        step=${this.log ? 1 : step}
        ?disabled=${disabled}
        .value=${String(this.#toSlider(value))}
        @input=${(event: Event) => this.#send(this.#ofSlider(Number((event.target as HTMLInputElement).value)))}
      />
    `;
  }
}
customElements.define('sp-slider', SpSlider);

function sliderStyles() {
  return css`
    :host { display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: center; gap: 0 8px; }
    label { color: var(--text-muted); font-size: 12.5px; }
    .figure { display: inline-flex; align-items: center; gap: 4px; }
    .unit { min-width: 12px; color: var(--text-muted); font-size: 12.5px; }
    input[type='number'] { width: 78px; min-height: 26px; padding: 2px 4px 2px 6px; text-align: right; }
    input[type='range'] { grid-column: 1 / -1; }
  `;
}
