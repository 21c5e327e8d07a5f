/** The process: configuration, database, app; listen; and, when told to stop, answer what was accepted and leave. */
import type { FastifyInstance } from 'fastify';
import { buildApp } from './app.js';
import { type Config, ConfigError, readConfig } from './config.js';
import { loadTrustAnchors } from './core/certificates/index.js';
import { backgroundJobs } from './jobs.js';
import { migrate, openFoundation } from './open.js';
import { systemClock } from './platform/clock.js';
import type { Database } from './platform/db/database.js';
import type { JobRunner } from './platform/jobs/runner.js';
import { createLogger, type Logger } from './platform/log.js';

try {
  const config = readConfig(process.env);
  await serve(config, createLogger(config.logLevel));
} catch (error) {
  // Nothing was promised to anybody yet: say what is wrong and leave.
  const expected = error instanceof ConfigError || !process.env.DEBUG;
  process.stderr.write(`${expected ? (error as Error).message : (error as Error).stack}\n`);
  process.exit(1);
}

async function serve(config: Config, logger: Logger): Promise<void> {
  const { database, keyring } = await openFoundation(config);
  const applied = await migrate(config, database);
  if (applied.length > 0) logger.info({ applied }, 'the database was brought up to date');
  const app = await buildApp({
    config,
    database,
    keyring,
    clock: systemClock,
    logger,
    anchors: await readAnchors(config),
  });
  const jobs = backgroundJobs(database, systemClock, logger);
  stopOnSignals({ config, database, app, jobs, logger });
  await jobs.start();
  await app.listen({ ...config.listen });
  await greet(config, database, app);
}

async function readAnchors({ trust }: Config) {
  const read = async (folder: string | null) => (folder === null ? [] : loadTrustAnchors(folder));
  return { sandbox: await read(trust.sandbox), production: await read(trust.production) };
}

interface Running {
  readonly config: Config;
  readonly database: Database;
  readonly app: FastifyInstance;
  readonly jobs: JobRunner;
  readonly logger: Logger;
}

/** SIGTERM and SIGINT stop gracefully, a second one at once. A fault that nobody caught stops too, with exit code 1. */
function stopOnSignals(running: Running): void {
  let stopping = false;
  const stop = (exitCode: number) => {
    if (stopping) process.exit(1);
    stopping = true;
    shutDown(running).then(
      () => process.exit(exitCode),
      (error) => {
        running.logger.fatal({ err: error }, 'the stop failed');
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(0));
  for (const fault of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(fault, (error) => {
      running.logger.fatal({ err: error }, 'a fault that nobody caught');
      stop(1);
    });
  }
}

/** First requests and lanes, then jobs, then the database: each needs what is closed after it. */
async function shutDown({ config, database, app, jobs, logger }: Running): Promise<void> {
  logger.info('stopping: answering what was accepted');
  await app.drain(config.drainSeconds * 1_000);
  await jobs.stop(config.drainSeconds * 1_000);
  await database.close();
  logger.info('stopped');
}

/** For whoever started it in a terminal; on the error output, because the other one is the log. */
async function greet(config: Config, database: Database, app: FastifyInstance): Promise<void> {
  const address = app.listeningOrigin;
  const lines = [`Timbrel listens on ${address}`];
  if (config.http.docs) lines.push(`Reference page: ${address}/docs`);
  if ((await database.prisma.profile.count({ where: { staff: true } })) === 0) {
    // One process at a time has an embedded database.
    const how = database.kind === 'embedded' ? 'Stop this server (Ctrl+C), and start it again after:' : 'Create one:';
    lines.push(`There is no staff profile yet. ${how}`);
    lines.push('  npx timbrel staff create --email you@example.com --given-name Ana --family-name Ruiz');
  }
  process.stderr.write(`${lines.join('\n')}\n`);
}
