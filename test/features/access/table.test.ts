import t from 'tap';
import { accessRule, accessTable, securityOf } from '../../../src/features/access/table.js';
import { testApp } from '../../support/app.js';

t.test('the table and the routes name the same operations', async (t) => {
  const { app } = await testApp(t);
  const registered = app.operations.map(({ id }) => id).sort();
  t.same(registered, Object.keys(accessTable).sort(), 'each operation has a row and each row an operation');
});

t.test('an operation without a row does not start', async (t) => {
  const { app } = await testApp(t);
  t.equal(app.accessPolicy.policyFor('deleteEverything'), null);
  t.equal(app.accessPolicy.policyFor('constructor'), null, 'what every object inherits is no row');
});

t.test('the security of an operation is what its row says', async (t) => {
  const security = (id: string) => securityOf(accessRule(id)!);
  t.same(security('createSession'), [], 'public');
  t.same(security('createCustomer'), [{ profileToken: [] }], 'people only');
  t.same(security('createStamp'), [{ accountBasic: [] }, { machineToken: [] }], 'machines only');
  t.same(security('getBalance'), [{ profileToken: [] }, { accountBasic: [] }, { machineToken: [] }], 'both');
});

t.test('every row lets somebody in, and nobody by accident', async (t) => {
  for (const [id, rule] of Object.entries(accessTable)) {
    const { on: _, ...who } = { ...rule };
    t.ok(Object.keys(who).length > 0, `${id} is open to somebody`);
    if ('anyone' in who) t.same(Object.keys(who), ['anyone'], `${id} is public and nothing else`);
  }
});
