import type { JsonObject } from './schema-tree.js';

/** Where examples and other data of the API itself stand: they are not schemas, whatever their fields are called. */
const dataKeys = new Set(['example', 'value', 'default', 'enum']);

/**
 * An OpenAPI 3.1 document in the words of 3.0.3, as far as the platform writes 3.1: null is a flag and not a type, a
 * schema has one example, a licence an address.
 */
export function toOpenApi30(document: object): JsonObject {
  const { info, ...rest } = convert(document) as JsonObject;
  const { license, ...about } = info as { license: { name: string; identifier: string } };
  const url = `https://spdx.org/licenses/${license.identifier}.html`;
  return { ...rest, openapi: '3.0.3', info: { ...about, license: { name: license.name, url } } };
}

function convert(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(convert);
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).map(([key, value]) => {
    // Below `properties` stand names of fields, which may be any of ours.
    if (key === 'properties') return [key, mapValues(value as JsonObject, convert)];
    return [key, dataKeys.has(key) ? value : convert(value)];
  });
  return schemaTo30(Object.fromEntries(entries));
}

function schemaTo30({ type, anyOf, examples, const: constant, ...schema }: JsonObject): JsonObject {
  return {
    ...typeTo30(type),
    ...(Array.isArray(anyOf) && unionTo30(anyOf)),
    ...schema,
    ...(constant !== undefined && { enum: [constant] }),
    ...(Array.isArray(examples) ? { example: examples[0] } : examples !== undefined && { examples }),
  };
}

function typeTo30(type: unknown): JsonObject {
  if (!Array.isArray(type)) return type === undefined ? {} : { type };
  const [only, ...others] = type.filter((name) => name !== 'null');
  if (others.length > 0) throw new Error(`OpenAPI 3.0 has no schema of the types ${type.join(', ')}.`);
  return { type: only, ...(type.includes('null') && { nullable: true }) };
}

/** `anyOf: [X, null]` becomes a nullable X; a reference cannot stand beside `nullable`, so it is wrapped. */
function unionTo30(members: readonly JsonObject[]): JsonObject {
  const others = members.filter(({ type }) => type !== 'null');
  if (others.length === members.length) return { anyOf: members };
  return { nullable: true, ...(others.length === 1 ? { allOf: others } : { anyOf: others }) };
}

function mapValues(object: JsonObject, change: (value: unknown) => unknown): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
