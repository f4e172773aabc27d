// What stands where a sample has no products.

import { html } from 'lit';
import '../../kit/states.ts';
import { firstSample, type Sample } from './sample.ts';

/** Why there is nothing, and what to do. */
export const renderEmpty = (sample: Sample) => {
  const { kind, changedOnly } = sample;
  if (kind === 'ids' && sample.ids.length === 0)
    return html`<sp-empty heading="No ids yet">Paste product ids above, then walk through them.</sp-empty>`;
  if (changedOnly)
    return html`<sp-empty heading="No list differs">
      Both sides give the same lists for these products. Take more products, or uncheck “Only lists that differ”.
    </sp-empty>`;
  if (kind === 'worst')
    return html`<sp-empty heading="Every list is full">
      None of the products drawn has an empty place or one from the fallback lists. Draw others, or walk through another sample.
    </sp-empty>`;
  return html`<sp-empty heading="No products">
    Nothing fits. <a href="/ui/compare">Begin with the ${firstSample.count} most ordered products.</a>
  </sp-empty>`;
};
