// The shape of a directory: types, their schemas, links between people, groups and apps.

const { all, assert, client, createUser, newProfile, refusal, test } = require('./directory');

let numbers = 0;

function unused(word) {
  numbers += 1;
  return `${word}_node${numbers}`;
}

// covers: createUserType, updateUserProfile, getUserSchema, createUser, listUsers, deleteUserType
test('people of a type obey its schema and are found by it', async () => {
  const badge = unused('badge');
  const type = await client.userTypeApi.createUserType({ userType: { name: unused('type'), displayName: 'A type' } });
  assert.equal(type._default, false);
  const schemaId = type._links.schema.href.split('/').pop();
  const properties = {
    [badge]: { title: 'Badge', type: 'string', required: true },
    tags: { title: 'Tags', type: 'array', items: { type: 'string' } },
  };
  const schema = await client.schemaApi.updateUserProfile({ schemaId, userSchema: { definitions: { custom: { properties } } } });
  assert.equal(schema.definitions.custom.properties[badge].type, 'string');
  const withType = (profile) => client.userApi.createUser({ body: { profile: newProfile(profile), type: { id: type.id } } });
  const refused = await refusal(withType({}), 400, 'E0000001');
  assert.deepEqual(refused.causes, [`${badge}: The field cannot be left blank`]);
  const user = await withType({ [badge]: 'N-1', tags: ['red', 'green'] });
  assert.deepEqual(user.profile.tags, ['red', 'green']);
  for (const search of [`profile.${badge} eq "n-1"`, `profile.tags eq "GREEN" and type.id eq "${type.id}"`]) {
    const found = await all(await client.userApi.listUsers({ search }));
    assert.deepEqual(found.map((one) => one.id), [user.id], search);
  }
  await refusal(client.userTypeApi.deleteUserType({ typeId: type.id }), 403, 'E0000142');
});

// covers: createLinkedObjectDefinition, assignLinkedObjectValueForPrimary, listLinkedObjectsForUser
// covers: deleteLinkedObjectForUser, deleteLinkedObjectDefinition
test('two people are linked', async () => {
  const side = (name) => ({ name, title: name, type: 'USER' });
  const [lead, member] = [unused('lead'), unused('member')];
  const linkedObject = { primary: side(lead), associated: side(member) };
  const made = await client.linkedObjectApi.createLinkedObjectDefinition({ linkedObject });
  assert.equal(made.primary.name, lead);
  await refusal(client.linkedObjectApi.createLinkedObjectDefinition({ linkedObject }), 409, 'E0000127');
  const [boss, staff] = [await createUser(), await createUser()];
  await client.userApi.setLinkedObjectForUser({
    associatedUserId: staff.id, primaryRelationshipName: lead, primaryUserId: boss.id,
  });
  const linked = (userId, relationshipName) => client.userApi.listLinkedObjectsForUser({ userId, relationshipName });
  const primaries = await all(await linked(staff.id, lead));
  assert.equal(primaries.length, 1);
  await client.userApi.deleteLinkedObjectForUser({ userId: staff.id, relationshipName: lead });
  assert.deepEqual(await all(await linked(staff.id, lead)), []);
  await client.linkedObjectApi.deleteLinkedObjectDefinition({ linkedObjectName: lead });
});

// covers: addGroup, assignUserToGroup, listGroupUsers, unassignUserFromGroup, deleteGroup
test('people join and leave groups', async () => {
  const group = await client.groupApi.createGroup({ group: { profile: { name: unused('group') } } });
  assert.equal(group.type, 'OKTA_GROUP');
  const user = await createUser();
  await client.groupApi.assignUserToGroup({ groupId: group.id, userId: user.id });
  const members = await all(await client.groupApi.listGroupUsers({ groupId: group.id }));
  assert.deepEqual(members.map((member) => member.id), [user.id]);
  await client.groupApi.unassignUserFromGroup({ groupId: group.id, userId: user.id });
  await client.groupApi.deleteGroup({ groupId: group.id });
  await refusal(client.groupApi.getGroup({ groupId: group.id }), 404, 'E0000007');
});

// covers: createApplication, assignUserToApplication, listAppLinks, deactivateApplication, deleteApplication
test('an app is assigned to somebody', async () => {
  const application = {
    name: 'bookmark', label: unused('app'), signOnMode: 'BOOKMARK',
    settings: { app: { requestIntegration: false, url: 'https://example.com' } },
  };
  const app = await client.applicationApi.createApplication({ application });
  assert.equal(app.settings.app.url, 'https://example.com');
  const user = await createUser();
  await client.applicationApi.assignUserToApplication({ appId: app.id, appUser: { id: user.id } });
  const links = await all(await client.userApi.listAppLinks({ userId: user.id }));
  assert.deepEqual(links.map((link) => link.appInstanceId), [app.id]);
  await refusal(client.applicationApi.deleteApplication({ appId: app.id }), 403, 'E0000056');
  await client.applicationApi.deactivateApplication({ appId: app.id });
  await client.applicationApi.deleteApplication({ appId: app.id });
});
