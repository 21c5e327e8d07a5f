import type { FastifyInstance } from 'fastify';
import type { TSchema } from 'typebox';

/** Any JSON Schema, read as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * The schema with every named part (`$id`) replaced by a reference, the parts registered as the document's components.
 * The document then says each shape once; validation and serialisation keep using the schema as it was written.
 */
export function withReferences(app: FastifyInstance, schema: TSchema): JsonSchema {
  return referenced(app, schema) as JsonSchema;
}

/** The schema without names: compilers that see the same `$id` in two places take it for a conflict. */
export function withoutNames(schema: TSchema): JsonSchema {
  return copyOf(schema, (part) => {
    const { $id: _, ...rest } = part;
    return rest;
  }) as JsonSchema;
}

function referenced(app: FastifyInstance, node: unknown): unknown {
  return copyOf(node, (part) => {
    if (typeof part.$id !== 'string') return part;
    register(app, part);
    return { $ref: `${part.$id}#` };
  });
}

/** Children first, so that a component refers to the components inside it. */
function copyOf(node: unknown, change: (part: Record<string, unknown>) => unknown): unknown {
  if (Array.isArray(node)) return node.map((item) => copyOf(item, change));
  if (typeof node !== 'object' || node === null) return node;
  const copied = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, copyOf(value, change)]));
  return change(copied);
}

function register(app: FastifyInstance, part: Record<string, unknown>): void {
  const known = app.getSchema(part.$id as string);
  if (known === undefined) app.addSchema(part);
  else if (JSON.stringify(known) !== JSON.stringify(part)) {
    throw new Error(`Two different schemas are named ${String(part.$id)}.`);
  }
}
