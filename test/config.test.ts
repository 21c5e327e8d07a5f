/** The environment becomes a checked, frozen configuration, or one list of everything that is wrong with it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import t from 'tap';
import { ConfigError, readConfig, variables } from '../src/config.js';

const masterKey = Buffer.alloc(32, 'k3yZ').toString('base64');

function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

t.test('without any variable an embedded installation listens on this machine only', async (t) => {
  const config = readConfig({});
  t.match(config, {
    listen: { host: '127.0.0.1', port: 3000 },
    database: { kind: 'embedded', directory: './data' },
    masterKey: null,
    logLevel: 'info',
    http: { publicUrl: 'http://localhost:3000', hsts: false, docs: true, trustProxy: false, redisUrl: null },
  });
  t.throws(() => Object.assign(config.http, { docs: false }), 'it is frozen, all the way down');
});

t.test('an empty variable counts as absent', async (t) => {
  t.same(readConfig({ DATABASE_URL: '', PORT: ' ', REDIS_URL: '' }), readConfig({}));
});

t.test('a server installation', async (t) => {
  const config = readConfig({
    DATABASE_URL: 'postgresql://app@db/timbrel',
    DATABASE_MIGRATION_URL: 'postgresql://owner@db/timbrel',
    DATABASE_POOL_SIZE: '25',
    TIMBREL_MASTER_KEY: masterKey,
    PUBLIC_URL: 'https://api.pac.mx/',
    HOST: '0.0.0.0',
    TRUST_PROXY: '1',
    TIMBREL_RATE_STAMPING: '42',
  });
  t.same(config.database, {
    kind: 'server',
    url: 'postgresql://app@db/timbrel',
    migrationUrl: 'postgresql://owner@db/timbrel',
    poolSize: 25,
  });
  t.match(config.http, {
    publicUrl: 'https://api.pac.mx',
    problemBase: 'https://api.pac.mx/docs/problems',
    hsts: true,
    docs: false,
    trustProxy: 1,
    rates: { stamping: { max: 42, windowSeconds: 60 } },
  });
  t.equal(readConfig({ HOST: '0.0.0.0', TIMBREL_DOCS: 'on' }).http.docs, true, 'documents in public only when told so');
});

t.test('every fault is named at once, with its variable and what to do, and no value is repeated', async (t) => {
  const environment = {
    PORT: 'eighty',
    DATABASE_URL: 'mysql://root:hunter2@db/x',
    DATABASE_POOL_SIZE: '0',
    TIMBREL_MASTER_KEY: 'hunter2',
    TRUST_PROXY: 'true',
    LOG_LEVEL: 'loud',
    TIMBREL_DOCS: 'yes',
    REDIS_URL: 'hunter2',
    TIMBREL_RATE_STANDARD: '-5',
  };
  const faults = faultsOf(environment);
  t.same(faults.map((fault) => fault.split(':')[0]).sort(), Object.keys(environment).sort());
  t.notMatch(faults.join('\n'), 'hunter2');
});

t.test('a server database needs a master key', async (t) => {
  t.match(faultsOf({ DATABASE_URL: 'postgres://db/x' }), [/^TIMBREL_MASTER_KEY: is required/]);
  t.match(faultsOf({ DATABASE_MIGRATION_URL: 'postgres://db/x' }), [/^DATABASE_MIGRATION_URL: goes with DATABASE_URL/]);
});

t.test('a master key may be followed by older ones', async (t) => {
  const older = Buffer.alloc(32, 'older').toString('base64');
  t.equal(readConfig({ TIMBREL_MASTER_KEY: `${masterKey}, ${older}` }).masterKey, `${masterKey}, ${older}`);
});

t.test('proxies are hops or networks; to trust everybody is refused', async (t) => {
  t.equal(readConfig({ TRUST_PROXY: '2' }).http.trustProxy, 2);
  t.same(readConfig({ TRUST_PROXY: '10.0.0.0/8, ::1' }).http.trustProxy, ['10.0.0.0/8', '::1']);
  for (const value of ['true', '0', '99', 'loopback', '10.0.0.0/8,everybody'])
    t.equal(faultsOf({ TRUST_PROXY: value }).length, 1, value);
});

t.test('secrets may come from files', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'timbrel-config-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'key');
  writeFileSync(file, `${masterKey}\n`);
  t.equal(readConfig({ TIMBREL_MASTER_KEY_FILE: file }).masterKey, masterKey);
  t.match(faultsOf({ TIMBREL_MASTER_KEY_FILE: path.join(folder, 'nothing') }), [
    /^TIMBREL_MASTER_KEY_FILE: cannot be read \(ENOENT\)/,
  ]);
  t.match(faultsOf({ TIMBREL_MASTER_KEY_FILE: file, TIMBREL_MASTER_KEY: masterKey }), [/is set twice/]);
  t.equal(readConfig({ PORT_FILE: file }).listen.port, 3000, 'only secrets');
});

t.test('the table says what holds without each variable', async (t) => {
  for (const [name, { means, otherwise }] of Object.entries(variables)) t.ok(means && otherwise, name);
  t.equal(String(readConfig({}).http.rates.standard.max), variables.TIMBREL_RATE_STANDARD.otherwise);
  t.equal(String(readConfig({}).http.rates.anonymous.max), variables.TIMBREL_RATE_ANONYMOUS.otherwise);
  t.equal(String(readConfig({}).http.rates.stamping.max), variables.TIMBREL_RATE_STAMPING.otherwise);
  t.equal(String(readConfig({}).http.bodyLimit), variables.TIMBREL_BODY_LIMIT.otherwise);
  t.equal(String(readConfig({}).documentLimit), variables.TIMBREL_DOCUMENT_LIMIT.otherwise);
  t.equal(String(readConfig({}).http.maxInFlight), variables.TIMBREL_MAX_IN_FLIGHT.otherwise);
  t.equal(String(readConfig({}).drainSeconds), variables.TIMBREL_DRAIN_SECONDS.otherwise);
});
