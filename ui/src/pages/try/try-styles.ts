import { css } from 'lit';

/** The sheet of `<page-try>`. */
export const trySheet = css`
  .top { display: flex; flex-wrap: wrap; align-items: end; justify-content: space-between; gap: var(--space-2) var(--space-5); margin-bottom: var(--space-3); }
  .choices { align-items: end; gap: var(--space-3); }
  .layout { display: grid; grid-template-columns: minmax(0, 1fr) 360px; align-items: start; gap: var(--space-4); }
  .main { display: grid; gap: var(--space-4); min-width: 0; }
  .search { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(260px, 100%), 1fr)); gap: var(--space-3); }
  .pair { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: var(--space-4); }
  .pair > * { min-width: 0; }
  .rules { position: sticky; top: 64px; max-height: calc(100vh - 80px); padding: 0 var(--space-4); overflow-y: auto; }
  .rules-head { position: sticky; z-index: 2; top: 0; padding: var(--space-3) 0 var(--space-2); border-bottom: 1px solid var(--line); background: var(--surface-2); }
  .share { gap: 2px var(--space-3); margin-top: 4px; }
  .share button { padding: 0; text-decoration: underline; font-weight: 400; }
  .list-head { margin-bottom: var(--space-2); }
  .to-rules { display: none; }
  .narrow { margin-bottom: var(--space-3); }
  .narrow summary { color: var(--text-muted); cursor: pointer; }
  .narrow try-narrow { padding: var(--space-3) 0; }
  section[aria-busy='true'] try-results { opacity: 0.85; }
  @media (max-width: 1080px) {
    .pair { grid-template-columns: minmax(0, 1fr); }
  }
  @media (max-width: 860px) {
    .layout { grid-template-columns: minmax(0, 1fr); }
    .main, .pair { display: contents; }
    .list { order: 1; }
    .to-rules { display: inline-flex; }
    .rules { scroll-margin-top: 96px; }
    .rules { order: 2; }
    .funnel { order: 3; }
    .dropped { order: 4; }
    .rules { position: static; max-height: none; }
    .rules-head { position: static; }
  }
`;
