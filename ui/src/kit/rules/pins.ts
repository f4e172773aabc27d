// Products that stand at a place, and products that are never shown.

import { html, type TemplateResult } from 'lit';
import type { Pin } from '../policy-types.ts';
import type { Detail } from './conditions.ts';
import { applied, withBlocks, withPart } from './overrides.ts';
import type { Setting } from './settings.ts';

const idOf = (pin: Pin): string => (typeof pin === 'string' ? pin : pin.id);

export function pinControls(setting: Setting): TemplateResult {
  const { policy, overrides, change } = setting;
  const { pins, limit, blocks } = applied(policy, overrides);
  const put = (next: readonly Pin[]) => change(withPart(policy, overrides, 'pins', next));
  const places = new Set(pins.flatMap((pin) => (typeof pin === 'string' ? [] : [pin.position])));
  const place = (pin: Pin, at: number) => {
    const own = typeof pin === 'string' ? '' : String(pin.position);
    const set = (text: string) =>
      put(
        pins.map((one, i) =>
          i !== at ? one : text === '' ? idOf(pin) : { id: idOf(pin), position: Number(text) },
        ),
      );
    const free = Array.from({ length: limit }, (_, i) => i + 1).filter(
      (n) => !places.has(n) || String(n) === own,
    );
    return html`<label class="choice">
      <span class="mono">${idOf(pin)}</span>
      <select aria-label=${`Place of ${idOf(pin)}`} @change=${(event: Event) => set((event.target as HTMLSelectElement).value)}>
        <option value="" .selected=${own === ''}>first free place</option>
        ${free.map((n) => html`<option value=${n} .selected=${String(n) === own}>place ${n}</option>`)}
      </select>
    </label>`;
  };
  return html`
    <sp-products
      label="Pin a product"
      .value=${pins.map(idOf)}
      @value=${(event: Detail<readonly string[]>) =>
        put(
          event.detail
            .filter((id) => !blocks.includes(id))
            .map((id) => pins.find((pin) => idOf(pin) === id) ?? id),
        )}
    ></sp-products>
    ${pins.map(place)}
    <sp-products
      label="Never show a product"
      .fixed=${policy.blocks}
      .value=${overrides.blocks ?? []}
      @value=${(event: Detail<readonly string[]>) =>
        change(
          withBlocks(
            policy,
            overrides,
            event.detail.filter((id) => !pins.some((pin) => idOf(pin) === id)),
          ),
        )}
    ></sp-products>
  `;
}
