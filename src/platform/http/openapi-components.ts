import { type JsonObject, mapSchema } from './schema-tree.js';

/** The named shapes of a document, gathered while its operations are written down. */
export class Components {
  readonly #schemas = new Map<string, JsonObject>();

  /**
   * The schema with every named part (`$id`) replaced by a reference to it: the document says each shape once, while
   * validation and serialisation use the schema as it was written.
   *
   * @throws Error where two different shapes have one name
   */
  reference(schema: unknown): JsonObject {
    return mapSchema(schema, ({ $id, ...part }) => {
      if (typeof $id !== 'string') return part;
      const known = this.#schemas.get($id);
      if (known !== undefined && JSON.stringify(known) !== JSON.stringify(part)) {
        throw new Error(`Two different schemas are named ${$id}.`);
      }
      this.#schemas.set($id, part);
      return { $ref: `#/components/schemas/${$id}` };
    }) as JsonObject;
  }

  /** What was gathered, by name. */
  get schemas(): JsonObject {
    return Object.fromEntries([...this.#schemas].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
