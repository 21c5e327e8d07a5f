import Type, { type Static, type TObject, type TSchema, type TUnsafe } from 'typebox';
import type { IdPrefix } from '../ids.js';

/** Words of a schema that describe it. */
type Description = { description: string; examples?: unknown[] };

/** An object of a request: closed, so that a field which it does not name is a 400 that names it. */
export function closed<Properties extends Record<string, TSchema>>(
  properties: Properties,
  options: { $id?: string; description?: string; minProperties?: number } = {},
) {
  return Type.Object(properties, { ...options, additionalProperties: false });
}

/**
 * A shape with a name of its own in the document: `component('Customer', Type.Object({…}))`. PascalCase. It may stand
 * inside other schemas; the document refers to it there.
 */
export function component<Schema extends TSchema>(name: string, schema: Schema): Schema {
  return described(schema, { $id: name });
}

/** A copy with more words; TypeBox keeps what it knows of a schema in properties that a spread would lose. */
function described<Schema extends TSchema>(schema: Schema, words: Record<string, unknown>): Schema {
  const copy = Object.defineProperties({}, Object.getOwnPropertyDescriptors(schema)) as Schema;
  return Object.assign(copy, words);
}

/**
 * One of a few words. Written as `type` and `enum`: a union of literals, or an enum without a type, gives most client
 * generators nothing to work with.
 */
export function enumOf<const Word extends string>(words: readonly Word[], options: Description): TUnsafe<Word> {
  return Type.Unsafe<Word>({ type: 'string', enum: [...words], ...options });
}

/** The schema, or null. Scalars become `type: [x, 'null']`, which both versions of OpenAPI express cleanly. */
export function nullable<Schema extends TSchema>(schema: Schema): TUnsafe<Static<Schema> | null> {
  const plain = schema as unknown as { type?: string; $id?: string; enum?: unknown[]; description?: string };
  if (plain.$id !== undefined || typeof plain.type !== 'string') {
    return Type.Unsafe<Static<Schema> | null>({
      ...(plain.description !== undefined && { description: plain.description }),
      anyOf: [schema, { type: 'null' }],
    });
  }
  return Type.Unsafe<Static<Schema> | null>({
    ...plain,
    type: [plain.type, 'null'],
    ...(plain.enum !== undefined && { enum: [...plain.enum, null] }),
  });
}

/** A list of at most `maxItems`. */
export function arrayOf<Item extends TSchema>(
  item: Item,
  options: Description & { minItems?: number; maxItems: number },
) {
  return Type.Array(item, options);
}

/** Text of bounded length (in characters). */
export function text(
  options: Description & { minLength?: number; maxLength: number; pattern?: string; format?: string },
) {
  return Type.String({ minLength: 1, ...options });
}

/** A whole number within bounds. Without a maximum: what JavaScript, and so most clients, represent exactly. */
export function integer(options: Description & { minimum: number; maximum?: number; default?: number }) {
  return Type.Integer({ maximum: Number.MAX_SAFE_INTEGER, ...options });
}

/** An instant: RFC 3339 in UTC, with milliseconds, as `Date.toISOString` writes it. */
export function instant(description: string) {
  return Type.String({ description, format: 'date-time', maxLength: 40, examples: ['2026-01-31T18:05:09.120Z'] });
}

const exampleIdTail = '01jd5p0x7bf3k8s9w2m4n6q8rt';

/** A public id: a prefix that tells the kind and 26 characters that tell nothing. Made by Timbrel. */
export function publicId(prefix: IdPrefix, description: string) {
  return Type.String({
    description,
    pattern: `^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`,
    maxLength: 30,
    examples: [`${prefix}_${exampleIdTail}`],
  });
}

/** An id in a path: anything short, since what is no id of the kind is answered like an id that does not exist. */
export function pathId(prefix: IdPrefix, description: string) {
  return Type.String({ description, minLength: 1, maxLength: 64, examples: [`${prefix}_${exampleIdTail}`] });
}

/** `limit` and `cursor` of every list; spread into the query: `closed({ ...pageQuery, status: … })`. */
export const pageQuery = {
  limit: integer({ minimum: 1, maximum: 100, default: 20, description: 'How many items a page has at most.' }),
  cursor: Type.Optional(
    text({
      maxLength: 200,
      description: 'The `page.next_cursor` of the page before, as it came. It goes with the same filters only.',
    }),
  ),
};

const Page = component(
  'Page',
  Type.Object(
    {
      next_cursor: nullable(
        text({ maxLength: 200, description: 'Send it as `cursor` to get the next page; null on the last one.' }),
      ),
      has_more: Type.Boolean({ description: 'Whether there is a next page.' }),
    },
    { description: 'Where a list goes on.' },
  ),
);

/** `{ data: [item…], page: { next_cursor, has_more } }`, named in the document: `listOf('CustomerList', Customer)`. */
export function listOf<Item extends TSchema>(name: string, item: Item) {
  return component(
    name,
    Type.Object(
      { data: Type.Array(item, { maxItems: 100, description: 'The items, oldest first.' }), page: Page },
      { description: 'One page of a list, ordered by creation.' },
    ),
  );
}

/** The example of a list: a page with one item, and no other after it. */
export function exampleList<Item>(item: Item) {
  return { data: [item], page: { next_cursor: null, has_more: false } };
}

/** Every field of a closed object made optional: the body of a merge patch (RFC 7396), which changes one field at least. */
export function patchOf<Properties extends Record<string, TSchema>>(object: TObject<Properties>, name: string) {
  return component(name, Type.Partial(object, { additionalProperties: false, minProperties: 1 }));
}
