// Minor units of currencies, ISO 4217: cents, kuruş, pence; most currencies have two decimals.

const decimals: Readonly<Record<number, readonly string[]>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' '),
  3: 'BHD IQD JOD KWD LYD OMR TND'.split(' '),
};

/** Currencies whose minor unit is not a hundredth, with the number of minor units in one of them. */
export const unusualMinorUnits: ReadonlyMap<string, number> = new Map(
  Object.entries(decimals).flatMap(([digits, codes]) => codes.map((code) => [code, 10 ** Number(digits)])),
);

/** Minor units in one unit of a currency: 100, but 1 for JPY and 1000 for KWD. */
export const minorUnits = (currency: string | null): number => unusualMinorUnits.get(currency ?? '') ?? 100;
