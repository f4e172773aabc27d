// What every floor means by a product's unknown values, and the codes of genders.

/** No category, parent, brand, group or price, in 32-bit columns. */
export const unknown32 = 0xffff_ffff;
/** No gender, price band or stock, in 8-bit columns. */
export const unknown8 = 255;
/** No release date, in days since 1970. */
export const unknownDay = -0x8000_0000;

/** A gender's code is its position. */
export const genders = ['female', 'male', 'unisex', 'kids'] as const;
export type Gender = (typeof genders)[number];

/** Names of numeric fields, such as `margin`: also those of sections (`num.margin`) and columns (`num_margin`). */
export const numericFieldName = /^[a-z][A-Za-z0-9_]{0,15}$/;
