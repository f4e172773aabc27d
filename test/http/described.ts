// /openapi.json as a client of it reads it: the requests that its examples make, and schemas to hold answers against.

import { z } from 'zod';

interface Media {
  readonly schema: object;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly explode?: boolean;
  readonly examples?: Media['examples'];
  readonly content?: Readonly<Record<string, Media>>;
}

export interface DescribedAnswer {
  readonly content?: Readonly<Record<string, Media>>;
  readonly headers?: Readonly<Record<string, { readonly required?: true }>>;
}

export interface DescribedOperation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, DescribedAnswer>>;
}

export interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

/** One request that the document shows, with what it says of the answer. */
export interface Shown {
  readonly title: string;
  readonly operation: DescribedOperation;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly status: number;
  readonly contentType: string;
  readonly schema: object;
  readonly answer: unknown;
}

function textOf(value: unknown): string {
  return encodeURIComponent(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

function pairsOf({ name, explode = true, content, examples }: Parameter, example: string): string[] {
  const of = content === undefined ? examples : Object.values(content)[0]?.examples;
  const found = of?.[example];
  if (found === undefined) return [];
  const { value } = found;
  if (!Array.isArray(value)) return [`${name}=${textOf(value)}`];
  return explode ? value.map((one) => `${name}=${textOf(one)}`) : [`${name}=${value.map(textOf).join(',')}`];
}

function pathOf(template: string, parameters: readonly Parameter[], example: string): string {
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const found = parameters.find((one) => one.in === 'path' && one.name === name)?.examples?.[example];
    if (found === undefined) throw new Error(`${template}: the example ${example} gives no ${name}.`);
    return textOf(found.value);
  });
  const query = parameters.filter((one) => one.in === 'query').flatMap((one) => pairsOf(one, example));
  return query.length === 0 ? path : `${path}?${query.join('&')}`;
}

/** Every example of the document, in its order. */
export function shownIn(document: Described): Shown[] {
  return Object.entries(document.paths).flatMap(([template, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      Object.entries(operation.responses).flatMap(([status, { content = {} }]) => {
        const [[contentType, { examples = {}, schema }] = ['', { schema: {} }]] = Object.entries(content);
        return Object.entries(examples).map(([name, { value: answer }]) => ({
          title: `${operation.operationId}: ${name}`,
          operation,
          method: method.toUpperCase(),
          path: pathOf(template, operation.parameters ?? [], name),
          body: operation.requestBody?.content['application/json']?.examples?.[name]?.value,
          ...{ status: Number(status), contentType, schema, answer },
        }));
      }),
    ),
  );
}

/** The schema with every object closed, so that a key that is not described is a mistake. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  const isOpen = 'properties' in inner && 'type' in inner && !('additionalProperties' in inner);
  return isOpen ? { ...inner, additionalProperties: false } : inner;
}

/** Checks a value against a schema of the document, which refers to its components. */
export function schemaIn(document: Described, schema: object): z.ZodType {
  const text = JSON.stringify({ ...schema, $defs: document.components.schemas });
  const whole = JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/'));
  return z.fromJSONSchema(closed(whole) as Parameters<typeof z.fromJSONSchema>[0]);
}
