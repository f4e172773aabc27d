// A request as the recommender gets it: with the policy that is assigned to where it asks from, or that its visitor's arm of an
// experiment has, and without what only chose it.

import type { Arm, Assignments } from '../policy/experiments/assign.ts';
import type { RecommendRequest } from './request.ts';

export interface Assigned {
  readonly request: RecommendRequest;
  /** Of an experiment that the visitor is in. */
  readonly arm: Arm | undefined;
  /** Whether another visitor may get another answer. */
  readonly isVisitors: boolean;
}

/** Leaves out what nothing but an assignment looks at, so that equal questions are equal. */
function withoutAsker(request: RecommendRequest): RecommendRequest {
  if (request.visitor === undefined && request.channel === undefined) return request;
  const { visitor: _, channel: __, ...rest } = request;
  return rest;
}

/** Chooses the policy, where the request names none and something is assigned. */
export function assigned(request: RecommendRequest, assignments: Assignments | undefined): Assigned {
  const asked = withoutAsker(request);
  if (assignments === undefined) return { request: asked, arm: undefined, isVisitors: false };
  const { policy, arm, isVisitors } = assignments.decide(request);
  if (policy === undefined && arm === undefined) return { request: asked, arm, isVisitors };
  const { placement, ...rest } = asked;
  const isWide = request.efSearch !== undefined || request.overrides?.efSearch !== undefined;
  const { efSearch } = arm ?? {};
  return {
    request: {
      ...rest,
      ...(policy !== undefined ? { policy } : placement !== undefined && { placement }),
      ...(efSearch !== undefined && !isWide && { efSearch }),
      ...(arm !== undefined && { experiment: arm.label }),
    },
    arm,
    isVisitors,
  };
}
