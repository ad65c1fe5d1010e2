"""YubiKeys: uploaded by an administrator, enrolled and shown by their holders."""

import itertools
import json
import secrets
import urllib.request

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from okta.models import (
    UserFactorTokenHardware,
    UserFactorTokenHardwareAllOfVerify,
    UserFactorVerifyRequest,
)
from pydantic import Field

from directory import PASSWORD, new_user

MODHEX = "cbdefghijklnrtuv"


class Proof(UserFactorVerifyRequest):
    """The client's model has no member for a code; its users add one."""

    pass_code: str = Field(alias="passCode")


class Yubikey:
    """A key as it is in somebody's hand: it counts how often it is touched."""

    def __init__(self):
        self.public_id = modhex(secrets.token_bytes(6))
        self.private_id = secrets.token_bytes(6)
        self.key = secrets.token_bytes(16)
        self.uses = itertools.count()

    def seed(self):
        return {
            "serialNumber": "7886622",
            "publicId": self.public_id,
            "privateId": self.private_id.hex(),
            "aesKey": self.key.hex(),
        }

    def touched(self):
        """What the key types."""
        block = self.private_id + (1).to_bytes(2, "little") + bytes(3) + bytes([next(self.uses)]) + secrets.token_bytes(2)
        block += (0xFFFF ^ checksum(block)).to_bytes(2, "little")
        cipher = Cipher(algorithms.AES(self.key), modes.ECB()).encryptor()
        return self.public_id + modhex(cipher.update(block))


def modhex(data):
    return "".join(MODHEX[int(digit, 16)] for digit in data.hex())


def checksum(data):
    """The checksum of ISO 13239."""
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x8408 if value & 1 else 0)
    return value


async def enrol(directory, user, password):
    verify = UserFactorTokenHardwareAllOfVerify(pass_code=password)
    factor = UserFactorTokenHardware(factor_type="token:hardware", provider="YUBICO", verify=verify)
    return await directory.call("enroll_factor", user.id, factor)


def uploaded(directory, yubikey):
    """Uploads a seed. The client's model takes the profile for objects, and cannot read what the contract shows."""
    return asked(directory, "POST", "", yubikey.seed())


def asked(directory, method, path, body=None):
    request = urllib.request.Request(
        f"{directory.url}/api/v1/org/factors/yubikey_token/tokens{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"authorization": f"SSWS {directory.token}", "content-type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


# covers: enrollFactor, verifyFactor, unenrollFactor
async def test_a_password_of_a_yubikey_is_good_once(directory):
    user, yubikey = await directory.create(new_user(PASSWORD)), Yubikey()
    made = uploaded(directory, yubikey)
    assert (made["status"], made["profile"]["serial"]) == ("UNASSIGNED", "000007886622")
    assert "aesKey" not in made and "privateId" not in made
    factor = await enrol(directory, user, yubikey.touched())
    assert factor.status.value == "ACTIVE" and factor.id.startswith("ykf")
    held = asked(directory, "GET", f"/{made['id']}")
    assert held["status"] == "ACTIVE" and held["_links"]["user"]["href"].endswith(user.id)
    password = yubikey.touched()
    right = await directory.call("verify_factor", user.id, factor.id, body=Proof(pass_code=password))
    assert right.factor_result.value == "SUCCESS"
    again = await directory.refusal("verify_factor", user.id, factor.id, body=Proof(pass_code=password))
    assert (again.status, again.code) == (403, "E0000082")
    foreign = await directory.refusal("verify_factor", user.id, factor.id, body=Proof(pass_code=Yubikey().touched()))
    assert (foreign.status, foreign.code) == (403, "E0000068")
    await directory.respond("unenroll_factor", user.id, factor.id)
    assert asked(directory, "GET", f"/{made['id']}")["status"] == "REVOKED"
