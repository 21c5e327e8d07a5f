/**
 * Rules that every operation of the API keeps. Each is a small function that names its offenders, with the reason why the
 * rule is there; `test/contract/route-guards.test.ts` runs them over the whole app, and proves each on an offender.
 */
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { RegisteredOperation } from '../../src/platform/http/definition.js';

/** A rule: what it finds wrong with an operation, one sentence each. */
export interface Guard {
  readonly why: string;
  readonly offences: (operation: RegisteredOperation, all: readonly RegisteredOperation[]) => string[];
}

/** A JSON Schema, read as plain data. */
interface Node {
  readonly type?: string | string[];
  readonly properties?: Record<string, Node>;
  readonly required?: string[];
  readonly items?: Node;
  readonly anyOf?: Node[];
  readonly enum?: unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly additionalProperties?: unknown;
}

interface Visited {
  readonly at: string;
  readonly name: string | null;
  readonly node: Node;
}

/** Every schema inside a schema, with the way to it. */
function* walk(node: Node, at: string, name: string | null = null): Generator<Visited> {
  yield { at, name, node };
  for (const [field, child] of Object.entries(node.properties ?? {})) yield* walk(child, `${at}/${field}`, field);
  if (node.items) yield* walk(node.items, `${at}/items`);
  for (const member of node.anyOf ?? []) yield* walk(member, at, name);
}

const part = (schema: TSchema | undefined, at: string): Visited[] => (schema ? [...walk(schema as Node, at)] : []);
const inputs = ({ params, query, body }: RegisteredOperation): Visited[] => [
  ...part(params, 'path'),
  ...part(query, 'query'),
  ...part(body, 'body'),
];
const output = ({ success }: RegisteredOperation): Visited[] => part(success.schema, 'answer');
const everything = (operation: RegisteredOperation): Visited[] => [...inputs(operation), ...output(operation)];

const is = ({ type }: Node, wanted: string): boolean => [type].flat().includes(wanted);
const isWrite = ({ method }: RegisteredOperation): boolean => method !== 'GET';
const when = (wrong: boolean, offence: string): string[] => (wrong ? [offence] : []);

/** Offences at the places for which `wrong` holds. */
function at(places: readonly Visited[], wrong: (place: Visited) => boolean, offence: string): string[] {
  return places.filter(wrong).map(({ at }) => `${at} ${offence}`);
}

/** What is named like a column of secrets and is none: the caller’s own key, and the key of a try-out certificate. */
const shownKeys = new Set(['idempotency_key', 'private_key']);

export const guards: Readonly<Record<string, Guard>> = {
  operationId: {
    why: 'Generated clients name their methods after it: one method an operation, verb first.',
    offences: ({ id }, all) => [
      ...when(!/^[a-z]+(?:[A-Z][a-z0-9]+)+$/.test(id), 'its id is not camelCase of a verb and a noun'),
      ...when(all.filter((other) => other.id === id).length > 1, 'its id is not unique'),
    ],
  },
  summary: {
    why: 'It is the title in every list of operations: longer ones are cut, and sentences read badly there.',
    offences: ({ summary }) =>
      when(!/^[A-Z].{3,58}[^.]$/.test(summary), 'its summary is not a title of at most 60 characters'),
  },
  description: {
    why: 'A summary that says all there is to say says it twice.',
    offences: ({ description, summary }) =>
      when(description.length < 20 || description === summary, 'it is not described'),
  },
  path: {
    why: 'Paths are the part of the API that people type: one spelling, and no tree too deep to remember.',
    offences: ({ path, rate }) => {
      if (rate === 'exempt') return [];
      const steps = path.split('/').slice(2);
      const names = steps.filter((step) => !step.startsWith(':'));
      return [
        ...when(!path.startsWith('/v1/'), 'its path is outside /v1'),
        ...when(path.endsWith('/'), 'its path ends in a slash'),
        ...when(!names.every((name) => /^[a-z]+(?:-[a-z]+)*$/.test(name)), 'its path is not kebab-case'),
        ...when(names.length > 3, 'its path nests more than two levels deep'),
        ...when(!steps.every((step) => /^:?[a-z][a-z_-]*$/.test(step)), 'a path parameter is not snake_case'),
      ];
    },
  },
  params: {
    why: 'A parameter without a schema is neither checked nor described.',
    offences: ({ path, params }) => {
      const named = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name).sort();
      const described = Object.keys(params?.properties ?? {}).sort();
      return when(named.join() !== described.join(), `its path names [${named}] and its schema [${described}]`);
    },
  },
  closedRequests: {
    why: 'A field that nobody reads is a mistake of the caller; silence would let it become a wrong stamp.',
    offences: ({ query, body }) =>
      at(
        [...part(query, 'query'), ...part(body, 'body')],
        ({ node }) => is(node, 'object') && node.additionalProperties !== false,
        'is not closed',
      ),
  },
  openAnswers: {
    why: 'New fields come without a new version; a client that refuses them would break on each.',
    offences: (operation) => at(output(operation), ({ node }) => node.additionalProperties === false, 'is closed'),
  },
  boundedStrings: {
    why: 'Every input is bounded, and a client knows what its own columns must hold.',
    offences: (operation) =>
      at(
        everything(operation),
        ({ node }) => is(node, 'string') && !node.enum && node.const === undefined && node.maxLength === undefined,
        'has no greatest length',
      ),
  },
  boundedArrays: {
    why: 'A list without a bound is a way to make the server work for nothing.',
    offences: (operation) =>
      at(
        everything(operation),
        ({ node }) => is(node, 'array') && node.maxItems === undefined,
        'has no greatest length',
      ),
  },
  boundedNumbers: {
    why: 'Clients hold numbers as doubles: what has no bound will one day not arrive exactly.',
    offences: (operation) =>
      at(
        everything(operation),
        ({ node }) =>
          (is(node, 'integer') || is(node, 'number')) && (node.minimum === undefined || node.maximum === undefined),
        'has no bounds',
      ),
  },
  snakeCase: {
    why: 'One convention for every field: nobody has to look up how a name is spelled.',
    offences: (operation) =>
      at(
        everything(operation),
        ({ name }) => name !== null && !/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/.test(name),
        'is not snake_case',
      ),
  },
  describedFields: {
    why: 'The reference page is the documentation: a field without a word on it has none.',
    offences: (operation) =>
      at(everything(operation), ({ name, node }) => name !== null && !node.description, 'is not described'),
  },
  times: {
    why: 'An instant is recognised by its name, and never mistaken for SAT’s local times, which are fiscal_*.',
    offences: (operation) =>
      at(
        everything(operation),
        ({ name, node }) =>
          name !== null && /_at$/.test(name) && !name.startsWith('fiscal_') && node.format !== 'date-time',
        'ends in _at and is no instant',
      ),
  },
  typedEnums: {
    why: 'Without a type, or as a union of literals, an enum is nothing to most client generators.',
    offences: (operation) => [
      ...at(
        everything(operation),
        ({ node }) => node.enum !== undefined && node.type === undefined,
        'is an enum without type',
      ),
      ...at(
        everything(operation),
        ({ node }) => (node.anyOf ?? []).some((member) => member.const !== undefined),
        'is a union of literals',
      ),
    ],
  },
  oneNull: {
    why: 'Null is written one way, and a field with a default is never null: clients generate one type for it.',
    offences: (operation) => [
      ...at(
        everything(operation),
        ({ node }) =>
          (node.anyOf ?? []).some(({ type }) => type === 'null') &&
          !(node.anyOf ?? []).some((member) => is(member, 'object')),
        'unites a scalar with null instead of `nullable`',
      ),
      ...at(
        everything(operation),
        ({ node }) => is(node, 'null') && node.default !== undefined,
        'is nullable and has a default',
      ),
    ],
  },
  completeAnswers: {
    why: 'A field that is sometimes missing is a third state that every client has to guess the meaning of.',
    offences: (operation) =>
      output(operation).flatMap(({ at, node }) =>
        Object.keys(node.properties ?? {})
          .filter((name) => !node.required?.includes(name))
          .map((name) => `${at}/${name} may be missing`),
      ),
  },
  noSecretColumns: {
    why: 'A row that slips through a presenter must not carry digests or sealed keys onto the wire.',
    offences: (operation) =>
      at(
        output(operation),
        ({ name }) => name !== null && !shownKeys.has(name) && /(?:_hash|_hmac|_digest|_key)$|^sealed_/.test(name),
        'is named like a column that is never shown',
      ),
  },
  idempotency: {
    why: 'Networks fail in the middle: for each write a caller has to know what sending it again does.',
    offences: (operation) => [
      ...when(isWrite(operation) && operation.idempotency === undefined, 'it says nothing of being sent twice'),
      ...when(!isWrite(operation) && operation.idempotency !== undefined, 'it reads and speaks of being sent twice'),
      ...when(
        operation.idempotency?.startsWith('key') === true && operation.policy.idempotencyScope === undefined,
        'it takes a key and nobody knows whose',
      ),
    ],
  },
  answers: {
    why: 'A success without a shape is nothing that a client can be generated for.',
    offences: ({ method, success }) => [
      ...when(success.status !== 204 && !success.schema && !success.content, 'its answer has no schema'),
      ...when(success.status === 204 && Boolean(success.schema ?? success.content), 'its 204 has a body'),
      ...when(method === 'DELETE' && success.status !== 204, 'it deletes and does not answer 204'),
    ],
  },
  lists: {
    why: 'Every list is paged from its first day, the same way; a bad cursor is a refusal like any other.',
    offences: ({ success, query, codes }) => {
      const properties = Object.keys((success.schema as Node | undefined)?.properties ?? {});
      if (!properties.includes('data')) return [];
      const asked = Object.keys(query?.properties ?? {});
      return [
        ...when(!properties.includes('page'), 'its list has no page'),
        ...when(!asked.includes('limit') || !asked.includes('cursor'), 'its list takes no limit and cursor'),
        ...when(!codes.has('invalid_cursor'), 'its list does not declare invalid_cursor'),
      ];
    },
  },
  examples: {
    why: 'People copy examples before they read: there is one for each body, and each is one that would be accepted.',
    offences: ({ body, examples, success }) => [
      ...when(body !== undefined && Object.keys(examples ?? {}).length === 0, 'its body has no example'),
      ...Object.entries(examples ?? {}).flatMap(([name, { value }]) =>
        when(body !== undefined && !Compile(body).Check(value), `its example ${name} is not what its body takes`),
      ),
      ...when(success.schema !== undefined && success.example === undefined, 'its answer has no example'),
      ...when(
        success.schema !== undefined &&
          success.example !== undefined &&
          !Compile(success.schema).Check(success.example),
        'the example of its answer is not what it answers',
      ),
    ],
  },
};

/** Every offence of every operation: `createThing: body/name has no greatest length (boundedStrings)`. */
export function offenders(operations: readonly RegisteredOperation[], chosen = guards): string[] {
  return operations.flatMap((operation) =>
    Object.entries(chosen).flatMap(([name, { offences }]) =>
      offences(operation, operations).map((offence) => `${operation.id}: ${offence} (${name})`),
    ),
  );
}
