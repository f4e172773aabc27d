// The YAML beside the form. `text` is sent for every change that was made here.

import { css, html, LitElement, nothing } from 'lit';
import { base, buttons } from '../../kit/styles.ts';
import type { CodeEditor } from './codemirror.ts';
import type { TextMistake } from './yaml-text.ts';

export class YamlEditor extends LitElement {
  static override properties = {
    text: { attribute: false },
    mistakes: { attribute: false },
    _error: { state: true },
    _isReady: { state: true },
  };
  static override styles = [
    base,
    buttons,
    css`
      :host { display: grid; grid-template-rows: minmax(0, 1fr) auto; min-height: 320px; }
      .box { min-height: 0; border: 1px solid var(--line-strong); border-radius: var(--radius); overflow: hidden; }
      .wait { padding: var(--space-3); }
      pre { margin: 0; padding: var(--space-3); overflow: auto; font: 13px/1.6 var(--mono); white-space: pre-wrap; }
      .help { padding-top: 4px; }
    `,
  ];
  declare text: string;
  declare mistakes: readonly TextMistake[];
  declare _error: unknown;
  declare _isReady: boolean;
  #editor: CodeEditor | undefined;
  /** What the last change came from: the form's are not sent back to it. */
  #isApplying = false;

  constructor() {
    super();
    this.text = '';
    this.mistakes = [];
    this._isReady = false;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#editor?.destroy();
    this.#editor = undefined;
    this._isReady = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  async #load(): Promise<void> {
    try {
      const { createEditor } = await import('./codemirror.ts');
      await this.updateComplete;
      const parent = this.renderRoot.querySelector<HTMLElement>('.box');
      if (!this.isConnected || parent === null || this.#editor !== undefined) return;
      this.#editor = createEditor({
        ...{ parent, root: this.renderRoot as ShadowRoot, text: this.text },
        changed: (text) => {
          this.text = text;
          if (!this.#isApplying) this.dispatchEvent(new CustomEvent('text', { detail: text }));
        },
      });
      this._isReady = true;
      this.#editor.show(this.mistakes);
    } catch (error) {
      this._error = error;
    }
  }

  protected override updated(changed: Map<string, unknown>): void {
    if (this.#editor === undefined) return;
    if (changed.has('text') && this.#editor.text !== this.text) {
      this.#isApplying = true;
      this.#editor.apply(this.text);
      this.#isApplying = false;
    }
    if (changed.has('mistakes') || changed.has('text')) this.#editor.show(this.mistakes);
  }

  goTo(line: number, column?: number): void {
    this.#editor?.goTo(line, column);
  }

  undo(): void {
    this.#editor?.undo();
  }

  redo(): void {
    this.#editor?.redo();
  }

  override render() {
    return html`
      <div class="box">
        ${
          this._error === undefined
            ? this._isReady
              ? nothing
              : html`<div class="wait"><sp-busy text="Loading the editor …"></sp-busy></div>`
            : html`<sp-error .error=${this._error} heading="The editor could not be loaded" @retry=${() => void this.#load()}></sp-error>
                <pre>${this.text}</pre>`
        }
      </div>
      <p class="help small muted" id="yaml-help">Tab indents; Escape, then Tab leaves the editor.</p>
    `;
  }
}
customElements.define('pp-yaml', YamlEditor);
