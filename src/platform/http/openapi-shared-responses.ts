import { pascalCase } from './openapi-responses.js';
import type { JsonObject } from './schema-tree.js';

interface Response extends JsonObject {
  readonly content?: { readonly 'application/problem+json'?: { readonly examples: JsonObject } };
}

/**
 * Moves the refusals that several operations answer with one code and in the same words into the components, and leaves
 * references: a reader, and a diff, sees each once. Changes the operations; returns the components, named after their
 * codes (`NotFound`).
 */
export function shareResponses(operations: readonly JsonObject[]): JsonObject {
  const uses = new Map<string, Array<() => void>>();
  const shared: Record<string, Response> = {};
  for (const { responses } of operations as ReadonlyArray<{ responses: Record<string, Response> }>) {
    for (const [status, response] of Object.entries(responses)) {
      const name = nameOf(response);
      if (name === null) continue;
      shared[name] ??= response;
      const same = JSON.stringify(shared[name]) === JSON.stringify(response);
      const refer = () => {
        responses[status] = { $ref: `#/components/responses/${name}` };
      };
      if (same) uses.set(name, [...(uses.get(name) ?? []), refer]);
    }
  }
  const repeated = [...uses].filter(([, places]) => places.length > 1).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [, places] of repeated) for (const refer of places) refer();
  return Object.fromEntries(repeated.map(([name]) => [name, shared[name]]));
}

/** PascalCase of the one code that a refusal has; null for an answer of another kind. */
function nameOf({ content }: Response): string | null {
  const [code, ...others] = Object.keys(content?.['application/problem+json']?.examples ?? {});
  if (code === undefined || others.length > 0) return null;
  return pascalCase(code);
}
