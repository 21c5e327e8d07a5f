import type { FastifySchema } from 'fastify';
import type { TObject } from 'typebox';
import type { RegisteredOperation } from './definition.js';
import type { Components } from './openapi-components.js';
import { isKeyed, problemResponses, successResponse } from './openapi-responses.js';
import type { JsonObject } from './schema-tree.js';

/**
 * What @fastify/swagger writes of an operation: its definition in the words of the plugin's route schema. The route
 * itself carries none of this, since its validators are TypeBox's.
 */
export function swaggerSchema(operation: RegisteredOperation, components: Components): FastifySchema {
  const { id, method, tag, summary, description, idempotency, policy, success, params, query } = operation;
  const body = bodyOf(operation, components);
  return {
    operationId: id,
    tags: [tag],
    summary,
    description,
    security: policy.security,
    ...(method !== 'GET' && { 'x-idempotency': idempotency }),
    ...(params && { params: parameters(params, components) }),
    ...(query && { querystring: parameters(query, components) }),
    ...(isKeyed(operation) && { headers: keyHeader(idempotency === 'key-required') }),
    ...(body && { body }),
    response: {
      [success.status]: successResponse(operation, components),
      ...problemResponses(operation, components),
    },
  };
}

/** What has a default is there for the handler, and so required by its type, but not to be sent. */
function parameters({ properties, required }: TObject, components: Components): JsonObject {
  const isSent = (name: string) => !('default' in (properties[name] ?? {}));
  return { properties: components.reference(properties), required: required?.filter(isSent) };
}

function keyHeader(required: boolean): JsonObject {
  const key = {
    description:
      'A value of your own, such as a UUID, repeated on every retry of this request: it then takes effect once, and ' +
      'the first answer comes back.',
    type: 'string',
    minLength: 1,
    maxLength: 255,
    pattern: '^[\\x21-\\x7e]+$',
    examples: ['6c1f8a52-9d3b-4e0a-8f3c-1f1d2c7b9a10'],
  };
  return { properties: { 'Idempotency-Key': key }, required: required ? ['Idempotency-Key'] : [] };
}

function bodyOf({ body, xmlBody, formBody }: RegisteredOperation, components: Components): JsonObject | null {
  if (!body && !xmlBody) return null;
  const json = body && { schema: components.reference(body) };
  const xml = xmlBody && {
    schema: { type: 'string', description: xmlBody.description, examples: [xmlBody.example] },
  };
  return {
    content: {
      ...(json && { 'application/json': json }),
      ...(json && formBody && { 'application/x-www-form-urlencoded': json }),
      ...(xml && { 'application/xml': xml, 'text/xml': xml }),
    },
  };
}
