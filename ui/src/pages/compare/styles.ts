// How the compare page is laid out.

import { css } from 'lit';

export const pageStyles = css`
  :host { display: grid; gap: var(--space-3); }
  .head h1 { flex: 1; }
  sp-product-search { width: 300px; }
  kbd { padding: 0 5px; border: 1px solid var(--line-strong); border-radius: 4px; font: 600 12px/18px var(--mono); }
  .work {
    display: grid; grid-template-columns: 288px minmax(0, 1fr); grid-template-rows: auto auto 1fr; gap: var(--space-3) var(--space-4);
    align-items: start;
  }
  .work.waiting { min-height: 400px; place-content: center; grid-template: auto / auto; }
  .work.stale cmp-lists, .work.stale .figures { opacity: 0.6; }
  .panel { padding: var(--space-3); }
  .product { grid-area: 1 / 1; }
  .verdict { grid-area: 2 / 1; }
  .figures { grid-area: 3 / 1; }
  cmp-lists { grid-area: 1 / 2 / 4 / 2; }
  @media (max-width: 1000px) {
    .work { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); grid-template-rows: auto; }
    .product { grid-area: auto; }
    .verdict { grid-area: 1 / 2 / 3 / 2; }
    .figures { grid-area: 2 / 1; }
    cmp-lists { grid-area: 3 / 1 / 3 / 3; }
  }
  @media (max-width: 760px) {
    sp-product-search { order: 3; width: 100%; }
    .work { grid-template-columns: minmax(0, 1fr); }
    .product, .figures, .verdict, cmp-lists { grid-area: auto; }
    cmp-lists { order: 1; }
    .figures { order: 2; }
    .verdict {
      position: sticky; z-index: 10; bottom: 0; order: 3; margin: 0 calc(-1 * var(--space-3)); border-width: 1px 0 0; border-radius: 0;
      box-shadow: var(--shadow-up);
    }
  }
`;
