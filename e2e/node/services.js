// Services that prove who they are with a key of their own: the client's `PrivateKey` mode.

const crypto = require('node:crypto');
const okta = require('@okta/okta-sdk-nodejs');
const { all, assert, client, createUser, refusal, statusOf, test } = require('./directory');

const orgUrl = process.env.DENIZEN_URL;

/** A key pair as JSON Web Keys. This client takes elliptic curves, and then fails to sign with them. */
function keyPair() {
  const { publicKey, privateKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = (key) => ({ ...key.export({ format: 'jwk' }), kid: 'node' });
  return { publicKey: jwk(publicKey), privateKey: jwk(privateKey) };
}

/** An app that has a key, some scopes and a role. */
async function newService(keys, granted, role) {
  const application = {
    name: 'oidc_client',
    label: 'Node service',
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { token_endpoint_auth_method: 'private_key_jwt' } },
    settings: {
      oauthClient: {
        application_type: 'service',
        grant_types: ['client_credentials'],
        response_types: ['token'],
        jwks: { keys: [keys.publicKey] },
      },
    },
  };
  const app = await client.applicationApi.createApplication({ application });
  for (const scopeId of granted) {
    const oAuth2ScopeConsentGrant = { scopeId, issuer: orgUrl };
    await client.applicationApi.grantConsentToScope({ appId: app.id, oAuth2ScopeConsentGrant });
  }
  const request = { clientId: app.id, assignRoleRequest: { type: role } };
  const assigned = await client.roleAssignmentApi.assignRoleToClient(request);
  assert.deepEqual([assigned.type, assigned.assignmentType], [role, 'CLIENT']);
  return app.id;
}

/** A client in the service's name. */
function serviceClient(clientId, keys, scopes) {
  return new okta.Client({ orgUrl, authorizationMode: 'PrivateKey', clientId, scopes, privateKey: { ...keys.privateKey } });
}

// covers: token, grantConsentToScope, assignRoleToClient, createApplication, listUsers
test('a service reads and may not write', async () => {
  const keys = keyPair();
  const id = await newService(keys, ['okta.users.read'], 'SUPER_ADMIN');
  const service = serviceClient(id, keys, 'okta.users.read okta.groups.read');
  const logins = (await all(await service.userApi.listUsers())).map((user) => user.profile.login);
  assert.ok(logins.includes('admin@denizen.local'));
  const user = await createUser();
  assert.equal((await service.userApi.getUser({ userId: user.id })).id, user.id);
  await refusal(service.userApi.suspendUser({ userId: user.id }), 403, 'E0000006');
  assert.equal(await statusOf(user), 'PROVISIONED');
  await refusal(service.applicationApi.getApplication({ appId: id }), 403, 'E0000006');
});

// covers: token, deactivateApplication, activateApplication
test('a service that was out of use gets a new token by itself', async () => {
  const keys = keyPair();
  const id = await newService(keys, ['okta.users.manage'], 'SUPER_ADMIN');
  const service = serviceClient(id, keys, 'okta.users.manage');
  const user = await createUser();
  await service.userApi.getUser({ userId: user.id });
  await client.applicationApi.deactivateApplication({ appId: id });
  await assert.rejects(service.userApi.deactivateUser({ userId: user.id }), (error) => error.status === 401);
  await client.applicationApi.activateApplication({ appId: id });
  // The token that it had is dead; the client asks for another one when it is told so.
  await service.userApi.deactivateUser({ userId: user.id });
  assert.equal(await statusOf(user), 'DEPROVISIONED');
});

// covers: token
test('a foreign key proves nothing', async () => {
  const id = await newService(keyPair(), ['okta.users.read'], 'SUPER_ADMIN');
  const stranger = serviceClient(id, keyPair(), 'okta.users.read');
  await assert.rejects(stranger.userApi.getUser({ userId: 'me' }), (error) => error.status === 401);
});
