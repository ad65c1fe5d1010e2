// The client under test, and people to test it with.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const okta = require('@okta/okta-sdk-nodejs');

const PASSWORD = 'Autumn-Harbour-42';
const QUESTION = 'Who taught you to ride a bicycle?';
const ANSWER = 'Grandmother';

const client = new okta.Client({
  orgUrl: process.env.DENIZEN_URL,
  token: process.env.DENIZEN_TOKEN,
});

const tests = [];
let people = 0;

/** Registers a test; the program runs them in order. */
function test(name, run) {
  tests.push({ name, run });
}

/** A profile that nobody else has. */
function newProfile(attributes = {}) {
  people += 1;
  const login = `person-${people}@node.example.com`;
  return { login, email: login, firstName: 'Emmy', lastName: 'Noether', ...attributes };
}

/** Creates somebody. `credentials` and `profile` go into the body, everything else into the query. */
function createUser({ profile, credentials, groupIds, ...query } = {}) {
  const body = { profile: newProfile(profile) };
  if (credentials) body.credentials = credentials;
  if (groupIds) body.groupIds = groupIds;
  return client.userApi.createUser({ body, ...query });
}

/** Credentials of somebody who signs in with a password and can answer a question. */
function withPassword() {
  return { password: { value: PASSWORD }, recovery_question: { question: QUESTION, answer: ANSWER } };
}

async function statusOf(user) {
  return (await client.userApi.getUser({ userId: user.id })).status;
}

/** Every item of a collection, page after page. */
async function all(collection) {
  const items = [];
  await collection.each((item) => {
    items.push(item);
  });
  return items;
}

/** A client with a new API token of somebody; only the operator's command line makes one. */
function clientOf(user) {
  const [program, ...data] = process.env.DENIZEN_OPERATOR.split('\n');
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('DENIZEN_')));
  const made = execFileSync(program, [...data, 'token', 'create', '--user', user.id, '--name', 'e2e'], { env });
  return new okta.Client({ orgUrl: process.env.DENIZEN_URL, token: made.toString().trim() });
}

/** The error of a request that must be refused, checked for status and code. */
async function refusal(request, status, code) {
  let refused;
  try {
    await request;
  } catch (error) {
    refused = error;
  }
  assert.ok(refused, 'the request was not refused');
  assert.equal(refused.name, 'OktaApiError', refused.stack || refused.message);
  assert.deepEqual([refused.status, refused.errorCode], [status, code]);
  assert.ok(Array.isArray(refused.errorCauses));
  refused.causes = refused.errorCauses.map((cause) => cause.errorSummary);
  return refused;
}

module.exports = {
  ANSWER, PASSWORD, QUESTION, all, assert, client, clientOf, createUser, newProfile, refusal, statusOf, test, tests,
  withPassword,
};
