// Before a product is chosen: what to do, and products to begin with.

import { html, type TemplateResult } from 'lit';
import type { ProductFacts } from 'sepet/client';
import '../../kit/product-card.ts';
import '../../kit/states.ts';
import { patchedSearch } from '../../kit/url-state.ts';

/** Popular products as links that keep the chosen policy and rules. */
export const startView = (popular: readonly ProductFacts[]): TemplateResult => html`
  <sp-empty heading="Find a product to begin">
    Type its title, brand, category or id above, or take one of those that are ordered most.
  </sp-empty>
  <ul class="grid" aria-label="Most ordered products">
    ${popular.map(
      (product) => html`<li>
        <sp-product-card .product=${product} href=${`/ui/try${patchedSearch({ product: product.id })}`}></sp-product-card>
      </li>`,
    )}
  </ul>
`;
