// Administration: each call becomes a command for the control, which may have more than this process do it.

import { z } from 'zod';
import { SepetError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { suggestion } from '../../base/nearest.ts';
import { withBody } from '../body.ts';
import { type Command, settingsPage } from '../control.ts';
import type { Exchange } from '../exchange.ts';
import { decodeSegment } from '../url.ts';
import type { Handler, Route, RouteContext } from './route.ts';

const noStore = { 'Cache-Control': 'no-store' };

/** Lets in who may. */
export const guarded =
  (handler: Handler): Handler =>
  (exchange, request, context) => {
    exchange.also = noStore;
    if (context.admin.admits(exchange, request)) handler(exchange, request, context);
  };

function apply(exchange: Exchange, { control }: RouteContext, command: Command): void {
  control.apply(command).then(
    ({ result, failure }) => {
      if (result !== undefined) exchange.json(result);
      else exchange.problem(failure.code, failure.message);
    },
    (error: unknown) => exchange.fail(error),
  );
}

const commanding = (command: Command): Handler =>
  guarded((exchange, _request, context) => apply(exchange, context, command));

/** Checks a body that has these fields and no others. Throws `option_unknown` or `option_invalid`. */
export function fieldsOf<Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>, value: unknown) {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  // What is missing because another name was written is no mistake of its own.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  const known = Object.keys(schema.shape);
  if (issue?.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    throw new SepetError('option_unknown', `There is no field "${key}".${suggestion(key, known)}`);
  }
  const place = issue?.path.join('.') || 'The body';
  throw new SepetError('option_invalid', `${place}: ${issue?.message}`);
}

const { efSearch } = limits;
const efSearchError = `must be a whole number from ${efSearch.min} to ${efSearch.max}, or null`;
/** What `PUT /admin/settings` takes. */
export const settingsSchema = z.strictObject({
  efSearch: z
    .number(efSearchError)
    .int(efSearchError)
    .min(efSearch.min, efSearchError)
    .max(efSearch.max, efSearchError)
    .nullable(),
});

const settings = guarded((exchange, _request, context) => exchange.json(settingsPage(context.settings)));

const setSettings = guarded((exchange, request, context) =>
  withBody(exchange, request, (value) =>
    apply(exchange, context, { kind: 'set', settings: fieldsOf(settingsSchema, value) }),
  ),
);

const putPolicy = guarded((exchange, request, context) => {
  const name = decodeSegment(request.getParameter(0) ?? '');
  const put = (document: unknown) => apply(exchange, context, { kind: 'put-policy', name, document });
  withBody(exchange, request, put, limits.policyBytes.max);
});

const removePolicy = guarded((exchange, request, context) =>
  apply(exchange, context, {
    kind: 'remove-policy',
    name: decodeSegment(request.getParameter(0) ?? ''),
  }),
);

export const adminRoutes: readonly Route[] = [
  { path: '/admin/reload', methods: { POST: commanding({ kind: 'reload' }) } },
  { path: '/admin/settings', methods: { GET: settings, PUT: setSettings } },
  { path: '/admin/policies/:name', methods: { PUT: putPolicy, DELETE: removePolicy } },
  {
    path: '/admin/drain',
    methods: {
      POST: commanding({ kind: 'drain', isDrained: true }),
      DELETE: commanding({ kind: 'drain', isDrained: false }),
    },
  },
];
