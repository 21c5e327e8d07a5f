import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ProblemCode, problem, problems, problemText } from '../../problems.js';

const folder = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

/** The files of Swagger UI that the page needs, and their types. */
const assets = {
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'swagger-ui.css': 'text/css; charset=utf-8',
  'favicon-32x32.png': 'image/png',
} as const;

/** Addresses are relative, so that the page works below any prefix that a proxy adds. */
const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Timbrel</title>
<link rel="icon" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="reference"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;

const start = `SwaggerUIBundle({ url: 'openapi.json', dom_id: '#reference', deepLinking: true, validatorUrl: 'none' });
`;

/** Scripts from here only and none inline; Swagger UI sets styles on elements, which has to be let through. */
const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The reference page at `/docs`, from files that come with the installation: it works without any other network. */
export function registerReference(app: FastifyInstance): void {
  const onRequest = counted(app);
  app.get('/docs', { onRequest }, (_, reply) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', pagePolicy).send(page),
  );
  app.get('/docs/start.js', { onRequest }, (_, reply) => reply.type('text/javascript; charset=utf-8').send(start));
  for (const [name, type] of Object.entries(assets)) {
    app.get(`/docs/${name}`, { onRequest }, async (_, reply) => {
      reply.type(type).header('cache-control', 'public, max-age=3600');
      return readFile(path.join(folder, name));
    });
  }
  app.get<{ Params: { code: string } }>('/docs/problems/:code', { onRequest }, (request, reply) => {
    const { code } = request.params;
    if (!Object.hasOwn(problems, code)) throw problem('not_found');
    return reply.type('text/html; charset=utf-8').send(problemPage(code as ProblemCode));
  });
}

/** Where a problem's `type` leads. The text is ours alone: nothing in it comes from a request. */
function problemPage(code: ProblemCode): string {
  const [en, es] = [problemText(code, 'en'), problemText(code, 'es')];
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${code}</title></head>
<body>
<h1><code>${code}</code> (HTTP ${problems[code].status})</h1>
<h2>${en.title}</h2><p>${en.detail}</p>
<section lang="es"><h2>${es.title}</h2><p>${es.detail}</p></section>
</body>
</html>
`;
}

/** Counts a request on the rate of its address: what everybody may read is large, too. */
export function counted(app: FastifyInstance) {
  return (request: FastifyRequest, reply: FastifyReply) => app.countRequest('anonymous', request, reply);
}
