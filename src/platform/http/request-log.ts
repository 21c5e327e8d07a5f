import type { FastifyInstance } from 'fastify';

/**
 * One line for each request, when its answer is out or its caller gone: who, what, and how it ended. The route's pattern
 * and not the address, since people put secrets into addresses; never a body.
 */
export function registerRequestLog(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { config, url } = request.routeOptions;
    const line = {
      method: request.method,
      route: url ?? null,
      operation: config.operation?.id ?? null,
      status: reply.statusCode,
      code: request.problemCode,
      actor: request.actor,
      tenant: request.tenant,
      address: request.ip,
      duration_ms: Math.round(reply.elapsedTime * 10) / 10,
    };
    // Probes come every few seconds, and tell nothing as long as they succeed.
    if (config.operation?.rate === 'exempt' && reply.statusCode < 400) request.log.debug(line, 'request');
    else request.log.info(line, 'request');
    done();
  });
  app.addHook('onRequestAbort', (request, done) => {
    const { url } = request.routeOptions;
    request.log.info({ method: request.method, route: url ?? null, actor: request.actor, aborted: true }, 'request');
    done();
  });
}
