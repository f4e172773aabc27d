// Which policy answers, and of which label.

import { html, nothing, type TemplateResult } from 'lit';
import type { Patch } from '../../kit/url-state.ts';
import type { Context } from './context.ts';
import type { TryState } from './state.ts';

/** Selects of policy (by name or by placement) and, where there are several, of label. */
export function policyChoices(
  state: TryState,
  context: Context,
  patch: (patch: Patch) => void,
): TemplateResult {
  const { policies, labels } = context;
  const { label, policy, placement } = state;
  const placements = [...new Set(policies.policies.flatMap((one) => one.placement))];
  const chosen = policy !== '' ? `policy:${policy}` : placement !== '' ? `placement:${placement}` : '';
  const choose = (value: string) => {
    const [kind, name] = [value.slice(0, value.indexOf(':')), value.slice(value.indexOf(':') + 1)];
    patch({
      policy: kind === 'policy' ? name : null,
      placement: kind === 'placement' ? name : null,
      rules: null,
    });
  };
  const option = (value: string, text: string) =>
    html`<option value=${value} .selected=${value === chosen}>${text}</option>`;
  return html`<div class="row choices">
    <div class="field">
      <label for="policy">Policy</label>
      <select id="policy" @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
        ${option('', `${policies.default} (default)`)}
        <optgroup label="By name">${policies.policies.map((one) => option(`policy:${one.name}`, one.policy))}</optgroup>
        ${placements.length === 0 ? nothing : html`<optgroup label="By placement">${placements.map((one) => option(`placement:${one}`, one))}</optgroup>`}
      </select>
    </div>
    ${
      labels.length < 2
        ? nothing
        : html`<div class="field">
            <label for="label">Label</label>
            <select
              id="label"
              @change=${(event: Event) => patch({ label: (event.target as HTMLSelectElement).value || null, rules: null, policy: null })}
            >
              ${labels.map(
                (
                  one,
                ) => html`<option value=${one.main ? '' : one.label} .selected=${one.main ? label === '' || label === one.label : label === one.label}>
                  ${one.label}${one.main ? ' (served)' : ''}
                </option>`,
              )}
            </select>
          </div>`
    }
  </div>`;
}
