"""Factors that need nothing but a program: questions and codes of the time."""

import base64
import hashlib
import hmac
import struct
import time

from okta.models import (
    UserFactorActivateRequest,
    UserFactorSecurityQuestion,
    UserFactorSecurityQuestionProfile,
    UserFactorTokenSoftwareTOTP,
    UserFactorVerifyRequest,
)
from pydantic import Field

from directory import PASSWORD, new_user

ANSWER = "mayonnaise"


class Activation(UserFactorActivateRequest):
    """The client's model has no member for a code; its users add one."""

    pass_code: str = Field(alias="passCode")


class Proof(UserFactorVerifyRequest):
    """The same for what is shown of an active factor."""

    pass_code: str | None = Field(default=None, alias="passCode")
    answer: str | None = None


def code(secret, steps=0):
    """The code of RFC 6238 that an authenticator shows, so many steps from now."""
    step = int(time.time()) // 30 + steps
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


async def enrol_question(directory, user):
    profile = UserFactorSecurityQuestionProfile(question="disliked_food", answer=ANSWER)
    factor = UserFactorSecurityQuestion(factor_type="question", provider="OKTA", profile=profile)
    return await directory.call("enroll_factor", user.id, factor)


# covers: enrollFactor, getFactor, listFactors, verifyFactor, unenrollFactor
async def test_a_question_lives_its_life(directory):
    user = await directory.create(new_user(PASSWORD))
    assert await directory.raw("list_factors", user.id) == []
    factor = await enrol_question(directory, user)
    assert factor.status.value == "ACTIVE" and factor.id.startswith("ufs")
    read = await directory.call("get_factor", user.id, factor.id)
    assert read.profile.question_text == "What is the food you least liked as a child?"
    listed = await directory.call("list_factors", user.id)
    assert [one.id for one in listed] == [factor.id]
    right = await directory.call("verify_factor", user.id, factor.id, body=Proof(answer="Mayonnaise "))
    assert right.factor_result.value == "SUCCESS"
    wrong = await directory.refusal("verify_factor", user.id, factor.id, body=Proof(answer="ketchup"))
    assert (wrong.status, wrong.code) == (403, "E0000068")
    await directory.respond("unenroll_factor", user.id, factor.id)
    gone = await directory.refusal("get_factor", user.id, factor.id)
    assert gone.summary == f"Not found: Resource not found: {factor.id} (UserFactor)"


# covers: listSupportedFactors, listSupportedSecurityQuestions
async def test_what_can_be_enrolled_is_listed(directory):
    user = await directory.create()
    await enrol_question(directory, user)
    catalog = await directory.call("list_supported_factors", user.id)
    status = {(one.factor_type.value, one.provider.value): one.status.value for one in catalog}
    assert status["question", "OKTA"] == "ACTIVE" and status["token:software:totp", "GOOGLE"] == "NOT_SETUP"
    questions = await directory.call("list_supported_security_questions", user.id)
    assert len(questions) == 19 and questions[0].question_text.startswith("What is the food")


# covers: enrollFactor, activateFactor, verifyFactor, resetFactors
async def test_a_code_of_the_time_is_good_once(directory):
    user = await directory.create(new_user(PASSWORD))
    wanted = UserFactorTokenSoftwareTOTP(factor_type="token:software:totp", provider="GOOGLE")
    factor = await directory.call("enroll_factor", user.id, wanted)
    assert factor.status.value == "PENDING_ACTIVATION"
    secret = factor.embedded["activation"]["sharedSecret"]
    first = code(secret, -1)
    wrong = await directory.refusal("activate_factor", user.id, factor.id, Activation(pass_code="no code"))
    assert (wrong.status, wrong.code) == (403, "E0000068")
    await directory.respond("activate_factor", user.id, factor.id, Activation(pass_code=first))
    again = await directory.refusal("verify_factor", user.id, factor.id, body=Proof(pass_code=first))
    assert (again.status, again.code) == (403, "E0000082")
    right = await directory.call("verify_factor", user.id, factor.id, body=Proof(pass_code=code(secret)))
    assert right.factor_result.value == "SUCCESS"
    await directory.respond("reset_factors", user.id)
    assert await directory.raw("list_factors", user.id) == []
