// Small drawings, as fonts do not have the same ones everywhere. They say nothing to screen readers; the words beside them do.

import { html, type TemplateResult } from 'lit';

const drawing = (path: string): TemplateResult => html`<svg
  aria-hidden="true"
  width="12"
  height="12"
  viewBox="0 0 16 16"
  fill="none"
  stroke="currentColor"
  stroke-width="1.8"
  stroke-linecap="round"
  stroke-linejoin="round"
>
  <path d=${path} />
</svg>`;

export const lockIcon = drawing('M4 7h8v7H4zM5.5 7V5a2.5 2.5 0 0 1 5 0v2');
