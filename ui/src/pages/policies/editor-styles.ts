import { css } from 'lit';

/** The sheet of `<pp-editor>`. */
export const editorSheet = css`
  :host { display: grid; gap: var(--space-3); min-width: 0; }
  .top { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2) var(--space-4); }
  .titles { display: flex; flex: 1; flex-wrap: wrap; align-items: center; gap: 2px 10px; min-width: 240px; }
  .titles h1 { overflow-wrap: anywhere; }
  .crumb { font-size: 13px; }
  .banner { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; padding: 8px 12px; border-radius: var(--radius); background: var(--accent-soft); }
  .banner.warn { background: var(--warn-soft); color: var(--text); }
  .banner.good { background: var(--good-soft); color: var(--text); }
  .banner > span:first-child { flex: 1; min-width: 220px; }
  .panes { display: grid; grid-template-columns: minmax(380px, 5fr) minmax(0, 7fr); align-items: start; gap: var(--space-4); }
  .pane { min-width: 0; }
  .form, .side { padding: 0 var(--space-4); }
  .form { padding-bottom: var(--space-2); }
  .side { position: sticky; top: calc(48px + var(--space-3)); display: grid; grid-template-rows: auto auto minmax(0, 1fr); max-height: calc(100vh - 48px - 2 * var(--space-3)); padding: 0; }
  [role='tablist'] { display: flex; gap: 2px; padding: 0 var(--space-2); border-bottom: 1px solid var(--line); overflow-x: auto; scrollbar-width: none; }
  [role='tab'] {
    min-height: 40px; padding: 0 10px; border: 0; border-bottom: 2px solid transparent; border-radius: 0; background: none; color: var(--text-muted); white-space: nowrap;
  }
  [role='tab'][aria-selected='true'] { border-bottom-color: var(--accent); color: var(--text); }
  [role='tabpanel'] { min-width: 0; overflow: auto; padding: var(--space-3) var(--space-4) var(--space-4); }
  [role='tabpanel'].code { display: grid; padding: var(--space-3); }
  [role='tabpanel'].code pp-yaml { height: min(64vh, 720px); }
  .mistakes { display: grid; gap: 2px; max-height: 150px; margin: var(--space-3) var(--space-3) 0; padding: 6px 10px; border: 1px solid var(--bad); border-radius: var(--radius); background: var(--bad-soft); overflow: auto; }
  .mistakes li { display: flex; align-items: baseline; gap: 6px; overflow-wrap: anywhere; }
  .mistakes button { flex: none; min-height: 24px; }
  @media (max-width: 960px) {
    .panes { grid-template-columns: minmax(0, 1fr); }
    .panes > [hidden] { display: none; }
    .side { position: static; max-height: none; }
    .form { padding: 0 var(--space-3); }
    [role='tabpanel'] { padding: var(--space-3); overflow: visible; }
    .tools { width: 100%; }
    [role='tab'] { padding: 0 6px; font-size: 13px; }
  }
`;
