/** A JSON Schema, or a part of the document, as plain data. */
export type JsonObject = Record<string, unknown>;

/** A copy of a tree in which every object has gone through `change`, the innermost first. */
export function mapSchema(node: unknown, change: (part: JsonObject) => unknown): unknown {
  if (Array.isArray(node)) return node.map((item) => mapSchema(item, change));
  if (typeof node !== 'object' || node === null) return node;
  return change(Object.fromEntries(Object.entries(node).map(([key, value]) => [key, mapSchema(value, change)])));
}
