// Style sheets that components share. Each brings what it uses: `static styles = [base, buttons, css`…`]`.

import { css } from 'lit';

/** Box model, headings, links, focus, and words for screen readers alone. */
export const base = css`
  *, *::before, *::after { box-sizing: border-box; }
  :host { display: block; color: var(--text); }
  :host([hidden]), [hidden] { display: none !important; }
  h1, h2, h3, h4, p, ul, ol, dl, dd, figure { margin: 0; padding: 0; }
  ul, ol { list-style: none; }
  h1 { font-size: 20px; line-height: 28px; font-weight: 650; }
  h2 { font-size: 15px; line-height: 24px; font-weight: 650; }
  h3 { font-size: 14px; line-height: 20px; font-weight: 650; }
  a { color: var(--accent); }
  code, .mono { font-family: var(--mono); font-size: 0.92em; }
  .muted { color: var(--text-muted); }
  .small { font-size: 12.5px; line-height: 18px; }
  .number { font-variant-numeric: tabular-nums; text-align: right; }
  .good { color: var(--good); }
  .bad { color: var(--bad); }
  .warn { color: var(--warn); }
  .row { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2); }
  .stack { display: grid; gap: var(--space-3); }
  .spread { justify-content: space-between; }
  .visually-hidden {
    position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
  }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
  h1:focus, [tabindex='-1']:focus { outline: none; }
`;

export const buttons = css`
  button, .button {
    display: inline-flex; align-items: center; justify-content: center; gap: 6px; min-height: 32px; padding: 0 12px;
    border: 1px solid var(--line-strong); border-radius: var(--radius); background: var(--surface-2);
    color: var(--text); font: inherit; font-weight: 550; text-decoration: none; cursor: pointer;
  }
  button:hover, .button:hover { background: var(--surface-3); }
  button:disabled { cursor: not-allowed; opacity: 0.55; }
  button.primary, .button.primary {
    border-color: var(--accent); background: var(--accent); color: var(--accent-text);
  }
  button.primary:hover, .button.primary:hover { filter: brightness(1.08); }
  button.danger { border-color: var(--bad); color: var(--bad); }
  button.plain {
    min-height: 28px; padding: 0 6px; border-color: transparent; background: none; color: var(--accent);
  }
  button.plain:hover { background: var(--accent-soft); }
  button.icon { width: 32px; padding: 0; }
  button.small, .button.small { min-height: 26px; padding: 0 8px; font-size: 12.5px; }
  button[aria-pressed='true'] { border-color: var(--accent); background: var(--accent-soft); color: var(--accent); }
`;

export const forms = css`
  label { display: inline-block; }
  input, select, textarea {
    min-height: 32px; padding: 4px 8px; border: 1px solid var(--line-strong); border-radius: var(--radius);
    background: var(--surface-2); color: var(--text); font: inherit; font-variant-numeric: tabular-nums;
  }
  select { max-width: 100%; padding-right: 4px; }
  input::placeholder { color: var(--text-muted); opacity: 1; }
  input:disabled, select:disabled { opacity: 0.6; cursor: not-allowed; }
  input[type='checkbox'], input[type='radio'], input[type='range'] {
    min-height: 0; padding: 0; margin: 0; accent-color: var(--accent);
  }
  input[type='checkbox'], input[type='radio'] { width: 16px; height: 16px; flex: none; }
  input[type='range'] { width: 100%; height: 24px; }
  .field { display: grid; gap: var(--space-1); }
  .field > label, .legend { color: var(--text-muted); font-size: 12.5px; }
  .check { display: inline-flex; align-items: center; gap: var(--space-2); min-height: 28px; cursor: pointer; }
  fieldset { min-width: 0; margin: 0; padding: 0; border: 0; }
  legend { padding: 0; color: var(--text-muted); font-size: 12.5px; }
  /* A checkbox that looks like what it is: on or off. */
  input[type='checkbox'].toggle {
    appearance: none; position: relative; width: 32px; height: 18px; border: 1px solid var(--line-strong);
    border-radius: 9px; background: var(--surface-3); cursor: pointer; transition: background 0.12s;
  }
  input[type='checkbox'].toggle::after {
    content: ''; position: absolute; top: 2px; left: 2px; width: 12px; height: 12px; border-radius: 50%;
    background: var(--text-muted); transition: transform 0.12s;
  }
  input[type='checkbox'].toggle:checked { border-color: var(--accent); background: var(--accent); }
  input[type='checkbox'].toggle:checked::after { background: var(--accent-text); transform: translateX(14px); }
  input[type='checkbox'].toggle:disabled { cursor: not-allowed; opacity: 0.6; }
  @media (prefers-reduced-motion: reduce) {
    input[type='checkbox'].toggle, input[type='checkbox'].toggle::after { transition: none; }
  }
`;

export const tables = css`
  table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
  th, td { padding: 6px 8px; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
  th { color: var(--text-muted); font-size: 12.5px; font-weight: 600; }
  td.number, th.number { text-align: right; }
  .scroll { overflow-x: auto; }
`;

export const cards = css`
  .card, .panel {
    border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface-2); box-shadow: var(--shadow);
  }
  .panel { padding: var(--space-4); }
  .chip {
    display: inline-flex; align-items: center; gap: 4px; max-width: 100%; padding: 1px 8px; border-radius: 10px;
    background: var(--surface-3); color: var(--text); font-size: 12px; line-height: 18px;
  }
  .chip.good { background: var(--good-soft); color: var(--good); }
  .chip.bad { background: var(--bad-soft); color: var(--bad); }
  .chip.warn { background: var(--warn-soft); color: var(--warn); }
  .chip.accent { background: var(--accent-soft); color: var(--accent); }
  .grid { display: grid; gap: var(--space-3); grid-template-columns: repeat(auto-fill, minmax(168px, 1fr)); }
`;
