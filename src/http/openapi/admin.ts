// The calls of /admin.

import { z } from 'zod';
import type { ErrorCode } from '../../base/errors.ts';
import { policySchema } from '../../policy/document.ts';
import { settingsSchema } from '../routes/admin.ts';
import { artifactId, policyLabel } from './answers.ts';
import { named } from './names.ts';
import { type Operation, pathParameter } from './operation.ts';

const types = ['application/json'];
const tag = 'admin';
const security = 'token';
export const closed: readonly ErrorCode[] = [
  'token_missing',
  'token_invalid',
  'admin_closed',
  'client_limited',
];

const labels = z.array(policyLabel).describe('All that are served');

const reloaded = named(
  'Reloaded',
  z.object({
    artifact: artifactId,
    policies: labels.optional(),
    changed: z.boolean().describe('Whether another artifact is served than before'),
  }),
);
const settings = named('Settings', settingsSchema);
const settingsAnswer = named('CurrentSettings', z.object({ efSearch: z.int().nullable() }));
const policyBody = named('PolicyDocument', policySchema);
const putAnswer = named(
  'PutPolicy',
  z.object({ policy: policyLabel, hash: z.string(), changed: z.boolean(), policies: labels }),
);
const removedAnswer = named(
  'RemovedPolicy',
  z.object({ removed: z.string(), restored: policyLabel.optional(), policies: labels }),
);
const drained = named('Drained', z.object({ drained: z.boolean() }));

const of = (path: string) => ({ path: `/admin/${path}`, tag, security });
const name = pathParameter('name', 'The policy');

export const adminOperations: readonly Operation[] = [
  {
    id: 'reload',
    ...{ method: 'POST', ...of('reload') },
    summary: 'Looks again at the file or the label, and at the experiments, and serves what is there',
    answer: { description: 'What is served', schema: reloaded, types },
    errors: [
      ...closed,
      ...(['release_refused', 'store_unreachable', 'policy_invalid'] as const),
      ...(['experiments_invalid', 'file_damaged'] as const),
    ],
    examples: { same: { summary: 'Nothing new' } },
  },
  {
    id: 'settings',
    ...{ method: 'GET', ...of('settings') },
    summary: 'What is set while the server runs',
    answer: { description: 'Settings; null is what the policies decide', schema: settingsAnswer, types },
    errors: closed,
    examples: { none: { summary: 'Nothing is set' } },
  },
  {
    id: 'putSettings',
    ...{ method: 'PUT', ...of('settings') },
    summary: 'Sets the width of the graph search of requests that name none',
    body: { schema: settings },
    answer: { description: 'The settings now', schema: settingsAnswer, types },
    errors: [...closed, 'option_unknown', 'option_invalid'],
    examples: {
      wider: { summary: 'A wider search', body: { efSearch: 400 } },
      back: { summary: 'Takes it back', body: { efSearch: null } },
    },
  },
  {
    id: 'putPolicy',
    ...{ method: 'PUT', ...of('policies/{name}') },
    summary: 'Serves a policy beside those of the release, or in place of one',
    parameters: [name],
    body: { schema: policyBody },
    answer: { description: 'What is served', schema: putAnswer, types },
    errors: [...closed, 'policy_invalid', 'policy_stale'],
    examples: {
      cart: {
        summary: 'A further policy',
        parameters: { name: 'cart' },
        body: { name: 'cart', revision: 1, placement: ['cart'], limit: 6 },
      },
    },
  },
  {
    id: 'removePolicy',
    ...{ method: 'DELETE', ...of('policies/{name}') },
    summary: 'Takes back a policy that was put',
    parameters: [name],
    answer: { description: 'What is served', schema: removedAnswer, types },
    errors: [...closed, 'policy_unknown', 'policy_fixed'],
    examples: {
      cart: { summary: 'The one that was put', parameters: { name: 'cart' } },
      unknown: { summary: 'One that was not put', parameters: { name: 'card' }, status: 404 },
    },
  },
  {
    id: 'drain',
    ...{ method: 'POST', ...of('drain') },
    summary: 'Takes the server out of traffic: /readyz fails, requests are answered',
    answer: { description: 'Whether it is drained', schema: drained, types },
    errors: closed,
    examples: { out: { summary: 'Out of traffic' } },
  },
  {
    id: 'undrain',
    ...{ method: 'DELETE', ...of('drain') },
    summary: 'Takes the server back into traffic',
    answer: { description: 'Whether it is drained', schema: drained, types },
    errors: closed,
    examples: { back: { summary: 'Back in traffic' } },
  },
];
