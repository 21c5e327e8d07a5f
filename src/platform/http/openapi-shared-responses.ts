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
  const shared = new Map<string, Response>();
  for (const places of groups(operations)) {
    const [first] = places;
    if (first === undefined || places.length === 1 || shared.has(first.name)) continue;
    shared.set(first.name, first.response);
    for (const { responses, status, name } of places) responses[status] = { $ref: `#/components/responses/${name}` };
  }
  return Object.fromEntries([...shared].sort(([a], [b]) => (a < b ? -1 : 1)));
}

interface Place {
  readonly name: string;
  readonly response: Response;
  readonly responses: Record<string, Response>;
  readonly status: string;
}

/** Where the same refusal stands, the most frequent first: of two versions of one, the usual one gets the name. */
function groups(operations: readonly JsonObject[]): Place[][] {
  const byText = new Map<string, Place[]>();
  for (const { responses } of operations as ReadonlyArray<{ responses: Record<string, Response> }>) {
    for (const [status, response] of Object.entries(responses)) {
      const name = nameOf(response);
      if (name === null) continue;
      const text = JSON.stringify(response);
      byText.set(text, [...(byText.get(text) ?? []), { name, response, responses, status }]);
    }
  }
  return [...byText.values()].sort((a, b) => b.length - a.length);
}

/** PascalCase of the one code that a refusal has; null for an answer of another kind. */
function nameOf({ content }: Response): string | null {
  const [code, ...others] = Object.keys(content?.['application/problem+json']?.examples ?? {});
  if (code === undefined || others.length > 0) return null;
  return pascalCase(code);
}
