import type { FastifyInstance } from 'fastify';
import type { RegisteredOperation } from './definition.js';
import { Components } from './openapi-components.js';
import { problemExamples, problemResponses, sharedHeaders, successResponse } from './openapi-responses.js';
import { shareResponses } from './openapi-shared-responses.js';
import type { JsonObject } from './schema-tree.js';

/** What the document says of the whole. */
export interface DocumentHead {
  /** OpenAPI's Info Object. */
  readonly info: JsonObject;
  readonly tags: ReadonlyArray<{ readonly name: string; readonly description: string }>;
  /** OpenAPI's Security Scheme Objects, by the names that the table of authorisation uses. */
  readonly securitySchemes: Readonly<Record<string, JsonObject>>;
}

/** Addresses that the document names, without a slash at their ends. */
export interface DocumentAddresses {
  readonly publicUrl: string;
  readonly problemBase: string;
}

/**
 * The OpenAPI 3.1 document of everything that is registered, made from the very definitions that the routes run on.
 *
 * Written here and not by @fastify/swagger: that drops what stands beside a reference, and so every example of a named
 * body, and repeats each refusal in each operation, which makes the document many times as long.
 */
export function openApi31(app: FastifyInstance, head: DocumentHead, addresses: DocumentAddresses): JsonObject {
  const components = new Components();
  const paths: Record<string, JsonObject> = {};
  for (const operation of app.operations) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = {
      ...paths[path],
      [operation.method.toLowerCase()]: operationObject(operation, components),
    };
  }
  const responses = shareResponses(Object.values(paths).flatMap((item) => Object.values(item) as JsonObject[]));
  const headers = usedHeaders(JSON.stringify([paths, responses]));
  return {
    openapi: '3.1.0',
    info: head.info,
    servers: [{ url: addresses.publicUrl, description: 'This installation.' }],
    tags: head.tags,
    paths,
    components: {
      schemas: components.schemas,
      responses,
      examples: problemExamples(app.operations, addresses.problemBase),
      headers,
      securitySchemes: head.securitySchemes,
    },
  };
}

function usedHeaders(document: string): JsonObject {
  const used = Object.entries(sharedHeaders).filter(([name]) => document.includes(`"#/components/headers/${name}"`));
  return Object.fromEntries(used);
}

function operationObject(operation: RegisteredOperation, components: Components): JsonObject {
  const { id, method, tag, summary, description, idempotency, policy, success } = operation;
  const parameters = parametersOf(operation, components);
  const requestBody = requestBodyOf(operation, components);
  return {
    operationId: id,
    tags: [tag],
    summary,
    description,
    security: policy.security,
    ...(method !== 'GET' && { 'x-idempotency': idempotency }),
    ...(parameters.length > 0 && { parameters }),
    ...(requestBody && { requestBody }),
    responses: {
      [success.status]: successResponse(operation, components),
      ...problemResponses(operation, components),
    },
  };
}

function parametersOf({ params, query, idempotency }: RegisteredOperation, components: Components): JsonObject[] {
  return [
    ...parametersIn('path', params, components),
    ...parametersIn('query', query, components),
    ...(idempotency === 'key-required' || idempotency === 'key-optional' ? [keyParameter(idempotency)] : []),
  ];
}

function parametersIn(
  place: 'path' | 'query',
  schema: RegisteredOperation['query'],
  components: Components,
): JsonObject[] {
  const required = new Set<unknown>((schema as { required?: string[] } | undefined)?.required);
  return Object.entries(schema?.properties ?? {}).map(([name, property]) => {
    const { description, examples, ...rest } = components.reference(property) as { examples?: unknown[] } & JsonObject;
    return {
      name,
      in: place,
      required: place === 'path' || (required.has(name) && rest.default === undefined),
      description,
      schema: rest,
      ...(examples && { example: examples[0] }),
    };
  });
}

function keyParameter(idempotency: 'key-required' | 'key-optional'): JsonObject {
  return {
    name: 'Idempotency-Key',
    in: 'header',
    required: idempotency === 'key-required',
    description:
      'A value of your own, such as a UUID, repeated on every retry of this request: it then takes effect once, and ' +
      'the first answer comes back.',
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
    example: '6c1f8a52-9d3b-4e0a-8f3c-1f1d2c7b9a10',
  };
}

function requestBodyOf(
  { body, xmlBody, formBody, examples }: RegisteredOperation,
  components: Components,
): JsonObject | null {
  if (!body && !xmlBody) return null;
  const json = body && { schema: components.reference(body), ...(examples && { examples }) };
  const xml = xmlBody && {
    schema: { type: 'string', description: xmlBody.description },
    example: xmlBody.example,
  };
  return {
    required: true,
    content: {
      ...(json && { 'application/json': json }),
      ...(json && formBody && { 'application/x-www-form-urlencoded': json }),
      ...(xml && { 'application/xml': xml, 'text/xml': xml }),
    },
  };
}
