// Factors that a device approves. The device is the program's own: `denizen device`.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { assert, client, createUser, refusal, test, withPassword } = require('./directory');

/** A device in a folder of its own: runs a command, and gives back what it says. */
function phone() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'denizen-device-'));
  const program = process.env.DENIZEN_OPERATOR.split('\n')[0];
  return (...words) => {
    const done = spawnSync(program, ['device', ...words, '--device-dir', folder], { encoding: 'utf8' });
    assert.equal(done.status, 0, done.stderr);
    return done.stdout;
  };
}

// covers: enrollFactor, verifyFactor, getFactorTransactionStatus, unenrollFactor
test('a device approves and rejects', async () => {
  const user = await createUser({ credentials: withPassword() });
  const body = { factorType: 'push', provider: 'OKTA' };
  const factor = await client.userFactorApi.enrollFactor({ userId: user.id, body });
  assert.equal(factor.status, 'PENDING_ACTIVATION');
  const picture = factor._embedded.activation._links.qrcode.href;
  const device = phone();
  device('enrol', `${process.env.DENIZEN_URL}/device/activate#${picture.split('/').pop()}`);
  const own = { userId: user.id, factorId: factor.id };
  assert.equal((await client.userFactorApi.getFactor(own)).status, 'ACTIVE');
  for (const [verdict, wanted] of [['approve', 'SUCCESS'], ['reject', 'REJECTED']]) {
    const asked = await client.userFactorApi.verifyFactor({ ...own, body: {} });
    assert.equal(asked.factorResult, 'WAITING');
    const transactionId = asked._links.poll.href.split('/').pop();
    assert.ok(device('list').includes(transactionId));
    device(verdict, transactionId);
    const told = await client.userFactorApi.getFactorTransactionStatus({ ...own, transactionId });
    assert.equal(told.factorResult, wanted);
  }
  await client.userFactorApi.unenrollFactor(own);
  await refusal(client.userFactorApi.getFactor(own), 404, 'E0000007');
});
