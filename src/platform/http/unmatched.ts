import type { FastifyInstance } from 'fastify';
import { problem } from '../../problems.js';
import type { CountRequest } from './rate-limits.js';

interface KnownPath {
  /** Null where the path has a parameter. */
  readonly steps: ReadonlyArray<string | null>;
  readonly methods: Set<string>;
}

/**
 * Answers what no route takes: 405 with `Allow` for a path that exists with other methods, else the 404 that a foreign
 * object gets as well, to the byte. Both count as requests of the address, so that paths cannot be tried out freely.
 */
export function registerUnmatched(app: FastifyInstance, count: CountRequest): void {
  const known = new Map<string, KnownPath>();
  app.addHook('onRoute', ({ url, method }) => {
    const path = known.get(url) ?? { steps: stepsOf(url), methods: new Set<string>() };
    for (const name of [method].flat()) path.methods.add(name);
    known.set(url, path);
  });
  app.setNotFoundHandler(async (request, reply) => {
    await count('anonymous', request, reply);
    const methods = methodsOf(known.values(), request.url);
    if (methods.length === 0) throw problem('not_found');
    reply.header('allow', methods.join(', '));
    throw problem('method_not_allowed', { params: { method: request.method } });
  });
}

function stepsOf(url: string): Array<string | null> {
  return url.split('/').map((step) => (step.startsWith(':') ? null : step));
}

function methodsOf(known: Iterable<KnownPath>, url: string): string[] {
  const steps = url.split('?', 1)[0]!.split('/');
  const found = new Set<string>();
  for (const path of known) {
    const fits =
      path.steps.length === steps.length &&
      path.steps.every((step, at) => (step === null ? steps[at] !== '' : step === steps[at]));
    if (fits) for (const method of path.methods) found.add(method);
  }
  return [...found].sort();
}
