// One small chart: its last values in words, the lines, and the same as a table.

import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { base, cards, tables } from '../../kit/styles.ts';
import type { Line } from './draw.ts';
import { type Point, rateMs } from './readings.ts';

export interface ChartSeries {
  readonly name: string;
  readonly colour: string;
  readonly dash?: string;
  /** Undefined where nothing happened that it could be told from. */
  value(point: Point): number | undefined;
}

export interface ChartSpec {
  readonly heading: string;
  /** What it says, in a sentence. */
  readonly about: string;
  readonly series: readonly ChartSeries[];
  /** A value as it is written beside the name. */
  text(value: number): string;
  tickText(value: number): string;
  readonly top?: number;
  readonly leastTop: number;
  /** What stands there as long as no series has a value. */
  readonly waiting: string;
}

const spanMs = 5 * 60 * 1000;
const height = 132;
const tableRows = 12;

const timeOf = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

/** One series as a line, broken where nothing is known and where nobody looked. */
function lineOf({ value, colour, dash }: ChartSeries, points: readonly Point[]): Line {
  const rows = points.flatMap((point, i) => {
    const row = { atMs: point.atMs, value: value(point) ?? Number.NaN };
    const pausedMs = point.atMs - (points[i - 1]?.atMs ?? point.atMs);
    return pausedMs > rateMs ? [{ atMs: point.atMs - 1, value: Number.NaN }, row] : [row];
  });
  return { rows, colour, ...(dash !== undefined && { dash }) };
}

export class OvChart extends LitElement {
  static override properties = {
    spec: { attribute: false },
    points: { attribute: false },
    note: {},
    _width: { state: true },
  };
  static override styles = [base, cards, tables, chartStyles()];
  declare spec: ChartSpec;
  declare points: readonly Point[];
  /** What is counted since the start, in words. */
  declare note: string | undefined;
  declare _width: number;
  #watcher = new ResizeObserver(([entry]) => {
    this._width = Math.round(entry?.contentRect.width ?? 0);
  });

  constructor() {
    super();
    this._width = 0;
    this.points = [];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.updateComplete.then(() => this.#watcher.observe(this.#area));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watcher.disconnect();
  }

  get #area(): HTMLElement {
    return this.renderRoot.querySelector('.area') as HTMLElement;
  }

  /** The last value that is known of a series; undefined where none is. */
  #last({ value }: ChartSeries): number | undefined {
    const { points } = this;
    return points.map(value).findLast((one) => one !== undefined);
  }

  get #hasValues(): boolean {
    return this.spec.series.some((series) => this.#last(series) !== undefined);
  }

  override render() {
    const { heading, about, waiting } = this.spec;
    return html`<figure class="panel" aria-labelledby="heading">
      <figcaption>
        <h3 id="heading">${heading}</h3>
        <p class="small muted">${about}</p>
      </figcaption>
      ${this.#hasValues ? this.#renderLegend() : nothing}
      <div class="stage">
        <div class="area" aria-hidden="true"></div>
        ${this.#hasValues ? nothing : html`<p class="waiting muted">${waiting}</p>`}
      </div>
      <p class="note small muted">${this.note ?? nothing}</p>
      ${this.#hasValues ? this.#renderTable() : nothing}
    </figure>`;
  }

  #renderLegend() {
    const { series, text } = this.spec;
    return html`<dl class="legend">
      ${series.map((one) => {
        const value = this.#last(one);
        if (value === undefined) return nothing;
        return html`<div>
          <dt>${swatch(one)} ${one.name}</dt>
          <dd class="number">${text(value)}</dd>
        </div>`;
      })}
    </dl>`;
  }

  #renderTable() {
    const { series, text, heading } = this.spec;
    const rows = this.points.slice(-tableRows).toReversed();
    const textOf = (value: number | undefined): string => (value === undefined ? '–' : text(value));
    return html`<details>
      <summary class="small">As a table</summary>
      <div class="scroll" tabindex="0" role="region" aria-label=${`${heading}: the last readings`}>
        <table>
          <thead><tr><th>At</th>${series.map(({ name }) => html`<th class="number">${name}</th>`)}</tr></thead>
          <tbody>${rows.map(
            (point) => html`<tr>
              <td>${timeOf.format(point.atMs)}</td>
              ${series.map(({ value }) => html`<td class="number">${textOf(value(point))}</td>`)}
            </tr>`,
          )}</tbody>
        </table>
      </div>
    </details>`;
  }

  override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    if (this._width > 0) void this.#draw();
  }

  async #draw(): Promise<void> {
    const { spec, points, _width: width } = this;
    if (!this.#hasValues) {
      this.#area.replaceChildren();
      return;
    }
    const { draw } = await import('./draw.ts');
    if (points !== this.points) return;
    const lines = spec.series
      .filter((series) => this.#last(series) !== undefined)
      .map((series) => lineOf(series, points));
    const { top, leastTop, tickText } = spec;
    const nowMs = points.at(-1)?.atMs ?? Date.now();
    const rest = { width, height, nowMs, spanMs, leastTop, tickText };
    this.#area.replaceChildren(draw({ lines, ...rest, ...(top !== undefined && { top }) }));
  }
}
customElements.define('ov-chart', OvChart);

/** A piece of the line, as it is drawn. */
function swatch({ colour, dash }: ChartSeries): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'line');
  for (const [name, value] of Object.entries({ width: 18, height: 8, 'aria-hidden': 'true' }))
    svg.setAttribute(name, String(value));
  const drawn = { x1: 0, x2: 18, y1: 4, y2: 4, stroke: colour, 'stroke-width': 2.5 };
  for (const [name, value] of Object.entries({ ...drawn, 'stroke-dasharray': dash ?? 'none' }))
    line.setAttribute(name, String(value));
  svg.append(line);
  return svg;
}

function chartStyles() {
  return css`
    figure { display: flex; flex-direction: column; gap: var(--space-2); height: 100%; min-width: 0; }
    .stage { display: grid; height: 132px; }
    .stage > * { grid-area: 1 / 1; min-width: 0; }
    .area { overflow: hidden; }
    .waiting {
      display: grid; place-items: center; padding: 0 var(--space-3); border: 1px dashed var(--line-strong);
      border-radius: var(--radius); text-align: center;
    }
    .legend { display: flex; flex-wrap: wrap; gap: 2px var(--space-4); min-height: 22px; }
    .legend div { display: flex; gap: 6px; align-items: baseline; }
    .legend dt { color: var(--text-muted); font-size: 12.5px; }
    .legend dd { font-weight: 650; }
    .legend svg { vertical-align: middle; }
    .live-plot { display: block; max-width: 100%; height: auto; }
    .live-plot text { white-space: pre; font: 11px var(--font); font-variant-numeric: tabular-nums; }
    summary { cursor: pointer; color: var(--accent); width: fit-content; }
    .scroll { max-height: 180px; overflow: auto; }
    .note { min-height: 18px; }
    figcaption .small { min-height: 36px; }
  `;
}
