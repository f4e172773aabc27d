// What ingest can take from a file of orders and from a product table.

export const orderFields = {
  order: 'Order or invoice id; without it an order is what a customer bought on one day.',
  product: 'Product code.',
  time: 'Time of the order: ISO 8601, seconds or milliseconds since 1970, or see timeFormat.',
  quantity: 'Pieces; lines without a positive quantity are dropped.',
  price: 'Price of one piece.',
  total: 'Price of the whole line, in place of price.',
  title: 'Product title; the most frequent one is taken.',
  category: 'Category path (A/B/C), or several columns from the top level down.',
  brand: 'Brand.',
  gender: 'Gender the product is meant for.',
  customer: 'Customer id.',
} as const;

export const productFields = {
  id: 'Product code, as in the orders.',
  title: 'Title.',
  category: orderFields.category,
  brand: 'Brand; of several columns the values are joined.',
  gender: orderFields.gender,
  price: 'Price of one piece.',
  currency: 'ISO 4217 code of the price.',
  stock: 'In stock: true or false, or a number of pieces.',
  released: 'Release date.',
  image: 'Address of an image.',
  group: 'Name of the model of which the product is a variant: one for all its colours and sizes.',
} as const;

export type OrderField = keyof typeof orderFields;
export type ProductField = keyof typeof productFields;

/** Columns by field; several columns only for category and brand. */
export type FieldColumns<F extends string> = Readonly<Partial<Record<F, readonly string[]>>>;

/** Columns of the product table by the name of the numeric field that they fill, such as `margin`. */
export type NumericFields = Readonly<Record<string, string>>;

/** Columns of the orders by the name that baskets keep their values under, such as `country`. */
export type KeptColumns = Readonly<Record<string, string>>;

/** Column names that are taken without being mapped, where a file has them. */
export const usualColumns: {
  readonly orders: FieldColumns<OrderField>;
  readonly products: FieldColumns<ProductField>;
} = {
  orders: {
    order: ['order_id'],
    product: ['product_id'],
    time: ['time'],
    quantity: ['quantity'],
    price: ['price'],
    title: ['title'],
    category: ['category'],
    brand: ['brand'],
    gender: ['gender'],
    customer: ['customer_id'],
  },
  products: {
    id: ['id'],
    title: ['title'],
    category: ['category'],
    brand: ['brand'],
    gender: ['gender'],
    price: ['price'],
    currency: ['currency'],
    stock: ['stock'],
    released: ['released'],
    image: ['image'],
    group: ['group'],
  },
};

export const severalColumns: ReadonlySet<string> = new Set(['category', 'brand']);
