// Creating, reading, changing and deleting people.

const crypto = require('node:crypto');
const {
  PASSWORD, QUESTION, all, assert, client, createUser, newProfile, refusal, statusOf, test, withPassword,
} = require('./directory');

// covers: createUser
test('a user without a password waits for activation', async () => {
  const user = await createUser();
  assert.equal(user.status, 'PROVISIONED');
  assert.match(user.id, /^00u.{17}$/);
  assert.ok(user.created instanceof Date && user.activated instanceof Date);
  assert.equal(user.credentials.password, undefined);
  assert.equal(user.credentials.provider.type, 'OKTA');
});

// covers: createUser
test('a user created without activation is staged', async () => {
  const user = await createUser({ activate: false });
  assert.equal(user.status, 'STAGED');
});

// covers: createUser
test('a user with a password and a question is active and shows no secret', async () => {
  const user = await createUser({ credentials: withPassword() });
  assert.equal(user.status, 'ACTIVE');
  assert.equal(user.credentials.password.value, undefined);
  assert.equal(user.credentials.recovery_question.question, QUESTION);
  assert.equal(user.credentials.recovery_question.answer, undefined);
});

// covers: createUser
test('a user can be made to change the password at the next login', async () => {
  const user = await createUser({ credentials: withPassword(), nextLogin: 'changePassword' });
  assert.equal(user.status, 'PASSWORD_EXPIRED');
  await refusal(createUser({ nextLogin: 'changePassword' }), 400, 'E0000124');
});

// covers: createUser
test('a hashed password is imported', async () => {
  const salt = Buffer.from('a little salt');
  for (const [algorithm, digest] of [['SHA-1', 'sha1'], ['SHA-256', 'sha256'], ['SHA-512', 'sha512'], ['MD5', 'md5']]) {
    const value = crypto.createHash(digest).update(PASSWORD).update(salt).digest('base64');
    const hash = { algorithm, salt: salt.toString('base64'), saltOrder: 'POSTFIX', value };
    const user = await createUser({ credentials: { password: { hash } } });
    assert.equal(user.status, 'ACTIVE', algorithm);
    assert.equal(user.credentials.provider.type, 'IMPORT', algorithm);
  }
});

// covers: createUser, listUserGroups
test('everybody is in the group Everyone', async () => {
  const user = await createUser();
  const groups = await all(await client.userApi.listUserGroups({ userId: user.id }));
  assert.deepEqual(groups.map((group) => group.profile.name), ['Everyone']);
});

// covers: createUser
test('an unknown group refuses the creation as a whole', async () => {
  const profile = newProfile();
  const refused = await refusal(createUser({ profile, groupIds: ['00gnosuchgroup123456'] }), 404, 'E0000007');
  assert.equal(refused.errorSummary, 'Not found: Resource not found: 00gnosuchgroup123456 (UserGroup)');
  await refusal(client.userApi.getUser({ userId: profile.login }), 404, 'E0000007');
});

// covers: createUser
test('a login belongs to one user', async () => {
  const user = await createUser();
  const refused = await refusal(createUser({ profile: { login: user.profile.login } }), 400, 'E0000001');
  assert.equal(refused.errorSummary, 'Api validation failed: login');
  assert.deepEqual(refused.causes, ['login: An object with this field already exists in the current organization']);
});

// covers: createUser
test('an unknown attribute is refused', async () => {
  const refused = await refusal(createUser({ profile: { shoeSize: '44' } }), 400, 'E0000001');
  assert.deepEqual(refused.causes, ["Property name 'shoeSize' is not defined in profile"]);
});

// covers: getUser
test('a user is found by id, login and short name', async () => {
  const login = 'Quiet.Reader@node.example.com';
  const created = await createUser({ profile: { login, city: 'Zürich' } });
  for (const userId of [created.id, login.toLowerCase(), 'Quiet.Reader']) {
    const user = await client.userApi.getUser({ userId });
    assert.equal(user.id, created.id);
    assert.equal(user.profile.login, login);
    assert.equal(user.profile.city, 'Zürich');
  }
});

// covers: getUser
test('an unknown user is not found', async () => {
  const refused = await refusal(client.userApi.getUser({ userId: 'nobody@node.example.com' }), 404, 'E0000007');
  assert.equal(refused.errorSummary, 'Not found: Resource not found: nobody@node.example.com (User)');
});

// covers: updateUser
test('a partial update changes what it names and clears what is null', async () => {
  const created = await createUser({ profile: { department: 'Algebra', title: 'Doctor' } });
  const user = await client.userApi.updateUser({
    userId: created.id,
    user: { profile: { nickName: 'Em', title: null } },
  });
  assert.equal(user.profile.nickName, 'Em');
  assert.equal(user.profile.department, 'Algebra');
  assert.equal(user.profile.title ?? null, null);
});

// covers: replaceUser
test('a replacement clears what it leaves out', async () => {
  const created = await createUser({ profile: { department: 'Algebra' } });
  const { login, email } = created.profile;
  const profile = { login, email, firstName: 'Amalie', lastName: 'Noether' };
  const user = await client.userApi.replaceUser({ userId: created.id, user: { profile } });
  assert.equal(user.profile.firstName, 'Amalie');
  assert.equal(user.profile.department, undefined);
});

// covers: deleteUser
test('a user is deactivated by the first deletion and gone after the second', async () => {
  const user = await createUser({ credentials: withPassword() });
  await client.userApi.deleteUser({ userId: user.id });
  assert.equal(await statusOf(user), 'DEPROVISIONED');
  await client.userApi.deleteUser({ userId: user.id });
  await refusal(client.userApi.getUser({ userId: user.id }), 404, 'E0000007');
});
