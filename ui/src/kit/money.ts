// Numbers and prices as the reader's language writes them.

import { minorUnits as minorUnitsOf } from 'sepet/client';

const language = typeof navigator === 'undefined' ? 'en' : navigator.language;
const formats = new Map<string, Intl.NumberFormat>();

function format(key: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  let found = formats.get(key);
  if (found === undefined) {
    found = new Intl.NumberFormat(language, options);
    formats.set(key, found);
  }
  return found;
}

/** How many minor units make one of a currency: 100 for the euro, 1 for the yen. */
export const minorUnits = (currency: string | undefined): number => minorUnitsOf(currency ?? null);

/** `₺579.00` of 57900 minor units; a plain number where the currency is not known. */
export function formatPrice(minor: number | undefined, currency?: string): string {
  if (minor === undefined) return 'price not known';
  const value = minor / minorUnits(currency);
  try {
    if (currency !== undefined)
      return format(currency, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).format(value);
  } catch {
    // No currency that Intl knows: the number and the word as they are.
  }
  return `${format('2', { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value)} ${currency ?? ''}`.trim();
}

/** A number with thousands, and at most so many digits behind the point. */
export const formatNumber = (value: number, digits = 2): string =>
  format(`n${digits}`, { maximumFractionDigits: digits }).format(value);

/** `12 %` of 0.12. */
export const formatShare = (value: number, digits = 0): string =>
  format(`p${digits}`, { style: 'percent', maximumFractionDigits: digits }).format(value);

/** A number with its sign, for what is added to a score. */
export const formatSigned = (value: number, digits = 3): string =>
  format(`s${digits}`, {
    maximumFractionDigits: digits,
    minimumFractionDigits: digits,
    signDisplay: 'always',
  }).format(value);

/** `1 product`, `2 products`. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatNumber(count)} ${count === 1 ? one : many}`;
