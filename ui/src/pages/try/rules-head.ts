// Above the rules: how much is changed, and what can be done with it.

import { html, nothing, type TemplateResult } from 'lit';
import { plural } from '../../kit/money.ts';
import type { Policy } from '../../kit/policy-types.ts';
import { countChanges } from '../../kit/rules/overrides.ts';
import { compareHref, curlOf, editorHref, requestUrl } from './share.ts';
import type { TryState } from './state.ts';

export interface HeadActions {
  /** What was copied a moment ago. */
  readonly copied: string | undefined;
  copy(text: string, what: string): void;
  reset(): void;
}

export function rulesHead(
  state: TryState,
  policy: Policy,
  { copied, copy, reset }: HeadActions,
): TemplateResult {
  const changes = countChanges(policy, state.overrides);
  const { origin } = location;
  const url = requestUrl(state, origin);
  const copier = (what: string, text: string) => html`<button
    class="plain small"
    ?disabled=${state.products.length === 0}
    @click=${() => copy(text, what)}
  >
    ${copied === what ? 'Copied' : what}
  </button>`;
  return html`<div class="rules-head">
    <div class="row spread">
      <h2>Rules of ${policy.name}@${policy.revision}</h2>
      <button class="small" ?disabled=${changes === 0} @click=${reset}>Reset all</button>
    </div>
    <p class="small muted" role="status">
      ${
        changes === 0
          ? 'As the policy says. What you change here only you see.'
          : `${plural(changes, 'change')}, seen by you alone until it is saved in the editor.`
      }
    </p>
    <div class="row share">
      ${url === undefined ? nothing : copier('Copy URL', url)} ${copier('Copy curl', curlOf(state, origin))}
      ${copied === 'Not allowed' ? html`<span class="small warn">This browser does not allow copying here.</span>` : nothing}
      <a class="small" href=${compareHref(state, policy.name)}>Compare</a>
      <a class="small" href=${editorHref(state, policy.name)}>Open in editor</a>
    </div>
  </div>`;
}
