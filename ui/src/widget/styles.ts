// The look: the page's own font and colours wherever a variable says nothing else.

import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
    container-type: inline-size;
    color: var(--sepet-text, inherit);
    font: var(--sepet-font, inherit);
    --line: var(--sepet-line, color-mix(in srgb, currentColor 22%, transparent));
    --gap: var(--sepet-gap, 1rem);
    --width: var(--sepet-card-width, 10.5em);
  }
  :host(:not([state='ready'])),
  :host([hidden]) {
    display: none;
  }
  [part='heading'] {
    margin: 0 0 0.75em;
    font-size: var(--sepet-heading-size, 1.25em);
    font-weight: var(--sepet-heading-weight, 600);
  }
  [part='items'] {
    display: grid;
    grid-auto-flow: column;
    grid-auto-columns: minmax(var(--width), calc(1.3 * var(--width)));
    gap: var(--gap);
    margin: 0;
    padding: 3px;
    list-style: none;
    overflow-x: auto;
    overscroll-behavior-x: contain;
    scroll-snap-type: x proximity;
    scrollbar-width: thin;
  }
  li {
    position: relative;
    display: flex;
    flex-direction: column;
    gap: 0.4em;
    padding: var(--sepet-card-padding, 0.75em);
    border: 1px solid var(--line);
    border-radius: var(--sepet-radius, 0.5em);
    background: var(--sepet-surface, transparent);
    scroll-snap-align: start;
  }
  [part='link'] {
    display: flex;
    flex-direction: column;
    gap: 0.5em;
    color: inherit;
    text-decoration: none;
  }
  a:hover [part='title'] {
    text-decoration: underline;
  }
  img {
    width: 100%;
    height: auto;
    aspect-ratio: var(--sepet-image-ratio, 1);
    object-fit: var(--sepet-image-fit, contain);
    border-radius: calc(var(--sepet-radius, 0.5em) / 2);
    background: var(--sepet-image-surface, transparent);
  }
  [part='title'] {
    display: -webkit-box;
    overflow: hidden;
    font-size: 0.9em;
    line-height: 1.35;
    min-height: 2.7em;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
  }
  [part='price'] {
    margin-top: auto;
    font-weight: 600;
    font-variant-numeric: tabular-nums;
  }
  [part='stock'] {
    font-size: 0.85em;
    color: var(--sepet-muted, inherit);
  }
  .out img {
    opacity: 0.5;
  }
  input {
    position: absolute;
    inset-block-start: 0.5em;
    inset-inline-start: 0.5em;
    width: 1.5em;
    height: 1.5em;
    margin: 0;
    accent-color: var(--sepet-accent, auto);
    cursor: pointer;
  }
  [part='basket'] {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5em var(--gap);
    margin-top: var(--gap);
  }
  [part='total'] {
    font-variant-numeric: tabular-nums;
  }
  [part='total'] b {
    margin-inline-start: 0.35em;
  }
  button {
    min-height: 2.75em;
    padding: 0 1.25em;
    border: 1px solid var(--sepet-accent, CanvasText);
    border-radius: var(--sepet-radius, 0.5em);
    background: var(--sepet-accent, CanvasText);
    color: var(--sepet-accent-text, Canvas);
    font: inherit;
    font-weight: 600;
    cursor: pointer;
  }
  button:hover:not(:disabled) {
    filter: brightness(1.12);
  }
  button:disabled {
    opacity: 0.55;
    cursor: default;
  }
  :focus-visible {
    outline: 2px solid var(--sepet-focus, var(--sepet-accent, Highlight));
    outline-offset: 2px;
  }
  [role='status'] {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @container (max-width: 24em) {
    button {
      width: 100%;
    }
  }
  @media (prefers-reduced-motion: no-preference) {
    [part='items'] {
      scroll-behavior: smooth;
    }
  }
`;
