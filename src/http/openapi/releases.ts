// The calls of /admin about the labels of a store.

import { z } from 'zod';
import { artifactManifestSchema } from '../../artifact/manifest.ts';
import type { ErrorCode } from '../../base/errors.ts';
import {
  diffQuery,
  historyQuery,
  promoteSchema,
  removeSchema,
  rollbackSchema,
  saveSchema,
} from '../routes/releases.ts';
import { closed } from './admin.ts';
import { count, hash, policyLabel } from './answers.ts';
import { named } from './names.ts';
import { type Operation, pathParameter, queryParameters } from './operation.ts';

const types = ['application/json'];
const tag = 'releases';
const security = 'token';
const label = pathParameter('label', 'A label of the store, such as test or production');
const name = pathParameter('name', 'The policy');

const moment = z.string().describe('ISO 8601 in UTC');
const revision = z.int().min(1);
const parts = {
  artifact: hash.nullable().describe("Of the artifact's file; null where the label has policies alone"),
  policies: hash.nullable().describe('Of the policy set; null for the built-in policy'),
};
const signature = z.object({ keyId: z.string(), value: z.string() }).optional();

const entry = named(
  'LabelEntry',
  z
    .object({
      kind: z.literal('sepet-label'),
      version: z.literal(1),
      label: z.string(),
      revision,
      ...parts,
      at: moment,
      by: z.string().describe('Where a server did it for somebody: `Ayşe via sepet@shop1`'),
      why: z.string(),
      action: z.enum(['publish', 'promote', 'rollback']),
      from: z.object(parts).nullable().describe('What the label pointed at before'),
      forced: z.string().optional().describe('Why gates were overruled'),
      source: z.object({ label: z.string(), revision }).optional().describe('Promote: taken from'),
      restores: revision.optional().describe('Rollback: the revision whose release it is'),
      move: z.string().describe('An id of this move'),
    })
    .describe('A revision of a label'),
);

const told = named(
  'ToldRelease',
  z.object({
    entry,
    artifact: z
      .object({
        name: z.string(),
        createdAt: z.string(),
        products: count,
        file: hash,
        artifact: hash.describe('The id that answers carry'),
        bytes: count,
        at: moment,
        by: z.string(),
        used: moment.describe('When a label was last moved to it'),
        forced: z.string().optional(),
        signature,
      })
      .optional()
      .describe('Absent where it was pruned'),
    policies: z
      .object({ policies: hash, names: z.array(policyLabel).describe('The default first'), signature })
      .optional(),
  }),
);

const labels = named(
  'StoreLabels',
  z.object({ store: z.string().describe('Its address, without credentials'), labels: z.array(told) }),
);
const history = named(
  'LabelHistory',
  z.object({ label: z.string(), entries: z.array(told).describe('Newest first') }),
);

const movedParts = {
  entry,
  moved: z.boolean().describe('False where the label pointed there already'),
  looked: z
    .boolean()
    .describe('Whether this server, in all its processes, has looked at the store since; else it will soon'),
};
const moved = named('MovedLabel', z.object(movedParts));
const saved = named(
  'SavedPolicy',
  z.object({
    ...movedParts,
    gates: z.array(
      z.object({
        gate: z.string(),
        passed: z.boolean(),
        said: z.string(),
        skipped: z.literal(true).optional(),
        forced: z.literal(true).optional(),
      }),
    ),
    policies: z.array(policyLabel).describe('All that the label has now, the default first'),
    replacedBuiltIn: z.boolean().describe('Whether the label had the built-in policy until now'),
  }),
);

const diffSide = z.object({
  name: z.string(),
  revision: revision.optional(),
  file: hash,
  artifact: hash,
  title: z.string(),
  createdAt: z.string(),
  bytes: count,
  counts: artifactManifestSchema.shape.counts,
  policies: z.array(policyLabel),
});
const share = z.number().min(0).max(1);
const items = z.array(z.object({ id: z.string(), title: z.string(), inBoth: z.boolean() }));
const diff = named(
  'ReleaseDiff',
  z.object({
    before: diffSide,
    after: diffSide,
    products: z.object({
      both: count,
      added: count,
      removed: count,
      addedExamples: z.array(z.string()),
      removedExamples: z.array(z.string()),
      changed: z.object({ title: count, price: count, stock: count, category: count, brand: count }),
    }),
    figures: z.array(
      z.object({ name: z.string(), before: z.number().optional(), after: z.number().optional() }),
    ),
    policies: z.object({
      added: z.array(policyLabel),
      removed: z.array(policyLabel),
      changed: z.array(policyLabel),
    }),
    lists: z.object({
      compared: count,
      same: count,
      reordered: count,
      changed: count,
      overlapAt10: share,
      rankBiasedOverlap: share,
      examples: z.array(
        z.object({ id: z.string(), title: z.string(), overlapAt10: share, before: items, after: items }),
      ),
    }),
  }),
);

const of: readonly ErrorCode[] = [
  ...closed,
  ...(['option_unknown', 'option_invalid', 'releases_off', 'label_unknown', 'release_unknown'] as const),
  ...(['overloaded', 'release_timeout', 'store_unreachable', 'manifest_invalid', 'shutting_down'] as const),
];
const changing: readonly ErrorCode[] = [...of, 'label_conflict', 'store_conflict', 'signature_missing'];
const ofPolicies: readonly ErrorCode[] = [...changing, 'policy_invalid', 'release_refused'];
const why = { why: 'No more covers for other phones', by: 'Ayşe' };

export const releaseOperations: readonly Operation[] = [
  {
    id: 'storeLabels',
    ...{ method: 'GET', path: '/admin/labels', tag, security },
    summary: 'Every label of the store with what it points at',
    answer: { description: 'In alphabetical order', schema: labels, types },
    errors: of,
    examples: { all: { summary: 'All of them' } },
  },
  {
    id: 'labelHistory',
    ...{ method: 'GET', path: '/admin/labels/{label}/history', tag, security },
    summary: 'The last revisions of a label',
    parameters: [label, ...queryParameters(historyQuery)],
    answer: { description: 'Newest first', schema: history, types },
    errors: of,
    examples: {
      last: { summary: 'The newest', parameters: { label: 'test', limit: 1 } },
      unknown: { summary: 'Of a label that is not there', parameters: { label: 'tset' }, status: 404 },
    },
  },
  {
    id: 'savePolicy',
    ...{ method: 'PUT', path: '/admin/labels/{label}/policies/{name}', tag, security },
    summary: 'Saves a policy: a new revision of the label, with this policy replaced or added',
    description:
      'The label keeps its artifact and its other policies. A label with the built-in policy has this one alone afterwards. Where the policy says what it said, nothing changes. A refusal of the gates carries what each said as `gates`.',
    parameters: [label, name],
    body: { schema: named('SavePolicy', saveSchema) },
    answer: { description: 'Where the label is now', schema: saved, types },
    errors: [...ofPolicies, 'policy_stale'],
    examples: {
      cart: {
        summary: 'A further policy, where the label is still at the revision that was looked at',
        parameters: { label: 'test', name: 'cart' },
        body: { policy: { name: 'cart', revision: 1, limit: 6 }, ...why, expected: 1 },
      },
      late: {
        summary: 'Somebody else was there first',
        parameters: { label: 'test', name: 'cart' },
        body: { policy: 'name: cart\nrevision: 2\nlimit: 5\n', ...why, expected: 1 },
        status: 409,
      },
    },
  },
  {
    id: 'dropPolicy',
    ...{ method: 'DELETE', path: '/admin/labels/{label}/policies/{name}', tag, security },
    summary: 'Takes a policy out of a label',
    description: 'But for the default one, which can only be replaced.',
    parameters: [label, name],
    body: { schema: named('DropPolicy', removeSchema) },
    answer: { description: 'Where the label is now', schema: saved, types },
    errors: [...ofPolicies, 'policy_unknown', 'policy_fixed'],
    examples: {
      cart: { summary: 'The one that was added', parameters: { label: 'test', name: 'cart' }, body: why },
    },
  },
  {
    id: 'promote',
    ...{ method: 'POST', path: '/admin/labels/{label}/promote', tag, security },
    summary: 'Points a label at what another points at, artifact and policies alike',
    parameters: [label],
    body: { schema: named('Promote', promoteSchema) },
    answer: { description: 'Where the label is now', schema: moved, types },
    errors: [...changing, 'signature_invalid'],
    examples: {
      test: {
        summary: 'What was tested goes live',
        parameters: { label: 'production' },
        body: { from: 'test', ...why },
      },
    },
  },
  {
    id: 'rollback',
    ...{ method: 'POST', path: '/admin/labels/{label}/rollback', tag, security },
    summary: 'Points a label at what it pointed at before',
    parameters: [label],
    body: { schema: named('Rollback', rollbackSchema) },
    answer: { description: 'Where the label is now', schema: moved, types },
    errors: [...changing, 'signature_invalid'],
    examples: {
      second: {
        summary: 'To a revision',
        parameters: { label: 'test' },
        body: { to: 2, why: 'it was better' },
      },
    },
  },
  {
    id: 'diff',
    ...{ method: 'GET', path: '/admin/diff', tag, security },
    summary: 'What changes from one release to another: products, figures, policies, lists',
    description: 'As `sepet diff --json` prints it. Computed beside the requests, one at a time.',
    parameters: queryParameters(diffQuery),
    answer: { description: 'The difference', schema: diff, types },
    errors: [...of, 'object_missing', 'policy_invalid'],
    examples: {
      policies: {
        summary: 'Two revisions of a label',
        parameters: { from: 'test@1', to: 'test', products: 20, examples: 1 },
      },
    },
  },
];
