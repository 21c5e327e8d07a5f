import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Static, TObject, TSchema } from 'typebox';
import type { ProblemCode } from '../../problems.js';
import type { CountRequest } from './rate-limits.js';

/** How a write behaves when it is sent twice: `x-idempotency` of the document. See API.md, "retries". */
export type IdempotencyClass = 'none' | 'natural' | 'key-optional' | 'key-required';

/** Which of the configured rates an operation counts on. */
export type RateClass = 'standard' | 'stamping' | 'exempt';

/** One alternative of an operation's `security`, as OpenAPI writes it: scheme → scopes. */
export type SecurityRequirement = Record<string, string[]>;

/** Who may call an operation, as the features' table of authorisation says it. */
export interface OperationPolicy {
  /** The document's `security`; an empty list for a public operation. */
  readonly security: readonly SecurityRequirement[];
  /** Finds out who asks, before the body is read: strangers cannot make the server read one. Sets `request.actor`. */
  readonly authenticate?: (request: FastifyRequest) => Promise<void>;
  /** Whether they may, once path, query and body are known to be well-formed. */
  readonly authorize?: (request: FastifyRequest) => Promise<void>;
  /** Public id of the account, else the customer, else the profile that an Idempotency-Key belongs to. */
  readonly idempotencyScope?: (request: FastifyRequest) => string;
}

/** The features' table of authorisation. */
export interface AccessPolicy {
  /** Null for an operation that the table does not know: it is refused at registration. */
  policyFor(operationId: string): OperationPolicy | null;
}

/** A named example of a request body. */
export interface Example {
  readonly summary: string;
  readonly value: unknown;
}

/** A header of a successful answer, beyond those that every answer has. */
export interface ResponseHeader {
  readonly description: string;
  readonly schema: TSchema;
}

/** What an operation answers when all is well. */
export interface Success<Answer extends TSchema> {
  readonly status: 200 | 201 | 202 | 204;
  readonly description: string;
  /** Shape of a JSON answer; what it does not name never reaches the wire. Left out with 204 and with `content`. */
  readonly schema?: Answer;
  /** Media types of an answer that is not JSON, with what each holds. The handler sets the type and returns text or bytes. */
  readonly content?: Readonly<Record<string, { readonly description: string; readonly example?: string }>>;
  readonly headers?: Readonly<Record<string, ResponseHeader>>;
  readonly example?: NoInfer<Static<Answer>>;
}

/** A body of XML that an operation takes besides, or instead of, JSON: the handler gets its bytes as they came. */
export interface XmlBody {
  readonly description: string;
  readonly example: string;
}

/** The request as the handler sees it: path, query and body are what the schemas say. */
export type OperationRequest<Params extends TSchema, Query extends TSchema, Body> = FastifyRequest<{
  Params: Static<Params>;
  Querystring: Static<Query>;
  Body: Body;
}>;

type None = TObject<Record<never, never>>;

/** JSON as its schema says, or the bytes of an XML document. */
export type BodyOf<Json extends TSchema, Xml> =
  | (TSchema extends Json ? never : Static<Json>)
  | (Xml extends XmlBody ? Buffer : never);

/** Everything there is to say about one operation. */
export interface OperationDefinition<
  Params extends TObject = None,
  Query extends TObject = None,
  Body extends TSchema = TSchema,
  Xml extends XmlBody | undefined = undefined,
  Answer extends TSchema = TSchema,
> {
  /** operationId: camelCase, verb and noun. Also the name of its row in the table of authorisation. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/v1/stamping-accounts/:account_id` */
  readonly path: `/${string}`;
  readonly tag: string;
  /** At most 60 characters. */
  readonly summary: string;
  readonly description: string;
  /** Required on every write. */
  readonly idempotency?: IdempotencyClass;
  /** A path that does not fit answers 404, as for an id that does not exist. */
  readonly params?: Params;
  /** Closed: a parameter that it does not name is a 400. */
  readonly query?: Query;
  /** The JSON body, closed. */
  readonly body?: Body;
  readonly xmlBody?: Xml;
  /** Whether the body may come as a form too, its fields checked by the same schema: what OAuth's clients send. */
  readonly formBody?: true;
  readonly success: Success<Answer>;
  /** What this operation refuses of its own; the platform adds what every operation of its kind can answer. */
  readonly problems: readonly ProblemCode[];
  /** Example bodies by name. At least one where there is a JSON body. */
  readonly examples?: Readonly<Record<string, Example>>;
  /** Bytes; the server's limit where left out. */
  readonly bodyLimit?: number;
  readonly rate?: RateClass;
  readonly handler: (
    request: OperationRequest<Params, Query, BodyOf<Body, Xml>>,
    reply: FastifyReply,
  ) => HandlerResult<Answer>;
}

/** A JSON answer as its schema says; else text, bytes or nothing. */
export type HandlerResult<Answer extends TSchema> = TSchema extends Answer
  ? Promise<string | Uint8Array> | Promise<void>
  : Promise<Static<Answer>> | Static<Answer>;

/** A definition of any shape, as the platform keeps it. */
export interface RegisteredOperation
  extends Omit<OperationDefinition, 'handler' | 'params' | 'query' | 'body' | 'xmlBody' | 'success'> {
  readonly params?: TObject;
  readonly query?: TObject;
  readonly body?: TSchema;
  readonly xmlBody?: XmlBody | undefined;
  readonly success: Success<TSchema>;
  readonly policy: OperationPolicy;
  /** Every code that it may answer, its own and the platform's. */
  readonly codes: ReadonlySet<ProblemCode>;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Public id of the profile or credential that asks; null as long as nobody is known. Rates are counted by it. */
    actor: string | null;
    /** Public id of the customer concerned, for the log. */
    tenant: string | null;
    /** The caller's key for retries, checked for its form; null where none came. */
    idempotencyKey: string | null;
    /** The code of the problem that was answered, for the log. */
    problemCode: ProblemCode | null;
  }
  interface FastifyInstance {
    accessPolicy: AccessPolicy;
    countRequest: CountRequest;
    /** Every operation in the order of its registration: what the document is made from. */
    operations: RegisteredOperation[];
  }
  interface FastifyContextConfig {
    operation?: RegisteredOperation;
  }
}
