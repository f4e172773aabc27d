import { css } from 'lit';

/** The sheet of `<try-results>`. */
export const resultSheet = css`
  ol.grid { align-items: start; }
  .keys { margin-top: var(--space-2); }
  kbd { padding: 0 5px; border: 1px solid var(--line-strong); border-radius: 3px; background: var(--surface-2); font: inherit; }
  @media (hover: none) { .keys { display: none; } }
  li { border-radius: var(--radius); }
  li:focus-visible { outline-offset: 1px; }
  .more { display: grid; grid-template-columns: minmax(0, 1fr); gap: 4px; min-width: 0; }
  .foot { flex-wrap: nowrap; margin-top: 2px; }
  .foot > :first-child { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .acts { flex: none; flex-wrap: nowrap; gap: 0; margin-right: -6px; }
  .mark { font-weight: 600; box-shadow: 0 0 0 1px var(--line); }
  dl.why { display: grid; gap: 2px; padding-top: 4px; border-top: 1px solid var(--line); font-size: 12.5px; }
  dl.why div { display: flex; justify-content: space-between; gap: 8px; }
  dl.why dt { color: var(--text-muted); overflow-wrap: anywhere; }
  dl.why .sum { padding-top: 2px; border-top: 1px dashed var(--line); font-weight: 600; }
  dl.why .sum dt { color: var(--text); }
  @media (max-width: 420px) {
    ol.grid { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: var(--space-2); }
  }
`;
