// The life of a user, from activation to deactivation.

const { assert, client, createUser, refusal, statusOf, test, withPassword } = require('./directory');

const api = client.userApi;

// covers: activateUser, reactivateUser
test('activation without mail returns a link with its token', async () => {
  const user = await createUser({ activate: false });
  const first = await api.activateUser({ userId: user.id, sendEmail: false });
  assert.ok(first.activationToken.length >= 20);
  assert.ok(first.activationUrl.includes(first.activationToken));
  assert.equal(await statusOf(user), 'PROVISIONED');
  const second = await api.reactivateUser({ userId: user.id, sendEmail: false });
  assert.notEqual(second.activationToken, first.activationToken);
});

// covers: activateUser
test('nobody is activated twice', async () => {
  const user = await createUser({ credentials: withPassword() });
  const refused = await refusal(api.activateUser({ userId: user.id, sendEmail: false }), 403, 'E0000016');
  assert.equal(refused.errorSummary, 'Activation failed because the user is already active');
});

// covers: suspendUser, unsuspendUser
test('a suspended user comes back', async () => {
  const user = await createUser({ credentials: withPassword() });
  await api.suspendUser({ userId: user.id });
  assert.equal(await statusOf(user), 'SUSPENDED');
  const refused = await refusal(api.suspendUser({ userId: user.id }), 400, 'E0000001');
  assert.deepEqual(refused.causes, ['Cannot suspend a user that is not active']);
  await api.unsuspendUser({ userId: user.id });
  assert.equal(await statusOf(user), 'ACTIVE');
});

// covers: unlockUser
test('who is not locked out cannot be unlocked', async () => {
  const user = await createUser({ credentials: withPassword() });
  const refused = await refusal(api.unlockUser({ userId: user.id }), 403, 'E0000032');
  assert.deepEqual(refused.causes, ['The user is not locked out.']);
});

// covers: resetFactors
test('resetting factors changes no status', async () => {
  const user = await createUser({ credentials: withPassword() });
  await api.resetFactors({ userId: user.id });
  assert.equal(await statusOf(user), 'ACTIVE');
});

// covers: deactivateUser, activateUser
test('a deactivated user returns without a password', async () => {
  const user = await createUser({ credentials: withPassword() });
  await api.deactivateUser({ userId: user.id });
  assert.equal(await statusOf(user), 'DEPROVISIONED');
  await refusal(api.deactivateUser({ userId: user.id }), 404, 'E0000007');
  await api.activateUser({ userId: user.id, sendEmail: false });
  assert.equal(await statusOf(user), 'PROVISIONED');
});
