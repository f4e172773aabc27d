// Tests that repeat something repeat it less often as a rule, and at length where SEPET_THOROUGH=1 asks for it.

export const isThorough = process.env.SEPET_THOROUGH === '1';

export const atLength = (usually: number, thoroughly: number): number => (isThorough ? thoroughly : usually);
