// The shell of the pages: header, theme, operator, and the page of the path, which is loaded when it is first asked for.

import { css, html, LitElement, nothing } from 'lit';
import { config, signIn, token, who } from './kit/api.ts';
import './kit/states.ts';
import { pageOf, pages } from './kit/pages.ts';
import { base, buttons, forms } from './kit/styles.ts';
import { nextTheme, savedTheme, type Theme, useTheme } from './kit/theme.ts';
import { goTo, onUrl } from './kit/url-state.ts';

const icons: Readonly<Record<Theme, string>> = { auto: '◐', light: '☀', dark: '☾' };

export class SepetApp extends LitElement {
  static override properties = {
    _page: { state: true },
    _theme: { state: true },
    _error: { state: true },
    _isReady: { state: true },
  };
  static override styles = [base, buttons, forms, shellStyles()];
  declare _page: string | undefined;
  declare _theme: Theme;
  declare _error: unknown;
  declare _isReady: boolean;
  #stop: (() => void) | undefined;

  constructor() {
    super();
    this._theme = savedTheme();
    this._isReady = false;
    useTheme(this._theme);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = onUrl(() => void this.#show());
    window.addEventListener('sepet-operator', this.#operatorChanged);
    document.addEventListener('click', followLink);
    // Pictures need to know where they come from before the first page is drawn.
    void Promise.all([config(), this.#show()]).then(() => {
      this._isReady = true;
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
    window.removeEventListener('sepet-operator', this.#operatorChanged);
    document.removeEventListener('click', followLink);
  }

  #operatorChanged = (): void => this.requestUpdate();

  /** Loads and shows the page of the path. Focus goes to its heading where another page stood before. */
  async #show(): Promise<void> {
    const page = pageOf(location.pathname);
    const before = this._page;
    if (page === before) return;
    const { title, load } = pages[page];
    this._page = page;
    document.title = `${title} · Sepet`;
    try {
      await load();
      this._error = undefined;
    } catch (error) {
      this._error = error;
    }
    if (before === undefined || this._page !== page) return;
    await this.updateComplete;
    scrollTo({ top: 0 });
    focusHeading(this.renderRoot.querySelector(`page-${page}`));
  }

  #switchTheme(): void {
    this._theme = nextTheme(this._theme);
    useTheme(this._theme);
  }

  override render() {
    const name = who();
    return html`
      <header>
        <button class="skip" @click=${this.#skip}>Skip to the page</button>
        <a class="brand" href="/ui/">Sepet</a>
        <nav aria-label="Pages">
          ${Object.entries(pages).map(
            ([page, { title }]) =>
              html`<a href=${`/ui/${page}`} aria-current=${page === this._page ? 'page' : nothing}>${title}</a>`,
          )}
          <a href="/ui/shop/" target="_blank">Shop <span aria-hidden="true">↗</span></a>
        </nav>
        <div class="tools">
          <button class="plain" @click=${() => void signIn()}>
            ${name === '' ? 'Operator' : name}${token() === '' ? nothing : html` <span aria-label="with a token">●</span>`}
          </button>
          <button class="plain icon" title=${`Theme: ${this._theme}`} aria-label=${`Theme: ${this._theme}. Switch`} @click=${this.#switchTheme}>
            <span aria-hidden="true">${icons[this._theme]}</span>
          </button>
        </div>
      </header>
      <main id="main" tabindex="-1">${this._isReady ? this.#renderPage() : html`<sp-busy></sp-busy>`}</main>
    `;
  }

  #skip(): void {
    focusHeading(this.renderRoot.querySelector(`page-${this._page}`));
  }

  #renderPage() {
    if (this._error !== undefined)
      return html`<sp-empty heading="This page could not be loaded">
        Load it anew; if that does not help, the server may have been updated or stopped. ${String(this._error)}
      </sp-empty>`;
    return this._page === undefined ? nothing : pages[this._page as keyof typeof pages].render();
  }
}
customElements.define('sepet-app', SepetApp);

/** The page's own heading, or the page. */
function focusHeading(page: Element | null): void {
  const heading = page?.shadowRoot?.querySelector('h1') ?? page;
  if (!(heading instanceof HTMLElement)) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

/** Links between pages need no new document. */
function followLink(event: MouseEvent): void {
  if (
    event.defaultPrevented ||
    event.button !== 0 ||
    event.metaKey ||
    event.ctrlKey ||
    event.shiftKey ||
    event.altKey
  )
    return;
  const link = event.composedPath().find((part) => part instanceof HTMLAnchorElement);
  if (
    link === undefined ||
    link.target !== '' ||
    link.hasAttribute('download') ||
    link.origin !== location.origin
  )
    return;
  if (!/^\/ui\/(|try|compare|policies|overview)$/.test(link.pathname)) return;
  event.preventDefault();
  goTo(link.href);
}

function shellStyles() {
  return css`
    :host { display: block; min-height: 100vh; }
    header {
      position: sticky; z-index: 30; top: 0; display: flex; align-items: center; gap: var(--space-4); height: 48px; padding: 0 var(--space-4);
      border-bottom: 1px solid var(--line); background: var(--surface-2);
    }
    .brand { color: var(--text); font-size: 16px; font-weight: 700; letter-spacing: -0.01em; text-decoration: none; }
    nav { display: flex; flex: 1; align-self: stretch; gap: 2px; min-width: 0; overflow-x: auto; scrollbar-width: none; }
    nav a {
      display: flex; align-items: center; gap: 4px; padding: 0 10px; border-bottom: 2px solid transparent; color: var(--text-muted);
      font-weight: 550; text-decoration: none; white-space: nowrap;
    }
    nav a:hover { color: var(--text); }
    nav a[aria-current] { border-bottom-color: var(--accent); color: var(--text); }
    .tools { display: flex; align-items: center; }
    .tools button { color: var(--text-muted); white-space: nowrap; }
    main { max-width: 1680px; margin: 0 auto; padding: var(--space-4); }
    .skip { position: absolute; z-index: 40; left: -999px; }
    .skip:focus { left: 8px; top: 8px; }
    @media (max-width: 640px) {
      header { flex-wrap: wrap; gap: 0 var(--space-3); height: auto; padding: 4px var(--space-3) 0; }
      .brand { flex: 1; line-height: 36px; }
      nav { order: 3; flex-basis: 100%; height: 36px; margin: 0 -10px; }
      main { padding: var(--space-3); }
    }
  `;
}
