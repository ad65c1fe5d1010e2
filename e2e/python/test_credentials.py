"""Passwords and recovery questions."""

from okta.models import (
    ChangePasswordRequest,
    PasswordCredential,
    RecoveryQuestionCredential,
    UpdateUserRequest,
    UserCredentials,
)

from directory import ANSWER, PASSWORD, QUESTION, new_user

NEXT_PASSWORD = "Winter-Lantern-77"


def change(old, new):
    return ChangePasswordRequest(
        old_password=PasswordCredential(value=old), new_password=PasswordCredential(value=new)
    )


# covers: changePassword
async def test_a_password_is_changed_with_the_old_one(directory):
    user = await directory.create(new_user(password=PASSWORD, question=QUESTION))
    credentials = await directory.call("change_password", user.id, change(PASSWORD, NEXT_PASSWORD))
    assert credentials.recovery_question.question == QUESTION
    assert credentials.provider.type.value == "OKTA"
    refused = await directory.refusal("change_password", user.id, change(PASSWORD, "Spring-Meadow-18"))
    assert (refused.status, refused.code) == (403, "E0000014")


# covers: changePassword, createUser
async def test_a_weak_password_is_refused(directory):
    refused = await directory.refusal("create_user", new_user(password="short"))
    assert (refused.status, refused.code) == (400, "E0000001")
    assert refused.summary == "Api validation failed: password"
    assert refused.causes[0].startswith("password: Password requirements were not met.")
    user = await directory.create(new_user(password=PASSWORD))
    refused = await directory.refusal("change_password", user.id, change(PASSWORD, "short"))
    assert (refused.status, refused.code) == (403, "E0000014")


# covers: updateUser
async def test_an_administrator_sets_a_password_without_the_old_one(directory):
    user = await directory.create()
    credentials = UserCredentials(password=PasswordCredential(value=PASSWORD))
    changed = await directory.call("update_user", user.id, UpdateUserRequest(credentials=credentials))
    assert changed.status.value == "ACTIVE"
    await directory.call("change_password", user.id, change(PASSWORD, NEXT_PASSWORD))


# covers: changeRecoveryQuestion
async def test_a_recovery_question_is_changed_with_the_password(directory):
    user = await directory.create(new_user(password=PASSWORD, question=QUESTION))
    question = RecoveryQuestionCredential(question="Which street did you grow up in?", answer="Mill Lane")
    wanted = UserCredentials(password=PasswordCredential(value=PASSWORD), recovery_question=question)
    credentials = await directory.call("change_recovery_question", user.id, wanted)
    assert credentials.recovery_question.question == question.question
    assert credentials.recovery_question.answer is None
    wrong = UserCredentials(password=PasswordCredential(value=NEXT_PASSWORD), recovery_question=question)
    assert (await directory.refusal("change_recovery_question", user.id, wrong)).status == 403


# covers: expirePassword
async def test_an_expired_password_expires_the_user(directory):
    user = await directory.create(new_user(password=PASSWORD))
    expired = await directory.call("expire_password", user.id)
    assert expired.id == user.id and expired.status.value == "PASSWORD_EXPIRED"
    assert await directory.status(user) == "PASSWORD_EXPIRED"
    await directory.call("change_password", user.id, change(PASSWORD, NEXT_PASSWORD))
    assert await directory.status(user) == "ACTIVE"


# covers: expirePasswordWithTempPassword, changePassword
async def test_a_temporary_password_replaces_the_old_one(directory):
    user = await directory.create(new_user(password=PASSWORD))
    temporary = (await directory.raw("expire_password_with_temp_password", user.id))["tempPassword"]
    assert await directory.status(user) == "PASSWORD_EXPIRED"
    refused = await directory.refusal("change_password", user.id, change(PASSWORD, NEXT_PASSWORD))
    assert refused.code == "E0000014"
    await directory.call("change_password", user.id, change(temporary, NEXT_PASSWORD))
    assert await directory.status(user) == "ACTIVE"


# covers: resetPassword
async def test_a_password_reset_without_mail_returns_the_link(directory):
    user = await directory.create(new_user(password=PASSWORD))
    reset = await directory.call("reset_password", user.id, send_email=False)
    assert "/reset_password/" in reset.reset_password_url
    assert await directory.status(user) == "RECOVERY"
    again = await directory.call("reset_password", user.id, send_email=False)
    assert again.reset_password_url != reset.reset_password_url
    mailed = await directory.raw("reset_password", user.id, send_email=True)
    assert mailed == {}


# covers: forgotPassword
async def test_a_forgotten_password_changes_no_status(directory):
    user = await directory.create(new_user(password=PASSWORD, question=QUESTION))
    link = await directory.call("forgot_password", user.id, send_email=False)
    assert link.reset_password_url.startswith("http")
    assert await directory.status(user) == "ACTIVE"
    staged = await directory.create(activate=False)
    assert (await directory.refusal("forgot_password", staged.id, send_email=False)).status == 403


# covers: forgotPasswordSetNewPassword
async def test_the_answer_to_the_question_sets_a_new_password(directory):
    user = await directory.create(new_user(password=PASSWORD, question=QUESTION))

    def answered(answer):
        question = RecoveryQuestionCredential(answer=answer)
        return UserCredentials(password=PasswordCredential(value=NEXT_PASSWORD), recovery_question=question)

    refused = await directory.refusal("forgot_password_set_new_password", user.id, answered("Postman"))
    assert refused.status == 403
    await directory.call("forgot_password_set_new_password", user.id, answered(ANSWER.upper()))
    await directory.call("change_password", user.id, change(NEXT_PASSWORD, "Spring-Meadow-18"))
