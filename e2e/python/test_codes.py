"""Factors that codes are sent to, and templates of short messages. The codes are read from the server's folders."""

import asyncio
import email
import email.policy
import json
import os
import pathlib
import re
import time

from okta.models import (
    SmsTemplate,
    UserFactorActivateRequest,
    UserFactorEmail,
    UserFactorEmailProfile,
    UserFactorSMS,
    UserFactorSMSProfile,
    UserFactorVerifyRequest,
)
from pydantic import Field

from directory import PASSWORD, new_user

PATIENCE = 20


class Activation(UserFactorActivateRequest):
    """The client's model has no member for a code; its users add one."""

    pass_code: str = Field(alias="passCode")


class Proof(UserFactorVerifyRequest):
    """The same for what is shown of an active factor."""

    pass_code: str = Field(alias="passCode")


def folder(name):
    """A folder of the server's data."""
    operator = os.environ["DENIZEN_OPERATOR"].split("\n")
    return pathlib.Path(operator[operator.index("--data-dir") + 1]) / name


def texts_to(number):
    """The short messages to a number, the oldest first."""
    messages = [json.loads(path.read_text()) for path in sorted(folder("phone").glob("*.json"))]
    return [message["text"] for message in messages if message["to"] == number]


def codes_to(address):
    """The mails with a code to an address, the oldest first."""
    mails = []
    for path in sorted(folder("mail").glob("*.eml")):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        text = mail.get_body(("plain",)).get_content()
        if address in str(mail["To"]) and re.search(r"^\d{6}\s*$", text, re.MULTILINE):
            mails.append(text)
    return mails


async def new_code(read, seen):
    """The code in the next message after those that were seen."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        messages = read()
        if len(messages) > seen:
            return re.search(r"\b\d{6}\b", messages[seen]).group()
        await asyncio.sleep(0.05)
    raise AssertionError("no code has come")


# covers: enrollFactor, activateFactor, verifyFactor, unenrollFactor
async def test_a_phone_gets_codes(directory):
    user = await directory.create(new_user(PASSWORD))
    number = "+15554151337"
    wanted = UserFactorSMS(factor_type="sms", provider="OKTA", profile=UserFactorSMSProfile(phone_number=number))
    factor = await directory.call("enroll_factor", user.id, wanted)
    assert factor.status.value == "PENDING_ACTIVATION" and factor.id.startswith("sms")
    assert factor.profile.phone_number == number
    code = await new_code(lambda: texts_to(number), 0)
    wrong = await directory.refusal("activate_factor", user.id, factor.id, Activation(pass_code="no code"))
    assert (wrong.status, wrong.code) == (403, "E0000068")
    active = await directory.raw("activate_factor", user.id, factor.id, Activation(pass_code=code))
    assert (active["id"], active["status"]) == (factor.id, "ACTIVE")
    spent = await directory.refusal("verify_factor", user.id, factor.id, body=Proof(pass_code=code))
    assert (spent.status, spent.code) == (403, "E0000068")
    await directory.respond("unenroll_factor", user.id, factor.id)


# covers: enrollFactor, activateFactor, verifyFactor
async def test_a_mail_address_gets_codes(directory):
    user = await directory.create(new_user(PASSWORD))
    address = user.profile.email
    profile = UserFactorEmailProfile(email=address)
    wanted = UserFactorEmail(factor_type="email", provider="OKTA", profile=profile)
    factor = await directory.call("enroll_factor", user.id, wanted, token_lifetime_seconds=600)
    assert factor.status.value == "PENDING_ACTIVATION" and factor.id.startswith("emf")
    code = await new_code(lambda: codes_to(address), 0)
    active = await directory.raw("activate_factor", user.id, factor.id, Activation(pass_code=code))
    assert (active["status"], active["profile"]) == ("ACTIVE", {"email": address})
    await asyncio.sleep(5)
    challenge = await directory.call("verify_factor", user.id, factor.id)
    assert challenge.factor_result.value == "CHALLENGE"
    code = await new_code(lambda: codes_to(address), 1)
    right = await directory.call("verify_factor", user.id, factor.id, body=Proof(pass_code=code))
    assert right.factor_result.value == "SUCCESS"


# covers: createSmsTemplate, getSmsTemplate, listSmsTemplates, updateSmsTemplate, replaceSmsTemplate, deleteSmsTemplate
async def test_templates_word_short_messages(directory):
    wanted = SmsTemplate(name="Custom", type="SMS_VERIFY_CODE", template="Hello: ${code}", translations={"es": "Hola: ${code}"})
    template = await directory.call("create_sms_template", wanted)
    assert template.id.startswith("cst") and template.translations == {"es": "Hola: ${code}"}
    listed = await directory.call("list_sms_templates")
    assert listed[0].id == "default" and template.id in [one.id for one in listed]
    changed = await directory.call("update_sms_template", template.id, SmsTemplate(translations={"fr": "Salut: ${code}"}))
    assert set(changed.translations) == {"es", "fr"}

    user = await directory.create(new_user(PASSWORD))
    profile = UserFactorSMSProfile(phone_number="+15554151338")
    factor = UserFactorSMS(factor_type="sms", provider="OKTA", profile=profile)
    await directory.call("enroll_factor", user.id, factor, template_id=template.id, accept_language="fr")
    code = await new_code(lambda: texts_to("+15554151338"), 0)
    assert texts_to("+15554151338") == [f"Salut: {code}"]

    whole = SmsTemplate(name="Other", type="SMS_VERIFY_CODE", template="${code}!")
    assert (await directory.call("replace_sms_template", template.id, whole)).name == "Other"
    assert (await directory.call("get_sms_template", template.id)).translations is None
    await directory.respond("delete_sms_template", template.id)
    gone = await directory.refusal("get_sms_template", template.id)
    assert gone.summary == f"Not found: Resource not found: {template.id} (AppInstance)"
