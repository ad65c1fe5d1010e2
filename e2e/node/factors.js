// Factors that need nothing but a program: questions and codes of the time.

const { createHmac } = require('node:crypto');
const { all, assert, client, createUser, refusal, test, withPassword } = require('./directory');

const factors = client.userFactorApi;
const ANSWER = 'mayonnaise';
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The code of RFC 6238 that an authenticator shows, so many steps from now. */
function code(secret, steps = 0) {
  const bits = [...secret].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps));
  const digest = createHmac('sha1', key).update(step).digest();
  const number = digest.readUInt32BE(digest[19] & 15) & 0x7fffffff;
  return String(number % 1000000).padStart(6, '0');
}

// covers: enrollFactor, getFactor, listFactors, verifyFactor, unenrollFactor
test('a question lives its life', async () => {
  const user = await createUser({ credentials: withPassword() });
  const profile = { question: 'disliked_food', answer: ANSWER };
  const factor = await factors.enrollFactor({
    userId: user.id, body: { factorType: 'question', provider: 'OKTA', profile },
  });
  assert.deepEqual([factor.status, factor.profile.question], ['ACTIVE', 'disliked_food']);
  const here = { userId: user.id, factorId: factor.id };
  const listed = await all(await factors.listFactors({ userId: user.id }));
  assert.deepEqual(listed.map((one) => one.id), [factor.id]);
  const right = await factors.verifyFactor({ ...here, body: { answer: ANSWER } });
  assert.equal(right.factorResult, 'SUCCESS');
  await refusal(factors.verifyFactor({ ...here, body: { answer: 'ketchup' } }), 403, 'E0000068');
  await factors.unenrollFactor(here);
  await refusal(factors.getFactor(here), 404, 'E0000007');
});

// covers: listSupportedFactors, listSupportedSecurityQuestions
test('what can be enrolled is listed', async () => {
  const user = await createUser();
  const catalog = await all(await factors.listSupportedFactors({ userId: user.id }));
  const question = catalog.find((one) => one.factorType === 'question');
  assert.deepEqual([question.status, question.enrollment], ['NOT_SETUP', 'OPTIONAL']);
  const questions = await all(await factors.listSupportedSecurityQuestions({ userId: user.id }));
  assert.equal(questions.length, 19);
});

// covers: enrollFactor, activateFactor, verifyFactor, resetFactors
test('a code of the time is good once', async () => {
  const user = await createUser({ credentials: withPassword() });
  const factor = await factors.enrollFactor({
    userId: user.id, body: { factorType: 'token:software:totp', provider: 'GOOGLE' },
  });
  const secret = factor._embedded.activation.sharedSecret;
  const here = { userId: user.id, factorId: factor.id };
  const first = code(secret, -1);
  await factors.activateFactor({ ...here, body: { passCode: first } });
  await refusal(factors.verifyFactor({ ...here, body: { passCode: first } }), 403, 'E0000082');
  const right = await factors.verifyFactor({ ...here, body: { passCode: code(secret) } });
  assert.equal(right.factorResult, 'SUCCESS');
  await client.userApi.resetFactors({ userId: user.id });
  assert.deepEqual(await all(await factors.listFactors({ userId: user.id })), []);
});
