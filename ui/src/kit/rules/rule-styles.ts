import { css } from 'lit';

/** The sheet of `<sp-rules>`. */
export const ruleSheet = css`
  :host { display: block; }
  .section { position: relative; border-bottom: 1px solid var(--line); }
  .section:last-of-type { border-bottom: 0; }
  :is(.section, .section > details) > summary {
    display: flex; flex-wrap: wrap; align-items: center; gap: 0 var(--space-2); min-height: 40px; padding: 4px 0; cursor: pointer; list-style: none;
  }
  :is(.section, .section > details) > summary::before {
    content: ''; width: 7px; height: 7px; margin: 0 4px 0 2px; border: solid var(--text-muted); border-width: 0 1.5px 1.5px 0;
    transform: rotate(-45deg); transition: transform 0.12s;
  }
  :is(.section, .section > details)[open] > summary::before { transform: rotate(45deg); }
  :is(.section, .section > details) > .controls { padding-bottom: var(--space-4); }
  .section > .reset { position: absolute; top: 7px; right: 0; }
  .controls { display: grid; gap: 10px; min-width: 0; }
  .controls > * { min-width: 0; }
  .rule { padding: 8px 10px; border: 1px solid var(--line); border-radius: var(--radius); min-width: 0; }
  .rule[data-changed] { border-color: var(--accent); box-shadow: inset 3px 0 0 var(--accent); }
  .rule > .controls { margin-top: 6px; }
  .head { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; min-height: 28px; }
  h4 { font-size: 13.5px; font-weight: 600; overflow-wrap: anywhere; }
  .space { flex: 1; }
  .choice { display: grid; grid-template-columns: minmax(56px, auto) minmax(120px, 1fr); align-items: center; gap: 8px; }
  .choice > span { color: var(--text-muted); font-size: 12.5px; overflow-wrap: anywhere; }
  .choice select, .choice input { width: 100%; min-height: 28px; padding: 2px 4px; }
  .boxes { display: flex; flex-wrap: wrap; gap: 0 14px; }
  .boxes legend { width: 100%; }
  .side { display: grid; gap: 6px; padding: 6px 8px; border: 1px solid var(--line); border-radius: var(--radius); }
  .more > summary { color: var(--text-muted); font-size: 12.5px; cursor: pointer; }
  .more > .controls { padding-top: 6px; }
  .adder { width: 100%; color: var(--accent); }
`;
