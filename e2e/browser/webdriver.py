"""Headless Chromium over the WebDriver protocol, with nothing but Python's own library."""

import base64
import json
import socket
import subprocess
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
ENTER = "\ue007"
TAB = "\ue004"
# Localhost must not go through a proxy.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Browser:
    """One window of a browser of its own, without anything from before."""

    def __init__(self):
        port = free_port()
        self.driver = subprocess.Popen(
            ["chromedriver", f"--port={port}", "--log-level=OFF"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.base = f"http://127.0.0.1:{port}"
        self._wait_until_ready()
        # The tests run as root in containers, where Chromium's own sandbox cannot be built.
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server"]
        options = {"alwaysMatch": {"goog:chromeOptions": {"args": arguments}}}
        session = self._call("POST", "/session", {"capabilities": options})
        self.base += f"/session/{session['sessionId']}"

    def _wait_until_ready(self):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                if self._call("GET", "/status")["ready"]:
                    return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.05)
        raise RuntimeError("chromedriver does not answer")

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data=data, method=method)
        request.add_header("Content-Type", "application/json")
        with OPENER.open(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self._call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()

    def resize(self, width, height):
        self._call("POST", "/window/rect", {"width": width, "height": height})

    def open(self, url):
        self._call("POST", "/url", {"url": url})

    def run(self, script):
        """The value of an expression in the page. Pages that forbid scripts allow the driver's."""
        return self._call("POST", "/execute/sync", {"script": f"return {script}", "args": []})

    def run_async(self, promise):
        """What a promise in the page comes to; a text that begins with the name of the error where it fails."""
        script = f"const done = arguments[0]; {promise}.then(done, error => done(`${{error.name}}: ${{error.message}}`))"
        return self._call("POST", "/execute/async", {"script": script, "args": []})

    def add_authenticator(self):
        """Plugs a security key in that is touched, and knows whose hand it is, whenever it is asked."""
        key = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": True, "isUserVerified": True}
        return self._call("POST", "/webauthn/authenticator", key)

    def _find(self, css):
        found = self._call("POST", "/element", {"using": "css selector", "value": css})
        return f"/element/{found[ELEMENT]}"

    def text(self, css):
        return self._call("GET", self._find(css) + "/text")

    def type(self, css, text):
        self._call("POST", self._find(css) + "/value", {"text": text})

    def click(self, css):
        self._call("POST", self._find(css) + "/click", {})

    def leave(self, act):
        """Does something that leads to another page, and waits for that page."""
        self.run("(window.isLeft = true)")
        act()
        deadline = time.monotonic() + 30
        while self.run("window.isLeft === true || document.readyState !== 'complete'"):
            if time.monotonic() > deadline:
                raise RuntimeError("no other page came")
            time.sleep(0.02)

    def focused(self):
        """The id of the element that has the focus."""
        return self.run("document.activeElement.id || document.activeElement.type || ''")

    def press(self, key):
        keys = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self._call("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": keys}]})

    def screenshot(self, path):
        path.write_bytes(base64.b64decode(self._call("GET", "/screenshot")))
