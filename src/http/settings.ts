// What an operator sets while the server runs, and what it does to requests.

import type { RecommendRequest } from '../recommend/request.ts';

/** Plain data; what is absent is left to the policies. */
export interface Settings {
  /** Width of the graph search of requests that name none. */
  readonly efSearch?: number;
}

/** The request as it is to be answered now. */
export function withSettings(request: RecommendRequest, { efSearch }: Settings): RecommendRequest {
  if (efSearch === undefined || request.efSearch !== undefined) return request;
  if (request.overrides?.efSearch !== undefined) return request;
  return { ...request, efSearch };
}
