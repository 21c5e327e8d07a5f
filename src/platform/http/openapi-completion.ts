import { formatParamUrl } from '@fastify/swagger';
import type { RegisteredOperation } from './definition.js';
import type { Components } from './openapi-components.js';
import { pascalCase, problemExamples, type Response, sharedHeaders } from './openapi-responses.js';
import type { JsonObject } from './schema-tree.js';

/** The parts of what @fastify/swagger makes that are completed here. */
export interface GeneratedDocument {
  readonly paths: Record<string, Record<string, GeneratedOperation>>;
  readonly components: JsonObject;
}

interface GeneratedOperation {
  readonly requestBody?: { readonly content: Record<string, { examples?: unknown }> };
  readonly responses: Record<string, Response | { readonly $ref: string }>;
}

/**
 * Adds what @fastify/swagger has no way to write: examples beside a body that is a reference, headers that are
 * references, and components other than schemas. Changes the document that it is given.
 */
export function completeDocument(
  document: GeneratedDocument,
  operations: readonly RegisteredOperation[],
  components: Components,
  problemBase: string,
): GeneratedDocument {
  const responses: Record<string, Response> = {};
  for (const operation of operations) {
    const { [operation.method.toLowerCase()]: written } = document.paths[formatParamUrl(operation.path)] ?? {};
    if (written === undefined) throw new Error(`The document lacks the operation ${operation.id}.`);
    addExamples(written, operation);
    for (const [status, response] of Object.entries(written.responses as Record<string, Response>)) {
      unwrapHeaders(response);
      const name = sharedName(response, operation);
      if (name === null) continue;
      responses[name] = response;
      written.responses[status] = { $ref: `#/components/responses/${name}` };
    }
  }
  const examples = problemExamples(operations, problemBase);
  Object.assign(document.components, { schemas: components.schemas, responses, examples, headers: sharedHeaders });
  return document;
}

function addExamples({ requestBody }: GeneratedOperation, { examples }: RegisteredOperation): void {
  for (const type of ['application/json', 'application/x-www-form-urlencoded']) {
    const media = requestBody?.content[type];
    if (media && examples) media.examples = examples;
  }
}

/** The plugin takes what describes a header for its schema; where that is a reference, it leads to a whole header. */
function unwrapHeaders({ headers }: Response): void {
  for (const [name, { schema }] of Object.entries(headers)) if (schema?.$ref) headers[name] = schema;
}

/**
 * A refusal of one code is the same wherever it is answered, and so has a name: a reader, and a diff, sees it once. Not
 * with probes, whose answers have no rate. Null for every other answer.
 */
function sharedName({ content }: Response, { rate }: RegisteredOperation): string | null {
  const [code, ...others] = Object.keys(content?.['application/problem+json']?.examples ?? {});
  return code === undefined || others.length > 0 || rate === 'exempt' ? null : pascalCase(code);
}
