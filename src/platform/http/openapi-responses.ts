import { STATUS_CODES } from 'node:http';
import { type ProblemCode, problem, problems } from '../../problems.js';
import type { RegisteredOperation } from './definition.js';
import type { Components } from './openapi-components.js';
import { problemDocument } from './problem-document.js';
import { ProblemSchema } from './problem-schema.js';
import type { JsonObject } from './schema-tree.js';

/** An answer in the document. */
export interface Response extends JsonObject {
  readonly headers: Record<string, JsonObject & { schema?: JsonObject }>;
  readonly content?: { readonly 'application/problem+json'?: { readonly examples: JsonObject } };
}

const header = (description: string, schema: JsonObject, example: string | number) => ({
  description,
  schema: { ...schema, ...(typeof example === 'string' && { maxLength: 200 }) },
  example,
});

/** Headers that many answers have, as components. */
export const sharedHeaders = {
  RequestId: header(
    'Id of the request: the caller’s `X-Request-Id` if it has 8 to 64 letters, digits or `._~-`, else a new one.',
    { type: 'string' },
    '0b9d3c52-6f0e-4a53-9c86-2b1c9a9c7c11',
  ),
  RateLimitPolicy: header(
    'The rate that counts here: quota `q` in `w` seconds.',
    { type: 'string' },
    '"standard";q=1200;w=60',
  ),
  RateLimit: header(
    'What is left of it: `r` requests in the next `t` seconds.',
    { type: 'string' },
    '"standard";r=1199;t=60',
  ),
  RetryAfter: header('Seconds to wait before the next try.', { type: 'integer', minimum: 1, maximum: 86_400 }, 1),
  ContentLanguage: header(
    'Language of `title`, `detail` and messages: by `Accept-Language`.',
    { type: 'string', enum: ['en', 'es'] },
    'es',
  ),
  WwwAuthenticate: header('How to authenticate.', { type: 'string' }, 'Bearer realm="timbrel"'),
  IdempotentReplayed: header(
    '`true` where this is the answer to an earlier request with the same Idempotency-Key.',
    { type: 'string', enum: ['true'] },
    'true',
  ),
  Location: header(
    'Address of what was created.',
    { type: 'string', format: 'uri-reference' },
    '/v1/profiles/prf_01jd5p0x7bf3k8s9w2m4n6q8rt',
  ),
};

const ref = (name: keyof typeof sharedHeaders) => ({ $ref: `#/components/headers/${name}` });

function everyAnswer({ rate }: Pick<RegisteredOperation, 'rate'>): JsonObject {
  const limits = { 'RateLimit-Policy': ref('RateLimitPolicy'), RateLimit: ref('RateLimit') };
  return { 'X-Request-Id': ref('RequestId'), ...(rate !== 'exempt' && limits) };
}

/** Whether an operation takes an Idempotency-Key. */
export function isKeyed({ idempotency }: RegisteredOperation): boolean {
  return idempotency === 'key-required' || idempotency === 'key-optional';
}

/** The answer when all is well. */
export function successResponse(operation: RegisteredOperation, components: Components): JsonObject {
  const { success } = operation;
  const own = Object.entries(success.headers ?? {}).map(([name, { description, schema }]) => [
    name,
    { ...schema, description },
  ]);
  return {
    description: success.description,
    headers: {
      ...everyAnswer(operation),
      ...(success.status === 201 && { Location: ref('Location') }),
      ...(isKeyed(operation) && { 'Idempotent-Replayed': ref('IdempotentReplayed') }),
      ...Object.fromEntries(own),
    },
    ...successContent(success, components),
  };
}

function successContent(
  { schema, content, example }: RegisteredOperation['success'],
  components: Components,
): JsonObject {
  if (schema !== undefined) {
    const json = { schema: components.reference(schema), ...(example !== undefined && { example }) };
    return { content: { 'application/json': json } };
  }
  // The plugin's word for an answer without a body.
  if (content === undefined) return { type: 'null' };
  const media = Object.entries(content).map(([type, { description, example: text }]) => [
    type,
    { schema: { type: 'string', description }, ...(text !== undefined && { example: text }) },
  ]);
  return { content: Object.fromEntries(media) };
}

/** The refusals of an operation, by status: one Problem each, with an example for every code. */
export function problemResponses(operation: RegisteredOperation, components: Components): JsonObject {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of [...operation.codes].sort()) {
    const { status } = problems[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const responses = [...byStatus].map(([status, codes]) => [
    status,
    {
      description: `${STATUS_CODES[status]}: ${codes.map((code) => `\`${code}\``).join(', ')}.`,
      headers: { ...everyAnswer(operation), ...problemHeaders(status, codes) },
      content: {
        'application/problem+json': {
          schema: components.reference(ProblemSchema),
          examples: Object.fromEntries(
            codes.map((code) => [code, { $ref: `#/components/examples/${pascalCase(code)}` }]),
          ),
        },
      },
    },
  ]);
  return Object.fromEntries(responses);
}

function problemHeaders(status: number, codes: readonly ProblemCode[]): JsonObject {
  const waits = status === 429 || status === 503 || codes.includes('request_in_progress');
  return {
    'Content-Language': ref('ContentLanguage'),
    ...(waits && { 'Retry-After': ref('RetryAfter') }),
    ...(status === 401 && { 'WWW-Authenticate': ref('WwwAuthenticate') }),
  };
}

/** What stands in the places of a detail, in examples. */
const exampleParams: Readonly<Record<string, string | number>> = {
  retry_after: 1,
  limit: 1_048_576,
  accepted: 'application/json',
  format: 'JSON',
  reason: 'its syntax is wrong',
};

const exampleErrors = [{ pointer: '/body', message: 'must be object' }];

/** An example of every problem that some operation answers, by name; responses refer to them. */
export function problemExamples(operations: readonly RegisteredOperation[], base: string): JsonObject {
  const codes = [...new Set(operations.flatMap((operation) => [...operation.codes]))].sort();
  return Object.fromEntries(codes.map((code) => [pascalCase(code), problemExample(code, base)]));
}

/** `not_found` → `NotFound`: how components that stand for a code are named. */
export function pascalCase(code: string): string {
  return code.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function problemExample(code: ProblemCode, base: string): JsonObject {
  const names = problems[code].detail[0].matchAll(/\{(\w{1,40})\}/g);
  const params = Object.fromEntries([...names].map(([, name = '']) => [name, exampleParams[name] ?? '…']));
  const refusal = problem(code, { params, ...(code === 'invalid_request' && { errors: exampleErrors }) });
  const value = problemDocument(refusal, '0b9d3c52-6f0e-4a53-9c86-2b1c9a9c7c11', 'en', base);
  return { summary: problems[code].title[0], value };
}
