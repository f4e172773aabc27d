// One call of the API as it is described, and its rendering as an OpenAPI operation object. An example is one request with
// what it is answered: its name joins the parts that OpenAPI keeps apart (parameters, body, answer).

import { z } from 'zod';
import { type ErrorCode, SepetError } from '../../base/errors.ts';
import { offeredTypes } from '../negotiate.ts';
import { problemType } from '../problem.ts';
import type { Method } from '../routes/route.ts';
import { problem } from './answers.ts';
import { exampleAnswers } from './examples.ts';
import { reference } from './names.ts';

export interface Example {
  readonly summary: string;
  /** By name, as JSON has them. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  /** That of success where absent. */
  readonly status?: number;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly description: string;
  readonly schema: object;
  /** Of lists: several in one value, separated by commas, rather than the parameter repeated. */
  readonly isCommas?: boolean;
  /** The value is JSON. */
  readonly isJson?: boolean;
}

export interface Content {
  /** A named one; absent for plain text. */
  readonly schema?: z.ZodType;
  /** JSON and MessagePack where absent. */
  readonly types?: readonly string[];
}

export interface Header {
  readonly description: string;
  /** Every such answer has it. */
  readonly required?: true;
}

export interface Operation {
  readonly id: string;
  readonly method: Method;
  /** As people write it. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly body?: Content;
  /** Of the status of success. */
  readonly answer: Content & {
    readonly description: string;
    readonly status?: number;
    readonly headers?: Readonly<Record<string, Header>>;
  };
  readonly errors: readonly ErrorCode[];
  /** Further answers without a body, by status. */
  readonly also?: Readonly<Record<number, string>>;
  /** Errors that come with another status than they have elsewhere. */
  readonly errorsAt?: Readonly<Record<number, readonly ErrorCode[]>>;
  /** Security scheme. */
  readonly security?: string;
  readonly examples: Readonly<Record<string, Example>>;
}

/** The parameters of a query string from the schema that checks it. */
export function queryParameters(schema: z.ZodObject): Parameter[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' });
  return Object.entries(properties).map(([name, property]) => {
    const { description = '', ...rest } = property as { description?: string };
    return { name, in: 'query', description, schema: rest };
  });
}

export const pathParameter = (name: string, description: string): Parameter => ({
  name,
  ...{ in: 'path', description, schema: { type: 'string' } },
});

type Examples = Record<string, { summary: string; value: unknown }>;

/** The examples' values of one part, by the examples' names. */
function examplesOf(
  operation: Operation,
  partOf: (example: Example, name: string) => unknown,
): { examples?: Examples } {
  const found = Object.entries(operation.examples).flatMap(([name, example]) => {
    const value = partOf(example, name);
    return value === undefined ? [] : [[name, { summary: example.summary, value }] as const];
  });
  return found.length === 0 ? {} : { examples: Object.fromEntries(found) };
}

function parameterObject(operation: Operation, parameter: Parameter): object {
  const { name, description, schema, isCommas = false, isJson = false } = parameter;
  const examples = examplesOf(operation, ({ parameters }) => parameters?.[name]);
  const head = { name, in: parameter.in, description, ...(parameter.in === 'path' && { required: true }) };
  if (isJson) return { ...head, content: { 'application/json': { schema, ...examples } } };
  const isList = 'type' in schema && schema.type === 'array';
  return { ...head, schema, ...(isList && { style: 'form', explode: !isCommas }), ...examples };
}

const contentOf = ({ schema, types = offeredTypes }: Content, examples: object): object => {
  const media = schema === undefined ? { schema: { type: 'string' } } : { schema: reference(schema) };
  // Examples are JSON; the same in MessagePack would be bytes.
  return Object.fromEntries(types.map((type, i) => [type, i === 0 ? { ...media, ...examples } : media]));
};

const headersOf = (headers: Readonly<Record<string, Header>>): object => ({
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, header]) => [name, { ...header, schema: { type: 'string' } }]),
  ),
});

/** Headers of errors. */
const errorHeaders: { readonly [Code in ErrorCode]?: Readonly<Record<string, Header>> } = {
  overloaded: { 'Retry-After': { description: 'Seconds' } },
  client_limited: { 'Retry-After': { description: 'Seconds' } },
  events_unavailable: { 'Retry-After': { description: 'Seconds' } },
  verdicts_unavailable: { 'Retry-After': { description: 'Seconds' } },
  media_type_unsupported: { 'Accept-Post': { description: 'The media types that are read', required: true } },
  token_missing: { 'WWW-Authenticate': { description: 'How to authenticate', required: true } },
};

const everywhere: readonly ErrorCode[] = ['url_invalid', 'url_too_long', 'internal'];
const ofBodies: readonly ErrorCode[] = [
  ...(['body_invalid', 'body_timeout', 'body_too_large', 'media_type_unsupported'] as const),
];

/** The answers of the examples that have this status. */
const answersOf = (operation: Operation, status: number): { examples?: Examples } =>
  examplesOf(operation, (example, name) =>
    (example.status ?? operation.answer.status ?? 200) === status
      ? exampleAnswers[operation.id]?.[name]
      : undefined,
  );

/** The error answers, one a status with the codes that it may carry. */
function errorResponses(operation: Operation): Record<string, object> {
  const codes = new Set([...operation.errors, ...everywhere, ...(operation.body ? ofBodies : [])]);
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = new SepetError(code, '');
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  for (const [status, ofStatus] of Object.entries(operation.errorsAt ?? {}))
    byStatus.set(Number(status), [...(byStatus.get(Number(status)) ?? []), ...ofStatus]);
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => {
      const schema = { allOf: [reference(problem), { properties: { code: { enum: ofStatus } } }] };
      const content = { [problemType]: { schema, ...answersOf(operation, status) } };
      const headers = Object.assign({}, ...ofStatus.map((code) => errorHeaders[code] ?? {})) as object;
      const description = ofStatus.map((code) => `\`${code}\``).join(', ');
      return [
        status,
        { description, ...(Object.keys(headers).length > 0 && headersOf({ ...headers })), content },
      ];
    }),
  );
}

/** The operation as OpenAPI 3.1 has it. */
export function operationObject(operation: Operation): object {
  const { id, tag, summary, description, parameters = [], body, answer, security } = operation;
  const { status = 200 } = answer;
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(parameters.length > 0 && { parameters: parameters.map((one) => parameterObject(operation, one)) }),
    ...(body && {
      requestBody: {
        required: true,
        content: contentOf(
          body,
          examplesOf(operation, (one) => one.body),
        ),
      },
    }),
    responses: {
      [status]: {
        description: answer.description,
        ...(answer.headers && headersOf(answer.headers)),
        content: contentOf(answer, answersOf(operation, status)),
      },
      ...Object.fromEntries(
        Object.entries(operation.also ?? {}).map(([code, said]) => [code, { description: said }]),
      ),
      ...errorResponses(operation),
    },
    ...(security !== undefined && { security: [{ [security]: [] }, {}] }),
  };
}
