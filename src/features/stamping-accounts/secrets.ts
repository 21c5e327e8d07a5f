import type { FastifyInstance } from 'fastify';
import type { Tx } from '../../platform/db/unit-of-work.js';
import { recordEvent } from '../../platform/events.js';
import { operation } from '../../platform/http/operation.js';
import { exampleList } from '../../platform/http/schemas.js';
import { fromPublicId, toPublicId } from '../../platform/ids.js';
import { problem } from '../../problems.js';
import { type AccountWithNic, accountOf, type Environment } from '../access/index.js';
import { exampleNewSecret, exampleSecret } from './examples.js';
import type { StampingAccountServices } from './index.js';
import { keepSecret, type PreparedSecret, prepareSecret } from './open-account.js';
import { presentSecret } from './present.js';
import {
  accountPath,
  MachineSecret,
  MachineSecretList,
  NewMachineSecret,
  pageOnly,
  RotateSecret,
  secretPath,
} from './schemas.js';

const path = '/v1/stamping-accounts/:account_id/secrets';
const tag = 'Stamping accounts';
/** A day: enough to change the configuration of an ERP; whoever must end a secret at once says so. */
const DEFAULT_OVERLAP_SECONDS = 86_400;

/** What a rotation is asked for. */
interface Rotation {
  account: AccountWithNic;
  prepared: PreparedSecret;
  overlapSeconds: number;
  actor: string;
}

/** `/v1/stamping-accounts/{account_id}/secrets`: list them, make a new one, revoke one. */
export function secrets(app: FastifyInstance, services: StampingAccountServices): void {
  const { uow, clock, keyring, idempotency, cursors } = services;

  operation(app, {
    id: 'listSecrets',
    method: 'GET',
    path,
    tag,
    summary: 'List the secrets of a stamping account',
    description: 'Every secret that the account ever had, without the secrets themselves.',
    params: accountPath,
    query: pageOnly,
    success: {
      status: 200,
      description: 'One page of secrets.',
      schema: MachineSecretList,
      example: exampleList(exampleSecret),
    },
    problems: ['invalid_cursor'],
    async handler(request) {
      const { id: accountId, customerId } = accountOf(request);
      const page = cursors.page(request);
      const { orderBy, take } = page;
      const where = { AND: [{ customerId, accountId }, page.where] };
      const rows = await uow.read((tx) => tx.machineSecret.findMany({ where, orderBy, take }));
      return page.answer(rows, presentSecret);
    },
  });

  operation(app, {
    id: 'getSecret',
    method: 'GET',
    path: `${path}/:secret_id`,
    tag,
    summary: 'Get a secret of a stamping account',
    description: 'When it was made and whether it is in force, without the secret itself.',
    params: secretPath,
    success: { status: 200, description: 'The secret.', schema: MachineSecret, example: exampleSecret },
    problems: [],
    handler: (request) =>
      uow.read(async (tx) => presentSecret(await secretFor(tx, accountOf(request), request.params.secret_id))),
  });

  operation(app, {
    id: 'rotateSecret',
    method: 'POST',
    path,
    tag,
    summary: 'Make a new secret for a stamping account',
    description:
      'The new secret works at once and is shown this one time. Those in force go on working for `overlap_seconds`, so ' +
      'that machines can be moved over; an end that was set earlier is not put off. If a secret leaked, revoke it.',
    idempotency: 'key-optional',
    params: accountPath,
    body: RotateSecret,
    success: { status: 201, description: 'The new secret.', schema: NewMachineSecret, example: exampleNewSecret },
    problems: [],
    examples: {
      day: { summary: 'A day to move machines over', value: { overlap_seconds: 86_400 } },
      once: { summary: 'The old ones end at once', value: { overlap_seconds: 0 } },
    },
    handler(request, reply) {
      const account = accountOf(request);
      const { overlap_seconds: overlapSeconds = DEFAULT_OVERLAP_SECONDS } = request.body;
      const prepared = prepareSecret(keyring, account.environment as Environment);
      const rotation = { account, prepared, overlapSeconds, actor: request.caller.actor };
      return idempotency.run(request, reply, async (tx) => ({
        ...(await rotate(tx, rotation)),
        remember: '72h',
        shownOnce: ['/secret'],
      }));
    },
  });

  operation(app, {
    id: 'revokeSecret',
    method: 'DELETE',
    path: `${path}/:secret_id`,
    tag,
    summary: 'Revoke a secret of a stamping account',
    description:
      'From the commit on the secret and every token made with it are refused, by every process. Revoking a secret that ' +
      'is revoked changes nothing. An account may be left without any.',
    idempotency: 'natural',
    params: secretPath,
    success: { status: 204, description: 'The secret is dead.' },
    problems: [],
    handler: (request) =>
      uow.run((tx) => revoke(tx, accountOf(request), request.params.secret_id, request.caller.actor)),
  });

  async function rotate(tx: Tx, { account, prepared, overlapSeconds, actor }: Rotation) {
    // One rotation of an account at a time: of two at once, neither would see the other's secret and end it. Stamps go on.
    await tx.$queryRaw`SELECT 1 FROM stamping_account WHERE id = ${account.id}::uuid FOR NO KEY UPDATE`;
    const endsAt = new Date(clock.now().getTime() + overlapSeconds * 1000);
    await tx.machineSecret.updateMany({
      where: { accountId: account.id, revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: endsAt } }] },
      data: { expiresAt: endsAt },
    });
    const secret = await keepSecret(tx, clock, account, prepared);
    await recordEvent(tx, clock, {
      ...aboutSecret(account, secret.id, actor),
      type: 'machine_secret.rotated',
      data: { overlap_seconds: overlapSeconds },
    });
    const body = { ...presentSecret(secret), secret: prepared.text };
    return { body, headers: { location: `/v1/stamping-accounts/${body.stamping_account_id}/secrets/${body.id}` } };
  }

  async function revoke(tx: Tx, account: AccountWithNic, publicId: string, actor: string): Promise<void> {
    const secret = await secretFor(tx, account, publicId);
    const data = { revokedAt: clock.now() };
    const { count } = await tx.machineSecret.updateMany({ where: { id: secret.id, revokedAt: null }, data });
    if (count === 0) return;
    await recordEvent(tx, clock, { ...aboutSecret(account, secret.id, actor), type: 'machine_secret.revoked' });
  }
}

/** The secret of a public id (`key_…`), if it is this account's; `not_found` else. */
async function secretFor(tx: Tx, { id: accountId, customerId }: AccountWithNic, publicId: string) {
  const id = fromPublicId('key', publicId);
  const secret = id && (await tx.machineSecret.findFirst({ where: { id, customerId, accountId } }));
  if (!secret) throw problem('not_found');
  return secret;
}

function aboutSecret({ customerId, environment }: AccountWithNic, secretId: string, actor: string) {
  return { subject: toPublicId('key', secretId), actor, customerId, environment: environment as Environment };
}
