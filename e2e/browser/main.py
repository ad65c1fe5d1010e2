"""The pages that mailed links lead to, and security keys, in headless Chromium.

Runs every function below whose name starts with `test_`, against the server named by DENIZEN_URL with the API token
DENIZEN_TOKEN, keeps pictures in the folder DENIZEN_SCREENSHOTS, and ends with the counts: "N passed, N failed".
"""

import itertools
import json
import os
import pathlib
import sys
import traceback
import urllib.error
import urllib.request

import security_keys
from webdriver import ENTER, OPENER, TAB, Browser

URL = os.environ["DENIZEN_URL"]
TOKEN = os.environ["DENIZEN_TOKEN"]
PICTURES = pathlib.Path(os.environ["DENIZEN_SCREENSHOTS"])
WIDE, NARROW = (1280, 900), (360, 740)
PASSWORD = "Autumn-Harbour-42"
NEW = "Lantern-Winter-1"
_numbers = itertools.count(1)


def call(method, path, body=None, token=TOKEN):
    """A call of the API: the status and the JSON of the answer."""
    data = b"" if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{URL}/api/v1{path}", data=None if method == "GET" else data, method=method)
    request.add_header("Accept", "application/json")
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", f"SSWS {token}")
    try:
        with OPENER.open(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def person(password=None, login=None, activate=True):
    login = login or f"browser{next(_numbers)}@example.com"
    body = {"profile": {"login": login, "email": login, "firstName": "Isaac", "lastName": "Brock"}}
    if password:
        body["credentials"] = {"password": {"value": password}}
    status, user = call("POST", f"/users?activate={'true' if activate else 'false'}", body)
    assert status == 200, user
    return user


def invitation(login=None):
    user = person(login=login, activate=False)
    _, link = call("POST", f"/users/{user['id']}/lifecycle/activate?sendEmail=false")
    return user, link["activationUrl"]


def status_of(user):
    return call("GET", f"/users/{user['id']}")[1]["status"]


def sign_in(user, password):
    body = {"username": user["profile"]["login"], "password": password}
    return call("POST", "/authn", body, token=None)[1].get("status")


def check_page(browser, name):
    """What holds of every page, whatever the width of the screen."""
    for size, word in ((WIDE, "wide"), (NARROW, "narrow")):
        browser.resize(*size)
        browser.screenshot(PICTURES / f"{name}-{word}.png")
        assert browser.run("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} is too wide"
    assert browser.run("document.documentElement.lang") == "en"
    assert browser.run("document.querySelectorAll('h1').length") == 1
    assert browser.run("document.scripts.length + document.images.length") == 0
    # The policy lets the page's own style through.
    assert browser.run("getComputedStyle(document.querySelector('main')).maxWidth") != "none"
    assert browser.run("performance.getEntriesByType('resource').length") == 0, "something was loaded"
    unnamed = "[...document.querySelectorAll('input:not([type=hidden]):not([hidden])')].filter(i => !i.labels.length)"
    assert browser.run(f"{unnamed}.length") == 0, "a field without a label"


def fill(browser, password, again=None):
    browser.type("#password", password)
    browser.type("#again", password if again is None else again)
    browser.leave(lambda: browser.click("button"))


def test_an_invitation_leads_to_a_first_password():
    user, link = invitation()
    with Browser() as browser:
        browser.open(link)
        check_page(browser, "welcome")
        assert user["profile"]["login"] in browser.text("main")
        fill(browser, "short")
        check_page(browser, "welcome-refused")
        assert "at least 8 characters" in browser.text("[role=alert]")
        fill(browser, NEW, "Lantern-Winter-2")
        assert "not the same" in browser.text("[role=alert]")
        assert status_of(user) == "PROVISIONED"
        fill(browser, NEW)
        assert browser.text("h1") == "Done", browser.text("main")
        check_page(browser, "done")
        assert status_of(user) == "ACTIVE"
        assert sign_in(user, NEW) == "SUCCESS"
        browser.open(link)
        assert "no longer good" in browser.text("h1")
        check_page(browser, "over")


def test_a_reset_is_done_by_keys_alone():
    user = person(PASSWORD)
    _, link = call("POST", f"/users/{user['id']}/lifecycle/reset_password?sendEmail=false")
    with Browser() as browser:
        browser.open(link["resetPasswordUrl"])
        check_page(browser, "reset")
        places = []
        for text in (NEW, NEW):
            browser.press(TAB)
            places.append(browser.focused())
            browser.type(f"#{places[-1]}", text)
        assert places == ["password", "again"], places
        browser.press(TAB)
        assert browser.focused() == "checkbox"
        browser.press(TAB)
        assert browser.focused() == "submit"
        browser.leave(lambda: browser.press(ENTER))
        assert browser.text("h1") == "Done", browser.text("main")
    assert status_of(user) == "ACTIVE"
    assert sign_in(user, NEW) == "SUCCESS"


def test_opening_a_page_uses_nothing_up():
    user = person(PASSWORD)
    _, link = call("POST", f"/users/{user['id']}/credentials/forgot_password?sendEmail=false")
    for _ in range(3):
        with Browser() as browser:
            browser.open(link["resetPasswordUrl"])
            assert "new password" in browser.text("h1")
    with Browser() as browser:
        browser.open(link["resetPasswordUrl"])
        fill(browser, NEW)
        assert browser.text("h1") == "Done"


def test_a_name_that_is_markup_is_text():
    login = "o'brien&ltimg@example.com"
    _, link = invitation(login)
    with Browser() as browser:
        browser.open(link)
        check_page(browser, "markup")
        assert login in browser.text("main")


def test_a_security_key_is_registered_and_shown():
    user = person(PASSWORD)
    factors = f"/users/{user['id']}/factors"
    with Browser() as browser:
        browser.add_authenticator()
        # Browsers offer keys to names, not to addresses. Any page of the origin will do.
        browser.open(URL.replace("127.0.0.1", "localhost") + "/health/live")
        status, factor = call("POST", factors, {"factorType": "webauthn", "provider": "FIDO"})
        assert status == 200 and factor["status"] == "PENDING_ACTIVATION", factor
        options = factor["_embedded"]["activation"]
        made = security_keys.create(browser, options)
        status, active = call("POST", f"{factors}/{factor['id']}/lifecycle/activate", made)
        assert status == 200 and active["status"] == "ACTIVE", (made, active)
        credential = active["profile"]["credentialId"]
        for path in (f"{factors}/{factor['id']}/verify", f"{factors}/webauthn/verify"):
            status, asked = call("POST", path, {})
            assert status == 200 and asked["factorResult"] == "CHALLENGE", asked
            used = security_keys.get(browser, asked["_embedded"]["challenge"], credential)
            status, shown = call("POST", path, used)
            assert status == 200 and shown["factorResult"] == "SUCCESS", (used, shown)
            status, again = call("POST", path, used)
            assert status == 403 and again["errorCode"] == "E0000068", again
        # The browser itself keeps a key from being registered twice.
        _, next_one = call("POST", factors, {"factorType": "webauthn", "provider": "FIDO"})
        refused = security_keys.create(browser, next_one["_embedded"]["activation"])
        assert str(refused).startswith("InvalidStateError"), refused


def main():
    PICTURES.mkdir(parents=True, exist_ok=True)
    passed = failed = 0
    for name, function in list(globals().items()):
        if not name.startswith("test_"):
            continue
        try:
            function()
        except Exception:
            failed += 1
            print(f"FAIL {name}")
            traceback.print_exc(file=sys.stdout)
        else:
            passed += 1
            print(f"ok   {name}")
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
