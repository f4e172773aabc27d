// The labels of the store that the server follows: looked at, changed, compared. What is answered comes from the store; what is
// changed the server, and all its processes, look at before the answer.

import { z } from 'zod';
import { SepetError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { isPlainLine } from '../../base/plain-text.ts';
import { personSchema } from '../../events/verdict.ts';
import { withBody } from '../body.ts';
import type { Exchange } from '../exchange.ts';
import { problemOf, problemType } from '../problem.ts';
import { bounded, readQuery, text } from '../query.ts';
import type { MovedLabel, ReleaseControl } from '../releases.ts';
import { decodeSegment } from '../url.ts';
import { fieldsOf, guarded } from './admin.ts';
import { type Handler, queryOf, type Route, type RouteContext } from './route.ts';

const { reasonText } = limits;
const whyError = `must be a line of 1 to ${reasonText.max} characters that can be seen.`;

const reason = {
  why: z
    .string(whyError)
    .trim()
    .max(reasonText.max, whyError)
    .refine(isPlainLine, whyError)
    .describe('What the history will say'),
  by: personSchema.optional().describe("Whom it is done for; the history adds the server's own user"),
  expected: bounded('revision')
    .optional()
    .describe('The revision of the label that was looked at: where it is another now, nothing is done'),
};

/** What the calls that change a label take. */
export const saveSchema = z.strictObject({
  policy: z
    .unknown()
    .refine((policy) => policy !== undefined, 'is missing: the policy, as JSON or as YAML text.')
    .describe('YAML or JSON text, or the document as JSON'),
  ...reason,
});
export const removeSchema = z.strictObject(reason);
export const promoteSchema = z.strictObject({
  from: z.string('must be a label or label@revision.').min(1).max(80).describe('A label or `label@revision`'),
  ...reason,
});
export const rollbackSchema = z.strictObject({
  to: bounded('revision').optional().describe('A revision; the release before the current one where absent'),
  ...reason,
});

/** What `GET /admin/labels/{label}/history` and `GET /admin/diff` take. */
export const historyQuery = z
  .object({ limit: bounded('historyListed').describe(limits.historyListed.about) })
  .partial();
const named = text(80).describe('A label, `label@revision`, or the first digits of a SHA-256');
export const diffQuery = z
  .object({
    from: named,
    to: named,
    products: bounded('diffProducts').describe(limits.diffProducts.about),
    examples: bounded('diffExamples').describe(limits.diffExamples.about),
  })
  .partial();

function releasesOf({ releases }: RouteContext): ReleaseControl {
  if (releases !== undefined) return releases;
  throw new SepetError(
    'releases_off',
    'This server follows no label: start it with --store and --label to see and change releases.',
  );
}

/** Answers with the failure; where gates refused, with what each said. */
function fail(exchange: Exchange, error: unknown): void {
  const { gates } = error as { readonly gates?: readonly object[] };
  if (error instanceof SepetError && error.code === 'overloaded') {
    exchange.problem(error.code, error.message, { 'Retry-After': '1' });
    return;
  }
  if (!(error instanceof SepetError) || gates === undefined) {
    exchange.fail(error);
    return;
  }
  const problem = problemOf(error.code, error.message);
  const body = JSON.stringify({ ...problem, gates });
  exchange.reply({ status: problem.status, contentType: problemType, body });
}

function tell(exchange: Exchange, result: Promise<object>): void {
  result.then(
    (value) => exchange.json(value),
    (error: unknown) => fail(exchange, error),
  );
}

/** How long an answer waits for this server to serve what was changed: an artifact may have to come first. */
const lookMs = 15_000;

/** Has every process look at the store; whether they have done so in time. */
async function look({ control }: RouteContext): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, lookMs, false);
    timer.unref();
  });
  const looked = control.apply({ kind: 'reload' }).then(({ failure }) => failure === undefined);
  const isDone = await Promise.race([looked, late]);
  clearTimeout(timer);
  return isDone;
}

async function moved(context: RouteContext, moving: Promise<MovedLabel>): Promise<object> {
  const result = await moving;
  return { ...result, looked: await look(context) };
}

const segment = (request: { getParameter(index: number): string | undefined }, index: number): string =>
  decodeSegment(request.getParameter(index) ?? '');

const labels = guarded((exchange, _request, context) => tell(exchange, releasesOf(context).labels()));

const history = guarded((exchange, request, context) => {
  const { limit = limits.historyListed.default } = readQuery(historyQuery, queryOf(request));
  tell(exchange, releasesOf(context).history(segment(request, 0), limit));
});

const diff = guarded((exchange, request, context) => {
  const releases = releasesOf(context);
  const { from, to, ...how } = readQuery(diffQuery, queryOf(request));
  if (from === undefined || to === undefined)
    throw new SepetError(
      'option_invalid',
      'Say what to compare: from and to, such as from=production&to=test.',
    );
  const { products = limits.diffProducts.default, examples = limits.diffExamples.default } = how;
  tell(exchange, releases.diff(from, to, { products, examples }));
});

/** A call that changes the label of its path. */
const changing = <Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  change: (
    releases: ReleaseControl,
    path: readonly [label: string, name: string],
    body: z.output<z.ZodObject<Shape>>,
  ) => Promise<MovedLabel>,
): Handler =>
  guarded((exchange, request, context) => {
    const releases = releasesOf(context);
    const path = [segment(request, 0), segment(request, 1)] as const;
    withBody(exchange, request, (value) => {
      const body = fieldsOf(schema, value) as z.output<z.ZodObject<Shape>>;
      tell(exchange, moved(context, change(releases, path, body)));
    });
  });

const save = changing(saveSchema, (releases, [label, name], { policy, ...why }) =>
  releases.savePolicy(label, name, policy, why),
);
const remove = changing(removeSchema, (releases, [label, name], why) =>
  releases.removePolicy(label, name, why),
);
const promote = changing(promoteSchema, (releases, [label], { from, ...why }) =>
  releases.promote(label, from, why),
);
const rollback = changing(rollbackSchema, (releases, [label], { to, ...why }) =>
  releases.rollback(label, to, why),
);

export const releaseRoutes: readonly Route[] = [
  { path: '/admin/labels', methods: { GET: labels } },
  { path: '/admin/labels/:label/history', methods: { GET: history } },
  { path: '/admin/labels/:label/policies/:name', methods: { PUT: save, DELETE: remove } },
  { path: '/admin/labels/:label/promote', methods: { POST: promote } },
  { path: '/admin/labels/:label/rollback', methods: { POST: rollback } },
  { path: '/admin/diff', methods: { GET: diff } },
];
