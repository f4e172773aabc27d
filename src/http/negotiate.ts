// Content negotiation: JSON unless the Accept header prefers MessagePack (RFC 9110, section 12.5.1).

import type { Encoding } from '../recommend/encode.ts';

export interface MediaType {
  readonly encoding: Encoding;
  readonly contentType: string;
}

/** What we offer, most wanted first where the client does not mind. MessagePack has three names in use. */
const offers: readonly MediaType[] = [
  { encoding: 'json', contentType: 'application/json' },
  { encoding: 'msgpack', contentType: 'application/vnd.msgpack' },
  { encoding: 'msgpack', contentType: 'application/msgpack' },
  { encoding: 'msgpack', contentType: 'application/x-msgpack' },
];
const [json] = offers;

export const offeredTypes = offers.map(({ contentType }) => contentType);

interface Range {
  readonly type: string;
  readonly quality: number;
}

function readRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const q = parameters.find((parameter) => parameter.startsWith('q='));
  const quality = q === undefined ? 1 : Number(q.slice(2));
  return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

/** The quality that the most specific matching range gives a type; 0 where none matches. */
function qualityOf(contentType: string, ranges: readonly Range[]): number {
  const [family] = contentType.split('/');
  for (const pattern of [contentType, `${family}/*`, '*/*']) {
    const range = ranges.find(({ type }) => type === pattern);
    if (range !== undefined) return range.quality;
  }
  return 0;
}

/** The media type to answer with, or undefined where nothing that we offer is acceptable. */
export function negotiate(accept: string): MediaType | undefined {
  if (accept === '' || accept === '*/*') return json;
  const exact = offers.find(({ contentType }) => contentType === accept);
  if (exact !== undefined) return exact;
  const ranges = accept.split(',').map(readRange);
  let best: MediaType | undefined;
  let bestQuality = 0;
  for (const offer of offers) {
    const quality = qualityOf(offer.contentType, ranges);
    if (quality > bestQuality) [best, bestQuality] = [offer, quality];
  }
  return best;
}

/** Whether pages are what the client would rather have than data: it names them, as browsers do. */
export function prefersPage(accept: string): boolean {
  const ranges = accept.split(',').map(readRange);
  const page = ranges.find(({ type }) => type === 'text/html')?.quality ?? 0;
  return page > 0 && page >= qualityOf('application/json', ranges);
}

/** How a body of this Content-Type is read, or undefined where it is not. Parameters are no matter, but for a foreign charset. */
export function mediaTypeOf(contentType: string): MediaType | undefined {
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  if (charset !== undefined && !/^charset="?utf-8"?$/.test(charset)) return undefined;
  return offers.find((offer) => offer.contentType === type);
}
