// What every directory has: the group Everyone, the default type and schema, and the log.

const { all, assert, client, createUser, refusal, test, withPassword } = require('./directory');

// covers: getGroup, listUserGroups
test('the group Everyone can be read', async () => {
  const user = await createUser();
  const [listed] = await all(await client.userApi.listUserGroups({ userId: user.id }));
  const group = await client.groupApi.getGroup({ groupId: listed.id });
  assert.equal(group.id, listed.id);
  assert.equal(group.type, 'BUILT_IN');
  assert.equal(group.profile.name, 'Everyone');
  const refused = await refusal(client.groupApi.getGroup({ groupId: '00gnosuchgroup123456' }), 404, 'E0000007');
  assert.equal(refused.errorSummary, 'Not found: Resource not found: 00gnosuchgroup123456 (UserGroup)');
});

// covers: listUserTypes, getUserType
test('the default user type can be read', async () => {
  const types = await all(await client.userTypeApi.listUserTypes());
  const found = types.find((type) => type._default);
  const user = await createUser();
  assert.equal(user.type.id, found.id);
  const read = await client.userTypeApi.getUserType({ typeId: found.id });
  assert.equal(read.name, 'user');
});

// covers: getUserSchema
test('the default schema can be read', async () => {
  const schema = await client.schemaApi.getUserSchema({ schemaId: 'default' });
  assert.equal(schema.definitions.base.properties.firstName.type, 'string');
  assert.ok(schema.definitions.base.properties.login);
});

// covers: getGroupSchema
test('the group schema can be read', async () => {
  const schema = await client.schemaApi.getGroupSchema();
  assert.ok(schema.definitions.base.properties.name);
});

// covers: listLogEvents
test('each change is logged', async () => {
  const user = await createUser({ credentials: withPassword() });
  await client.userApi.suspendUser({ userId: user.id });
  const since = new Date(user.created.getTime() - 1000).toISOString();
  const filter = `target.id eq "${user.id}"`;
  const until = new Date(user.created.getTime() + 60000).toISOString();
  const events = await all(await client.systemLogApi.listLogEvents({ since, until, filter }));
  const kinds = events.map((event) => event.eventType);
  assert.ok(kinds.includes('user.lifecycle.create') && kinds.includes('user.lifecycle.suspend'), kinds.join());
  assert.ok(kinds.indexOf('user.lifecycle.create') < kinds.indexOf('user.lifecycle.suspend'));
  for (const event of events) {
    assert.equal(event.outcome.result, 'SUCCESS');
    assert.ok(event.target.some((target) => target.alternateId === user.profile.login));
  }
});
