// What the access log can tell of an answer to come.

import type { Assigned } from '../recommend/assigned.ts';
import type { RecommendRequest } from '../recommend/request.ts';
import type { PolicyPages } from './policies.ts';
import type { TrailNotes } from './trail.ts';

/** From where it is asked, by which policy it is answered, and for which arm. */
export function notesOf(
  { placement, channel }: RecommendRequest,
  { request, arm }: Assigned,
  policies: PolicyPages,
): TrailNotes {
  const policy = policies.labelFor(request);
  return {
    ...(placement !== undefined && { placement }),
    ...(channel !== undefined && { channel }),
    ...(policy !== undefined && { policy }),
    ...(arm !== undefined && { experiment: arm.label }),
  };
}
