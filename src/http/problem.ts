// Errors on the wire: application/problem+json (RFC 9457) with the stable `code` of src/base/errors.ts.

import { type ErrorCode, SepetError } from '../base/errors.ts';

export const problemType = 'application/problem+json';

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
}

/** `product_unknown` reads "Product unknown": the same sentence for every occurrence, as the RFC asks. */
const titleOf = (code: ErrorCode): string => {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** The problem document of an error. */
export function problemOf(code: ErrorCode, detail: string): Problem {
  const { status } = new SepetError(code, detail);
  return { type: `urn:sepet:error:${code}`, title: titleOf(code), status, detail, code };
}
