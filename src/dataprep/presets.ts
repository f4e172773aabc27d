// Ready mappings for known data. A preset says no more than a mapping file (docs/ingest.md) could.

import { usualColumns } from './fields.ts';
import type { MappingInput } from './mapping.ts';

export interface Preset extends MappingInput {
  readonly about: string;
  /** The product table, taken where it lies beside the first file of orders. */
  readonly productsFile?: string;
}

export const presets = {
  'online-retail': {
    about: 'UCI Online Retail: a British gift wholesaler, December 2010 to December 2011',
    orders: {
      order: ['InvoiceNo'],
      product: ['StockCode'],
      time: ['InvoiceDate'],
      quantity: ['Quantity'],
      price: ['UnitPrice'],
      title: ['Description'],
      customer: ['CustomerID'],
    },
    cancelled: '^C',
    // Postage, fees, samples, vouchers and bad debts have codes of their own; DCGS… are products.
    productCode: '^([0-9]{5}|DCGS)',
    upperCase: true,
    currency: 'GBP',
  },
  'complete-journey': {
    about: 'Complete Journey: an American grocery chain, 2017',
    orders: {
      order: ['basket_id'],
      product: ['product_id'],
      time: ['transaction_timestamp'],
      quantity: ['quantity'],
      total: ['sales_value'],
      customer: ['household_id'],
    },
    products: {
      id: ['product_id'],
      title: ['product_type'],
      category: ['department', 'product_category', 'product_type'],
      brand: ['brand', 'manufacturer_id'],
    },
    productsFile: 'products.csv.gz',
    currency: 'USD',
  },
  demo: {
    about: 'the demo shop of sepet demo',
    orders: {
      order: ['order_id'],
      product: ['product_id'],
      time: ['time'],
      quantity: ['quantity'],
      price: ['price'],
      customer: ['customer_id'],
    },
    products: usualColumns.products,
    fields: { margin: 'margin', rating: 'rating' },
    productsFile: 'products.csv',
    context: 'category:1,gender',
  },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof presets;

export const isPreset = (name: string): name is PresetName => Object.hasOwn(presets, name);
