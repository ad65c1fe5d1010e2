// Administrators: their roles, what these reach, and what they may then do.

const { all, assert, client, clientOf, createUser, refusal, test, withPassword } = require('./directory');

let numbers = 0;

const roles = client.roleAssignmentApi;
const targets = client.roleTargetApi;
const DESK = 'JBCUYUC7IRCVGS27IFCE2SKO';

function newGroup() {
  numbers += 1;
  return client.groupApi.createGroup({ group: { profile: { name: `roles node ${numbers}` } } });
}

function newApp() {
  numbers += 1;
  const settings = { app: { url: 'https://example.com' } };
  const application = { label: `Roles node ${numbers}`, name: 'bookmark', signOnMode: 'BOOKMARK', settings };
  return client.applicationApi.createApplication({ application });
}

function assign(user, type) {
  return roles.assignRoleToUser({ userId: user.id, assignRoleRequest: { type } });
}

// covers: assignRoleToUser, listAssignedRolesForUser, getUserAssignedRole, unassignRoleFromUser
test('a role is assigned, read and taken away', async () => {
  const user = await createUser();
  for (const type of ['SUPER_ADMIN', 'HELP_DESK_ADMIN', 'READ_ONLY_ADMIN', 'WORKFLOWS_ADMIN']) {
    const role = await assign(user, type);
    assert.deepEqual([role.type, role.assignmentType, role.status], [type, 'USER', 'ACTIVE']);
    const read = await roles.getUserAssignedRole({ userId: user.id, roleId: role.id });
    assert.deepEqual([read.id, read.label], [role.id, role.label]);
  }
  await refusal(assign(user, 'SUPER_ADMIN'), 409, 'E0000090');
  const held = await all(await roles.listAssignedRolesForUser({ userId: user.id }));
  assert.equal(held.length, 4);
  for (const role of held) {
    await roles.unassignRoleFromUser({ userId: user.id, roleId: role.id });
  }
  assert.deepEqual(await all(await roles.listAssignedRolesForUser({ userId: user.id })), []);
  await refusal(roles.getUserAssignedRole({ userId: user.id, roleId: held[0].id }), 404, 'E0000007');
});

// covers: assignGroupTargetToUserRole, listGroupTargetsForRole, unassignGroupTargetFromUserAdminRole
// covers: getRoleTargetsByUserIdAndRoleId
test('groups narrow a role', async () => {
  const [user, first, second] = [await createUser(), await newGroup(), await newGroup()];
  const role = await assign(user, 'USER_ADMIN');
  const here = { userId: user.id, roleId: role.id };
  await targets.assignGroupTargetToUserRole({ ...here, groupId: first.id });
  await refusal(targets.unassignGroupTargetFromUserAdminRole({ ...here, groupId: first.id }), 400, 'E0000001');
  await targets.assignGroupTargetToUserRole({ ...here, groupId: second.id });
  await targets.unassignGroupTargetFromUserAdminRole({ ...here, groupId: first.id });
  const listed = await all(await targets.listGroupTargetsForRole(here));
  assert.deepEqual(listed.map((group) => group.id), [second.id]);
  const named = await all(await targets.getRoleTargetsByUserIdAndRoleId({
    userId: user.id, roleIdOrEncodedRoleId: role.id,
  }));
  assert.ok(named[0].orn.endsWith(`:groups:${second.id}`), named[0].orn);
});

// covers: assignAppTargetToAdminRoleForUser, assignAppInstanceTargetToAppAdminRoleForUser
// covers: listApplicationTargetsForApplicationAdministratorRoleForUser, unassignAppTargetFromAppAdminRoleForUser
// covers: assignAllAppsAsTargetToRoleForUser
test('apps narrow a role', async () => {
  const [user, app] = [await createUser(), await newApp()];
  const role = await assign(user, 'APP_ADMIN');
  const here = { userId: user.id, roleId: role.id };
  await targets.assignAppInstanceTargetToAppAdminRoleForUser({ ...here, appName: 'bookmark', applicationId: app.id });
  await targets.assignAppTargetToAdminRoleForUser({ ...here, appName: 'facebook' });
  const list = async () => all(await targets.listApplicationTargetsForApplicationAdministratorRoleForUser(here));
  assert.deepEqual((await list()).map((target) => target.name), [app.label, 'facebook']);
  await targets.unassignAppTargetFromAppAdminRoleForUser({ ...here, appName: 'facebook' });
  await targets.assignAllAppsAsTargetToRoleForUser(here);
  assert.deepEqual(await list(), []);
});

// covers: assignRoleToGroup, listGroupAssignedRoles, getGroupAssignedRole, unassignRoleFromGroup
// covers: assignGroupTargetToGroupAdminRole, listGroupTargetsForGroupRole
test('members have the roles of their group', async () => {
  const [admins, target, user] = [await newGroup(), await newGroup(), await createUser()];
  await roles.assignRoleToGroup({ groupId: admins.id, assignRoleRequest: { type: 'HELP_DESK_ADMIN' } });
  const here = { groupId: admins.id, roleId: DESK };
  await targets.assignGroupTargetToGroupAdminRole({ ...here, targetGroupId: target.id });
  const listed = await all(await targets.listGroupTargetsForGroupRole(here));
  assert.deepEqual(listed.map((group) => group.id), [target.id]);
  await client.groupApi.assignUserToGroup({ groupId: admins.id, userId: user.id });
  const held = await all(await roles.listAssignedRolesForUser({ userId: user.id }));
  assert.deepEqual(held.map((role) => [role.type, role.assignmentType]), [['HELP_DESK_ADMIN', 'GROUP']]);
  assert.equal((await roles.getGroupAssignedRole(here)).id, DESK);
  await roles.unassignRoleFromGroup(here);
  assert.deepEqual(await all(await roles.listGroupAssignedRoles({ groupId: admins.id })), []);
});

// covers: listUsersWithRoleAssignments
test('who holds roles is listed', async () => {
  const user = await createUser();
  await assign(user, 'REPORT_ADMIN');
  const page = await roles.listUsersWithRoleAssignments({ limit: 200 });
  assert.ok(page.value.some((one) => one.id === user.id));
});

// R2, R3: whoever looks after some groups helps their members, and nobody else.
// covers: assignGroupTargetToUserRole, getUser, listUsers, resetPassword, deactivateUser, assignRoleToUser
test('a restricted administrator keeps to the targets', async () => {
  const [group, inside, outside] = [await newGroup(), await createUser(), await createUser()];
  const admin = await createUser({ credentials: withPassword() });
  await client.groupApi.assignUserToGroup({ groupId: group.id, userId: inside.id });
  const role = await assign(admin, 'HELP_DESK_ADMIN');
  await targets.assignGroupTargetToUserRole({ userId: admin.id, roleId: role.id, groupId: group.id });
  const desk = clientOf(admin);
  assert.equal((await desk.userApi.getUser({ userId: inside.id })).id, inside.id);
  const seen = await all(await desk.userApi.listUsers());
  assert.deepEqual(seen.map((one) => one.id), [inside.id]);
  await refusal(desk.userApi.getUser({ userId: outside.id }), 404, 'E0000007');
  await refusal(desk.userApi.deactivateUser({ userId: inside.id }), 403, 'E0000006');
  const assignRoleRequest = { type: 'SUPER_ADMIN' };
  await refusal(desk.roleAssignmentApi.assignRoleToUser({ userId: admin.id, assignRoleRequest }), 403, 'E0000006');
});

// covers: listSubscriptionsUser, getSubscriptionsNotificationTypeUser, subscribeByNotificationTypeUser
// covers: unsubscribeByNotificationTypeUser, listSubscriptionsRole
test('administrators choose their mails', async () => {
  const { subscriptionApi } = client;
  const me = await client.userApi.getUser({ userId: 'me' });
  const here = { userId: me.id, notificationType: 'USER_LOCKED_OUT' };
  const status = async () => (await subscriptionApi.listUserSubscriptionsByNotificationType(here)).status;
  await subscriptionApi.subscribeUserSubscriptionByNotificationType(here);
  assert.equal(await status(), 'subscribed');
  await subscriptionApi.unsubscribeUserSubscriptionByNotificationType(here);
  assert.equal(await status(), 'unsubscribed');
  assert.equal((await all(await subscriptionApi.listUserSubscriptions({ userId: me.id }))).length, 13);
  const ofRole = await subscriptionApi.listRoleSubscriptions({ roleTypeOrRoleId: 'HELP_DESK_ADMIN', roleRef: 'HELP_DESK_ADMIN' });
  assert.equal((await all(ofRole)).length, 13);
});
