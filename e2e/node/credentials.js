// Passwords and recovery questions.

const {
  ANSWER, PASSWORD, QUESTION, assert, client, createUser, refusal, statusOf, test, withPassword,
} = require('./directory');

const NEXT_PASSWORD = 'Winter-Lantern-77';
const api = client.userApi;

function change(user, from, to) {
  const changePasswordRequest = { oldPassword: { value: from }, newPassword: { value: to } };
  return api.changePassword({ userId: user.id, changePasswordRequest });
}

// covers: changePassword
test('a password is changed with the old one', async () => {
  const user = await createUser({ credentials: withPassword() });
  const credentials = await change(user, PASSWORD, NEXT_PASSWORD);
  assert.equal(credentials.recovery_question.question, QUESTION);
  await refusal(change(user, PASSWORD, 'Spring-Meadow-18'), 403, 'E0000014');
});

// covers: createUser
test('a weak password is refused with the rules it breaks', async () => {
  const refused = await refusal(createUser({ credentials: { password: { value: 'short' } } }), 400, 'E0000001');
  assert.equal(refused.errorSummary, 'Api validation failed: password');
  assert.match(refused.causes[0], /^password: Password requirements were not met\./);
});

// covers: updateUser
test('an administrator sets a password without the old one', async () => {
  const created = await createUser();
  const user = await api.updateUser({ userId: created.id, user: { credentials: { password: { value: PASSWORD } } } });
  assert.equal(user.status, 'ACTIVE');
  await change(user, PASSWORD, NEXT_PASSWORD);
});

// covers: changeRecoveryQuestion
test('a recovery question is changed with the password', async () => {
  const user = await createUser({ credentials: withPassword() });
  const question = { question: 'Which street did you grow up in?', answer: 'Mill Lane' };
  const wanted = (value) => ({ password: { value }, recovery_question: question });
  const credentials = await api.changeRecoveryQuestion({ userId: user.id, userCredentials: wanted(PASSWORD) });
  assert.equal(credentials.recovery_question.question, question.question);
  await refusal(api.changeRecoveryQuestion({ userId: user.id, userCredentials: wanted(NEXT_PASSWORD) }), 403, 'E0000014');
});

// covers: expirePassword
test('an expired password expires the user', async () => {
  const user = await createUser({ credentials: withPassword() });
  const expired = await api.expirePassword({ userId: user.id });
  assert.equal(expired.status, 'PASSWORD_EXPIRED');
  await change(user, PASSWORD, NEXT_PASSWORD);
  assert.equal(await statusOf(user), 'ACTIVE');
});

// covers: expirePasswordWithTempPassword
test('a temporary password replaces the old one', async () => {
  const user = await createUser({ credentials: withPassword() });
  await api.expirePasswordAndGetTemporaryPassword({ userId: user.id });
  assert.equal(await statusOf(user), 'PASSWORD_EXPIRED');
  await refusal(change(user, PASSWORD, NEXT_PASSWORD), 403, 'E0000014');
});

// covers: resetPassword
test('a password reset without mail returns the link', async () => {
  const user = await createUser({ credentials: withPassword() });
  const { resetPasswordUrl } = await api.generateResetPasswordToken({ userId: user.id, sendEmail: false });
  assert.match(resetPasswordUrl, /^http.*\/reset_password\//);
  assert.equal(await statusOf(user), 'RECOVERY');
  const mailed = await api.generateResetPasswordToken({ userId: user.id, sendEmail: true });
  assert.equal(mailed.resetPasswordUrl, undefined);
});

// covers: forgotPassword
test('a forgotten password changes no status', async () => {
  const user = await createUser({ credentials: withPassword() });
  const { resetPasswordUrl } = await api.forgotPassword({ userId: user.id, sendEmail: false });
  assert.match(resetPasswordUrl, /^http/);
  assert.equal(await statusOf(user), 'ACTIVE');
});

// covers: forgotPasswordSetNewPassword
test('the answer to the question sets a new password', async () => {
  const user = await createUser({ credentials: withPassword() });
  const answered = (answer) => ({ password: { value: NEXT_PASSWORD }, recovery_question: { answer } });
  const wrong = api.forgotPasswordSetNewPassword({ userId: user.id, userCredentials: answered('Postman') });
  await refusal(wrong, 403, 'E0000087');
  await api.forgotPasswordSetNewPassword({ userId: user.id, userCredentials: answered(ANSWER.toUpperCase()) });
  await change(user, NEXT_PASSWORD, 'Spring-Meadow-18');
});
