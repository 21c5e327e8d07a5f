import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import Fastify, { type FastifyHttpOptions, type FastifyInstance, LogController } from 'fastify';
import type { Config } from '../../config.js';
import { problem } from '../../problems.js';
import type { Logger } from '../log.js';
import { Admission } from './admission.js';
import { registerBodyParsers } from './body-parsers.js';
import { answerConnectionErrors } from './connection-errors.js';
import type { AccessPolicy } from './definition.js';
import { registerHealth } from './health.js';
import { type DocumentHead, registerDocument } from './openapi.js';
import { answerProblem, type ProblemAnswerOptions, refusalOf, registerProblemAnswers } from './problem-answers.js';
import { registerRateLimits } from './rate-limits.js';
import { registerRequestLog } from './request-log.js';
import { registerUnmatched } from './unmatched.js';

/** What the HTTP layer needs from the rest of the house. */
export interface HttpOptions {
  readonly settings: Config['http'];
  readonly accessPolicy: AccessPolicy;
  readonly logger: Logger;
  /** What the OpenAPI document says of the API as a whole. */
  readonly document: DocumentHead;
  /** Resolves once the database has answered. */
  readonly isReady: () => Promise<unknown>;
  /** Told of a problem that an operation answers and does not declare; by default the log is. */
  readonly onUndeclaredProblem?: ProblemAnswerOptions['onUndeclaredProblem'];
}

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * Stops: readiness fails, nothing new is taken, what was accepted is answered, then `onClose` hooks run. What is not
     * answered after `patienceMs` is cut off.
     */
    drain(patienceMs: number): Promise<void>;
  }
}

/** Milliseconds. A request arrives within 30 s or is refused; an idle connection outlives a load balancer's 60 s. */
const timeouts = { headers: 10_000, request: 30_000, keepAlive: 72_000, silence: 120_000, checks: 1_000 };

/** Bytes of all headers together, and characters of path and query. */
const headerLimit = 16_384;
const urlLimit = 4_096;

/** A server without the features' operations: they register theirs on it with `operation()`. */
export async function createHttpServer(options: HttpOptions): Promise<FastifyInstance> {
  const { settings, logger } = options;
  const { problemBase } = settings;
  const app: FastifyInstance = Fastify(serverOptions(settings, logger));
  const admission = new Admission(settings.maxInFlight);
  app.decorate('accessPolicy', options.accessPolicy);
  app.decorate('operations', []);
  app.decorateRequest('actor', null);
  app.decorateRequest('tenant', null);
  app.decorateRequest('idempotencyKey', null);
  app.decorateRequest('problemCode', null);
  registerArrival(app, settings, admission);
  registerRequestLog(app);
  registerBodyParsers(app);
  registerProblemAnswers(app, { problemBase, onUndeclaredProblem: options.onUndeclaredProblem ?? reportTo(logger) });
  const count = await registerRateLimits(app, settings.rates, settings.redisUrl ?? undefined);
  app.decorate('countRequest', count);
  registerUnmatched(app, count);
  await registerDocument(app, settings, options.document);
  registerHealth(app, admission, options.isReady);
  app.decorate('drain', (patienceMs: number) => drain(app, admission, patienceMs));
  return app;
}

function serverOptions(settings: Config['http'], logger: Logger): FastifyHttpOptions<Server> {
  const { problemBase, trustProxy } = settings;
  return {
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    genReqId: requestIdOf,
    trustProxy: typeof trustProxy === 'number' ? (_address, hop) => hop < trustProxy : trustProxy,
    bodyLimit: settings.bodyLimit,
    connectionTimeout: timeouts.silence,
    requestTimeout: timeouts.request,
    keepAliveTimeout: timeouts.keepAlive,
    http: {
      maxHeaderSize: headerLimit,
      headersTimeout: timeouts.headers,
      connectionsCheckingInterval: timeouts.checks,
    },
    // Requests that arrive while the server stops are answered by our own hook, as a problem.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    // What is too long for an id is for the operation's schema to say: it answers as for an id that does not exist.
    routerOptions: { maxParamLength: urlLimit },
    clientErrorHandler: answerConnectionErrors(problemBase),
    frameworkErrors: (error, request, reply) => {
      reply.headers({ 'x-request-id': request.id, ...commonHeaders(settings) });
      answerProblem(request, reply, refusalOf(error, request), problemBase);
    },
  };
}

/** The first thing that happens to every request, whether a route takes it or not. */
function registerArrival(app: FastifyInstance, settings: Config['http'], admission: Admission): void {
  const headers = commonHeaders(settings);
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers);
    reply.header('x-request-id', request.id);
    const refusal = admission.enter(reply, request.routeOptions.config.operation?.rate === 'exempt');
    if (refusal !== null) return done(refusal);
    if (request.url.length > urlLimit) {
      return done(problem('uri_too_long', { params: { limit: urlLimit } }));
    }
    done();
  });
}

/** Headers of every answer. Nothing is to be kept by caches or framed by pages; the reference page says otherwise. */
function commonHeaders(settings: Config['http']): Record<string, string> {
  return {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    ...(settings.hsts && { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }),
  };
}

const REQUEST_ID = /^[A-Za-z0-9._~-]{8,64}$/;

/** The caller's X-Request-Id if it is well-formed, else a new one. */
function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

function reportTo(logger: Logger): ProblemAnswerOptions['onUndeclaredProblem'] {
  return (operation, code) =>
    logger.error({ operation, code }, 'an operation answered a problem that it does not declare');
}

async function drain(app: FastifyInstance, admission: Admission, patienceMs: number): Promise<void> {
  const cutOff = () => app.server.closeAllConnections();
  // Connections on which nothing was ever asked count as busy for Node: once all is answered, none has to be waited for.
  void admission.drain().then(cutOff);
  const timer = setTimeout(cutOff, patienceMs);
  await app.close();
  clearTimeout(timer);
}
