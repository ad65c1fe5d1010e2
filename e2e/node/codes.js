// Factors that codes are sent to, and templates of short messages. The codes are read from the server's folder.

const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');

const { all, assert, client, createUser, refusal, test, withPassword } = require('./directory');

const PATIENCE = 20000;

/** The messages to a number, the oldest first. */
function messagesTo(number) {
  const operator = process.env.DENIZEN_OPERATOR.split('\n');
  const folder = path.join(operator[operator.indexOf('--data-dir') + 1], 'phone');
  if (!fs.existsSync(folder)) return [];
  const names = fs.readdirSync(folder).filter((name) => name.endsWith('.json')).sort();
  const messages = names.map((name) => JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8')));
  return messages.filter((message) => message.to === number);
}

/** The next message to a number after those that were seen. */
async function nextTo(number, seen) {
  const deadline = Date.now() + PATIENCE;
  while (Date.now() < deadline) {
    const messages = messagesTo(number);
    if (messages.length > seen) return messages[seen];
    await pause(50);
  }
  throw new Error('no message has come');
}

// covers: enrollFactor, activateFactor, verifyFactor, unenrollFactor
test('a phone is called and told codes', async () => {
  const user = await createUser({ credentials: withPassword() });
  const body = { factorType: 'call', provider: 'OKTA', profile: { phoneNumber: '+1-555-415-2337', phoneExtension: '12' } };
  const factor = await client.userFactorApi.enrollFactor({ userId: user.id, body });
  assert.equal(factor.status, 'PENDING_ACTIVATION');
  const call = await nextTo('+15554152337', 0);
  assert.deepEqual([call.type, call.extension], ['call', '12']);
  const own = { userId: user.id, factorId: factor.id };
  await refusal(client.userFactorApi.activateFactor({ ...own, body: { passCode: 'no code' } }), 403, 'E0000068');
  const active = await client.userFactorApi.activateFactor({ ...own, body: { passCode: call.code } });
  assert.equal(active.status, 'ACTIVE');
  await refusal(client.userFactorApi.verifyFactor({ ...own, body: { passCode: call.code } }), 403, 'E0000068');
  await client.userFactorApi.unenrollFactor(own);
  await refusal(client.userFactorApi.getFactor(own), 404, 'E0000007');
});

// covers: enrollFactor, verifyFactor, listSupportedFactors
test('a phone shows its code once', async () => {
  const user = await createUser({ credentials: withPassword() });
  const number = '+15554152339';
  const body = { factorType: 'sms', provider: 'OKTA', profile: { phoneNumber: number } };
  const factor = await client.userFactorApi.enrollFactor({ userId: user.id, body, activate: true });
  assert.equal(factor.status, 'ACTIVE');
  assert.equal(messagesTo(number).length, 0, 'nothing is sent');
  const own = { userId: user.id, factorId: factor.id };
  const challenge = await client.userFactorApi.verifyFactor({ ...own, body: {} });
  assert.deepEqual([challenge.factorResult, challenge.profile.phoneNumber], ['CHALLENGE', number]);
  const passCode = /\d{6}/.exec((await nextTo(number, 0)).text)[0];
  const right = await client.userFactorApi.verifyFactor({ ...own, body: { passCode } });
  assert.equal(right.factorResult, 'SUCCESS');
  await refusal(client.userFactorApi.verifyFactor({ ...own, body: { passCode } }), 403, 'E0000068');
  const catalog = await all(await client.userFactorApi.listSupportedFactors({ userId: user.id }));
  const sms = catalog.find((entry) => entry.factorType === 'sms');
  assert.equal(sms._embedded.phones[0].profile.phoneNumber, number);
});

// covers: createSmsTemplate, listSmsTemplates, updateSmsTemplate, deleteSmsTemplate
test('templates word short messages', async () => {
  const smsTemplate = { name: 'Node', type: 'SMS_VERIFY_CODE', template: 'Node: ${code}' };
  const made = await client.templateApi.createSmsTemplate({ smsTemplate });
  const listed = await all(await client.templateApi.listSmsTemplates());
  assert.equal(listed[0].id, 'default');
  assert.ok(listed.some((one) => one.id === made.id));
  const change = { smsTemplate: { template: 'Again: ${code}' }, templateId: made.id };
  assert.equal((await client.templateApi.updateSmsTemplate(change)).template, 'Again: ${code}');

  const user = await createUser({ credentials: withPassword() });
  const body = { factorType: 'sms', provider: 'OKTA', profile: { phoneNumber: '+15554152338' } };
  await client.userFactorApi.enrollFactor({ userId: user.id, body, templateId: made.id });
  assert.match((await nextTo('+15554152338', 0)).text, /^Again: \d{6}$/);
  await client.templateApi.deleteSmsTemplate({ templateId: made.id });
  await refusal(client.templateApi.getSmsTemplate({ templateId: made.id }), 404, 'E0000007');
});
