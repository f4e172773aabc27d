// The schemas that have a name in /openapi.json, under components/schemas.

import { z } from 'zod';

const registry = z.registry<{ id: string }>();
const prefix = '#/components/schemas/';

/** Gives a schema its name; wherever it is part of another, that one refers to it. */
export function named<S extends z.ZodType>(id: string, schema: S): S {
  registry.add(schema, { id });
  return schema;
}

/** The reference to a named schema. */
export function reference(schema: z.ZodType): { $ref: string } {
  const name = registry.get(schema)?.id;
  if (name === undefined) throw new Error('Only named schemas are referred to.');
  return { $ref: prefix + name };
}

/** All named schemas as OpenAPI has them. */
export function componentSchemas(): Record<string, object> {
  // `input`: neither requests nor answers are changed by being checked, and answers may get further keys.
  const { schemas } = z.toJSONSchema(registry, {
    uri: (id) => prefix + id,
    io: 'input',
    target: 'draft-2020-12',
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema]),
  );
}
