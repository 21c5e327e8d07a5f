import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem, problem } from '../../problems.js';
import type { SecurityRequirement } from './definition.js';
import { worded } from './fault-messages.js';
import { InvalidRequest } from './faults.js';
import { languageOf } from './language.js';
import { problemDocument } from './problem-document.js';

/** What answering a refusal needs to know. */
export interface ProblemAnswerOptions {
  /** Address of the documentation of problems: `type` is this, a slash and the code. */
  readonly problemBase: string;
  /** Called when an operation answers a code that it does not declare: its document would be wrong. */
  readonly onUndeclaredProblem: (operationId: string, code: Problem['code']) => void;
}

/** The one place where anything that was thrown becomes an answer: problem+json in the caller's language. */
export function registerProblemAnswers(app: FastifyInstance, options: ProblemAnswerOptions): void {
  app.setErrorHandler((error: Error, request, reply) => {
    const refusal = refusalOf(error, request);
    const { operation } = request.routeOptions.config;
    if (refusal.status >= 500) logFailure(request, refusal, error);
    // An address that is too long is refused before the operation has its turn: the document tells it of all at once.
    if (operation !== undefined && refusal.code !== 'uri_too_long' && !operation.codes.has(refusal.code)) {
      options.onUndeclaredProblem(operation.id, refusal.code);
    }
    return answerProblem(request, reply, refusal, options.problemBase);
  });
}

/** Sends a refusal. Usable where no route was found, too. */
export function answerProblem(request: FastifyRequest, reply: FastifyReply, refusal: Problem, problemBase: string) {
  const language = languageOf(request.headers['accept-language']);
  const { retryAfter } = refusal.options;
  request.problemCode = refusal.code;
  reply
    .status(refusal.status)
    .header('content-type', 'application/problem+json')
    .header('content-language', language)
    .header('vary', 'Accept-Language');
  if (retryAfter !== undefined) reply.header('retry-after', String(Math.max(1, Math.ceil(retryAfter))));
  if (refusal.status === 401)
    reply.header('www-authenticate', challenges(request.routeOptions.config.operation?.policy.security));
  // A schema of the route's own answer must not be tried on a problem.
  reply.serializer(JSON.stringify);
  return reply.send(problemDocument(refusal, request.id, language, problemBase));
}

/** Any error as a row of the table. What is not a refusal is our fault: 500 with nothing but the request id. */
export function refusalOf(error: Error, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof InvalidRequest) return invalid(error, request);
  switch ((error as FastifyError).code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return problem('payload_too_large', { params: { limit: request.routeOptions.bodyLimit }, cause: error });
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return problem('malformed_body', { params: { format: 'HTTP', reason: truncated }, cause: error });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return problem('unsupported_media_type', { params: { accepted: 'application/json' }, cause: error });
    case 'FST_ERR_BAD_URL':
      return problem('malformed_request', { cause: error });
    default:
      return problem('internal_error', { cause: error });
  }
}

const truncated = { en: 'its length is not the announced one', es: 'su longitud no es la anunciada' };

/** A path that does not fit names nothing: it is answered like an id that does not exist. */
function invalid({ part, faults }: InvalidRequest, request: FastifyRequest): Problem {
  if (part === 'path') return problem('not_found');
  const language = languageOf(request.headers['accept-language']);
  return problem('invalid_request', { errors: faults.map((fault) => worded(fault, language)) });
}

function logFailure(request: FastifyRequest, refusal: Problem, error: Error): void {
  const err = refusal.options.cause ?? error;
  request.log[refusal.status === 500 ? 'error' : 'warn']({ err, code: refusal.code }, 'request failed');
}

/** The ways to authenticate that the operation takes (RFC 9110, section 11.6.1). */
function challenges(security: readonly SecurityRequirement[] = []): string {
  const basic = security.some((alternative) => Object.keys(alternative).some((scheme) => scheme.endsWith('Basic')));
  return basic ? 'Bearer realm="timbrel", Basic realm="timbrel", charset="UTF-8"' : 'Bearer realm="timbrel"';
}
