// Why a line may be dropped. Every line falls under the first reason that fits, in this order.

export const reasons = {
  unreadable: 'not a record of the file: broken quotes, too few or many fields, not JSON, not UTF-8',
  order_missing: 'no order id',
  product_missing: 'no product code',
  cancelled: 'the order id says that it was cancelled',
  not_a_product: 'the code is one of postage, fees, samples, vouchers',
  quantity_not_positive: 'the quantity is zero, negative or no number',
  price_not_positive: 'the price is zero, negative, missing or no number',
  time_unreadable: 'the time is missing or cannot be read',
  repeat: 'the product was in this order already',
  basket_too_long: 'the basket is a bulk order',
  alone: 'the only product of its basket',
} as const;

export type Reason = keyof typeof reasons;

export const reasonNames = Object.keys(reasons) as Reason[];

/** The number that stands for a reason in SQL; 0 is a kept line. */
export const reasonNumber = (reason: Reason): number => reasonNames.indexOf(reason) + 1;

export const catalogueReasons = {
  unreadable: reasons.unreadable,
  id_missing: 'no product code',
  repeat: 'a later line has the same code',
} as const;

export type CatalogueReason = keyof typeof catalogueReasons;
