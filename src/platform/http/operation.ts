import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { TObject, TSchema } from 'typebox';
import { codesOf } from './automatic-problems.js';
import { beforeBody } from './before-body.js';
import type { OperationDefinition, RegisteredOperation, XmlBody } from './definition.js';
import { mapSchema } from './schema-tree.js';
import { validatorsFor } from './validation.js';

/**
 * Declares one operation: its route, its part of the OpenAPI document, who may call it, what it refuses, how it behaves
 * when it is sent twice. The handler returns the answer's body; path, query and body have passed their schemas.
 *
 * Throws at registration for an operation that the table of authorisation does not know.
 */
export function operation<
  Params extends TObject = TObject<Record<never, never>>,
  Query extends TObject = TObject<Record<never, never>>,
  Body extends TSchema = TSchema,
  Xml extends XmlBody | undefined = undefined,
  Answer extends TSchema = TSchema,
>(app: FastifyInstance, definition: OperationDefinition<Params, Query, Body, Xml, Answer>): void {
  const policy = app.accessPolicy.policyFor(definition.id);
  if (policy === null) throw new Error(`The table of authorisation has no row for the operation ${definition.id}.`);
  const { handler, ...rest } = definition;
  const registered: RegisteredOperation = { ...rest, policy, codes: codesOf(rest, policy) };
  app.operations.push(registered);
  app.route(routeOf(app, registered, handler as RouteOptions['handler']));
}

function routeOf(app: FastifyInstance, operation: RegisteredOperation, handler: RouteOptions['handler']): RouteOptions {
  const { method, policy, success } = operation;
  const { authorize } = policy;
  return {
    method,
    url: operation.path,
    config: { operation },
    ...(operation.bodyLimit !== undefined && { bodyLimit: operation.bodyLimit }),
    // Marks for Fastify that there is something to validate; the document is made from the definition.
    schema: {
      params: {},
      querystring: {},
      ...(method !== 'GET' && { body: {} }),
      ...(success.schema !== undefined && { response: { [success.status]: withoutNames(success.schema) } }),
    },
    validatorCompiler: validatorsFor(operation),
    onRequest: beforeBody(operation, app.countRequest),
    ...(authorize !== undefined && { preHandler: (request: FastifyRequest) => authorize(request) }),
    handler(request: FastifyRequest, reply: FastifyReply) {
      reply.status(success.status);
      return handler.call(this, request, reply);
    },
  };
}

/** The compiler of serialisers takes the same `$id` in two places for a conflict, and needs none. */
function withoutNames(schema: TSchema) {
  return mapSchema(schema, ({ $id: _, ...part }) => part);
}
