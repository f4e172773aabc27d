// Overview: what is served, how it measured, how it does at this moment, and how it came to be what it is.

import { css, html, LitElement, nothing } from 'lit';
import type { Policies, ServedArtifact } from 'sepet/client';
import { announce } from '../../kit/announce.ts';
import { client } from '../../kit/api.ts';
import '../../kit/states.ts';
import { base, buttons, cards, tables } from '../../kit/styles.ts';
import './changes.ts';
import './chart.ts';
import './releases.ts';
import { charts } from './charts.ts';
import { LiveFigures } from './live.ts';
import type { OvReleases, Releases } from './releases.ts';
import { renderFigures, renderServed } from './served.ts';
import { agoText } from './words.ts';

export class PageOverview extends LitElement {
  static override properties = {
    _served: { state: true },
    _policies: { state: true },
    _releases: { state: true },
    _error: { state: true },
  };
  static override styles = [base, buttons, cards, tables, pageStyles()];
  declare _served: ServedArtifact | undefined;
  declare _policies: Policies | undefined;
  declare _releases: Releases | undefined;
  declare _error: unknown;
  #live = new LiveFigures(this, () => void this.#servedAnew());

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  async #load(): Promise<void> {
    try {
      [this._served, this._policies] = await Promise.all([client.artifact(), client.policies()]);
      this._error = undefined;
    } catch (error) {
      this._error = error;
    }
  }

  async #servedAnew(): Promise<void> {
    await this.#load();
    const { manifest, release } = this._served ?? {};
    announce(
      `Now served: ${manifest?.name} ${release === undefined ? '' : `${release.label}@${release.revision}`}`,
    );
    await (this.renderRoot.querySelector('ov-releases') as OvReleases | null)?.load();
  }

  override render() {
    const { _served: served, _error: error } = this;
    return html`
      <div class="row spread head">
        <h1>Overview</h1>
        ${this.#renderHealth()}
      </div>
      ${this.#renderLive()}
      ${error === undefined ? nothing : html`<sp-error .error=${error} heading="What is served could not be read" @retry=${() => void this.#load()}></sp-error>`}
      ${served === undefined ? (error === undefined ? html`<sp-busy></sp-busy>` : nothing) : this.#renderServed(served)}
    `;
  }

  #renderHealth() {
    const { isReady, error } = this.#live;
    const { manifest } = this._served ?? {};
    const built =
      manifest === undefined
        ? nothing
        : html`<span class="muted small">${manifest.name}, built ${agoText(manifest.createdAt)}</span>`;
    if (error !== undefined)
      return html`<p class="row" role="status">${built}<span class="chip bad">The server does not answer</span></p>`;
    if (isReady === undefined) return html`<p class="row" role="status">${built}</p>`;
    const chip = isReady
      ? html`<span class="chip good">Ready for traffic</span>`
      : html`<span class="chip bad" title="It was taken out of traffic, is stopping, or found its artifact damaged">Not ready for traffic</span>`;
    return html`<p class="row" role="status">${built}${chip}</p>`;
  }

  #renderLive() {
    const { points, totals } = this.#live;
    return html`<section aria-labelledby="live">
      <div class="row spread"><h2 id="live">Live</h2>
        <span class="small muted">the last five minutes, read every two seconds while this page is seen</span></div>
      <div class="charts">
        ${charts.map(
          ({ spec, note }) =>
            html`<ov-chart .spec=${spec} .points=${points} note=${totals === undefined ? '' : note(totals)}></ov-chart>`,
        )}
      </div>
    </section>`;
  }

  #renderServed(served: ServedArtifact) {
    return html`
      <div class="two">${renderServed(served, this._policies)}${renderFigures(served)}</div>
      <ov-releases .served=${served.release?.label} @releases=${this.#found}></ov-releases>
      <ov-changes .releases=${this._releases}></ov-changes>
      <p class="small muted">For alerts and longer times: <a href="/metrics" target="_blank">/metrics</a> in Prometheus.</p>
    `;
  }

  #found = (event: CustomEvent<Releases>): void => {
    this._releases = event.detail;
  };
}
customElements.define('page-overview', PageOverview);

function pageStyles() {
  return css`
    :host { display: grid; gap: var(--space-4); min-width: 0; }
    section { min-width: 0; }
    .head { min-height: 32px; }
    .charts { display: grid; gap: var(--space-3); grid-template-columns: repeat(auto-fill, minmax(min(100%, 320px), 1fr)); margin-top: var(--space-2); }
    .two { display: grid; gap: var(--space-4); grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); }
    .served, .figures { display: grid; align-content: start; gap: var(--space-3); }
    .facts { display: grid; }
    .facts div { display: grid; grid-template-columns: 150px 1fr; gap: var(--space-3); padding: 5px 0; border-bottom: 1px solid var(--line); }
    .facts div:last-child { border-bottom: 0; }
    .facts dt { color: var(--text-muted); }
    .facts dd { min-width: 0; overflow-wrap: anywhere; }
    .question { color: var(--text); font-size: 14px; }
    .figures th .small { font-weight: 400; }
    td.ours { font-weight: 650; }
    .figures th[scope] { min-width: 168px; }
    @media (max-width: 480px) { .facts div { grid-template-columns: 110px 1fr; } }
  `;
}
