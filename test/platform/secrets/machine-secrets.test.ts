import t from 'tap';
import { generateMachineSecret, machineSecretHint, parseMachineSecret } from '../../../src/platform/secrets/index.js';

t.test('a secret tells its kind and environment', async (t) => {
  for (const [kind, environment, prefix] of [
    ['account', 'sandbox', 'tbl_acc_sbx_'],
    ['account', 'production', 'tbl_acc_live_'],
    ['master', 'production', 'tbl_mas_live_'],
    ['emitter', 'sandbox', 'tbl_emi_sbx_'],
    ['application', 'production', 'tbl_app_live_'],
  ] as const) {
    const secret = generateMachineSecret(kind, environment);
    t.ok(secret.startsWith(prefix), secret.slice(0, 13));
    t.equal(secret.length, prefix.length + 38);
    t.same(parseMachineSecret(secret), { kind, environment });
    t.ok(secret.endsWith(machineSecretHint(secret)));
  }
});

t.test('160 bits are random: every place takes every letter, and none comes twice', async (t) => {
  const bodies = Array.from({ length: 4000 }, () => generateMachineSecret('account', 'sandbox').slice(12, 44));
  t.equal(new Set(bodies).size, bodies.length);
  for (let place = 0; place < 32; place++)
    t.equal(new Set(bodies.map((body) => body[place])).size, 32, `place ${place}`);
});

t.test('one wrong letter anywhere is noticed', async (t) => {
  const secret = generateMachineSecret('account', 'sandbox');
  let noticed = 0;
  for (let at = 0; at < secret.length; at++) {
    const other = secret[at] === '7' ? '8' : '7';
    if (parseMachineSecret(secret.slice(0, at) + other + secret.slice(at + 1)) === null) noticed += 1;
  }
  // The random part and the prefix always; two different checksums of 30 bits never agree by changing one of them.
  t.equal(noticed, secret.length);
  t.equal(parseMachineSecret(secret.replace('_sbx_', '_live_')), null, 'the environment cannot be swapped');
});

t.test('anything else is no secret, and never an error', async (t) => {
  const secret = generateMachineSecret('account', 'sandbox');
  const others = [
    '',
    'tbl_',
    secret.slice(0, -1),
    `${secret}x`,
    ` ${secret}`,
    `${secret}\n`,
    secret.toUpperCase(),
    secret.repeat(200),
    'tbl_acc_sbx_'.padEnd(10_000, '0'),
    '\u{1f511}'.repeat(50),
    '\ud800'.repeat(50),
    '__proto__',
  ];
  for (const other of others) t.equal(parseMachineSecret(other), null);
});
