"""Factors that a device approves. The device is the program's own: `denizen device`."""

import os
import subprocess
import tempfile

from okta.models import UserFactorPush, UserFactorVerifyRequest
from okta.models.user_factor_push_transaction_rejected_all_of_links import UserFactorPushTransactionRejectedAllOfLinks

from directory import PASSWORD, new_user

# The client's model takes the link to the factor for the factor itself, and fails at it.
_links = UserFactorPushTransactionRejectedAllOfLinks.from_dict
UserFactorPushTransactionRejectedAllOfLinks.from_dict = staticmethod(
    lambda links: _links({name: link for name, link in links.items() if name != "factor"})
)


class Phone:
    """A device in a folder of its own."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()

    def run(self, *arguments):
        """What the device says, and whether it did what was asked."""
        program = os.environ["DENIZEN_OPERATOR"].split("\n")[0]
        command = [program, "device", *arguments, "--device-dir", self.folder.name]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        return done.returncode == 0, done.stdout + done.stderr

    def does(self, *arguments):
        done, told = self.run(*arguments)
        assert done, told
        return told


async def enrolled(directory):
    """Somebody with a push factor and the phone for it."""
    user, phone = await directory.create(new_user(PASSWORD)), Phone()
    wanted = UserFactorPush(factor_type="push", provider="OKTA")
    factor = await directory.raw("enroll_factor", user.id, wanted)
    assert factor["status"] == "PENDING_ACTIVATION" and factor["id"].startswith("opf")
    picture = factor["_embedded"]["activation"]["_links"]["qrcode"]["href"]
    token = picture.rsplit("/", 1)[1]
    phone.does("enrol", f"{directory.url}/device/activate#{token}", "--name", "Gibson")
    active = await directory.call("get_factor", user.id, factor["id"])
    assert (active.status.value, active.profile.name) == ("ACTIVE", "Gibson")
    return user, active, phone


async def asked(directory, user, factor, **options):
    """Sends a push; its id, and what was told of it."""
    told = await directory.raw("verify_factor", user.id, factor.id, **options)
    assert told["factorResult"] == "WAITING"
    return told["_links"]["poll"]["href"].rsplit("/", 1)[1], told


async def result(directory, user, factor, push):
    return (await directory.raw("get_factor_transaction_status", user.id, factor.id, push))["factorResult"]


# covers: enrollFactor, verifyFactor, getFactorTransactionStatus, unenrollFactor
async def test_a_device_approves_and_rejects(directory):
    user, factor, phone = await enrolled(directory)
    for verdict, wanted in [("approve", "SUCCESS"), ("reject", "REJECTED")]:
        push, _ = await asked(directory, user, factor)
        assert await result(directory, user, factor, push) == "WAITING"
        assert push in phone.does("list")
        phone.does(verdict, push)
        assert await result(directory, user, factor, push) == wanted
    await directory.respond("unenroll_factor", user.id, factor.id)
    done, told = phone.run("list")
    assert not done and "does not know this device" in told


# covers: verifyFactor, getFactorTransactionStatus
async def test_a_device_chooses_the_number(directory):
    user, factor, phone = await enrolled(directory)
    wanted = UserFactorVerifyRequest(use_number_matching_challenge=True)
    push, told = await asked(directory, user, factor, body=wanted)
    correct = told["_embedded"]["challenge"]["correctAnswer"]
    done, complaint = phone.run("approve", push)
    assert not done and "--number" in complaint
    phone.does("approve", push, "--number", str(correct))
    assert await result(directory, user, factor, push) == "SUCCESS"
