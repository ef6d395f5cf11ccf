"""Headless Chromium, driven over the DevTools protocol through a pair of pipes: no port, no driver, no package."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time


class Browser:
    """A browser that can reach nothing: every name resolves to nowhere, and what it asks for is written down."""

    def __init__(self):
        program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        if not program:
            raise SystemExit("error: there is no chromium\n   help: run .ci/setup external, which installs it")
        self.profile = tempfile.mkdtemp(prefix="scorewalk-chromium-")
        read, self._out = os.pipe()
        self._in, write = os.pipe()
        # The browser reads commands from descriptor 3 and writes answers to 4.
        self.process = subprocess.Popen(
            [
                "/bin/sh", "-c", f'exec "$@" 3<&{read} 4>&{write}', "sh", program, "--headless=new", "--no-sandbox",
                "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
                "--disable-extensions", "--disable-background-networking", "--disable-component-update",
                "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND", "--remote-debugging-pipe",
                f"--user-data-dir={self.profile}", "about:blank",
            ],
            pass_fds=(read, write), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(read)
        os.close(write)
        self._buffer, self._count = b"", 0
        self.events = []

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _receive(self, deadline):
        while b"\0" not in self._buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._in], [], [], left)[0]:
                raise TimeoutError("the browser does not answer")
            piece = os.read(self._in, 1 << 16)
            if not piece:
                raise RuntimeError("the browser has ended")
            self._buffer += piece
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)

    def send(self, method, parameters=None, session=None, seconds=60):
        """Gives a command; returns its answer, and keeps what happened meanwhile."""
        self._count += 1
        command = {"id": self._count, "method": method, "params": parameters or {}}
        if session:
            command["sessionId"] = session
        os.write(self._out, json.dumps(command).encode() + b"\0")
        deadline = time.monotonic() + seconds
        while True:
            message = self._receive(deadline)
            if message.get("id") == self._count:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            if "method" in message:
                self.events.append(message)

    def open(self, address, width=1280, height=900, dark=False, mobile=False, seconds=60):
        """Opens an address in a page of its own, and waits until it has loaded."""
        target = self.send("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self.send("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        page = Page(self, target, session)
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.send(f"{domain}.enable")
        page.send("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile})
        page.send("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
        start = time.monotonic()
        page.send("Page.navigate", {"url": address})
        page.wait("document.readyState === 'complete'", seconds)
        page.seconds = time.monotonic() - start
        return page


class Page:
    """One page, with what it said and asked for."""

    def __init__(self, browser, target, session):
        self.browser, self.target, self.session = browser, target, session
        self.seconds = 0.0

    def send(self, method, parameters=None, seconds=60):
        return self.browser.send(method, parameters, self.session, seconds)

    def evaluate(self, script):
        """The value of an expression in the page."""
        result = self.send("Runtime.evaluate", {"expression": script, "returnByValue": True, "awaitPromise": True})
        if "exceptionDetails" in result:
            raise RuntimeError(f"{script}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def wait(self, condition, seconds=20):
        end = time.monotonic() + seconds
        while not self.evaluate(condition):
            if time.monotonic() > end:
                raise TimeoutError(f"it does not come to be: {condition}")
            time.sleep(0.02)

    def _events(self, method):
        return [event["params"] for event in self.browser.events
                if event.get("sessionId") == self.session and event["method"] == method]

    @property
    def complaints(self):
        """What the page's console has of errors and warnings."""
        self.evaluate("1")
        said = [
            " ".join(str(item.get("value", item.get("description"))) for item in event["args"])
            for event in self._events("Runtime.consoleAPICalled") if event["type"] in ("error", "warning", "assert")]
        said += [event["exceptionDetails"]["text"] for event in self._events("Runtime.exceptionThrown")]
        said += [
            event["entry"]["text"] for event in self._events("Log.entryAdded")
            if event["entry"]["level"] in ("error", "warning")]
        return said

    @property
    def requests(self):
        """The addresses that the page asked for."""
        self.evaluate("1")
        return [event["request"]["url"] for event in self._events("Network.requestWillBeSent")]

    def key(self, name, code, text=""):
        """Presses a key, as a person does who has no mouse."""
        for kind in ("keyDown", "keyUp"):
            parameters = {"type": kind, "key": name, "code": name, "windowsVirtualKeyCode": code}
            if text and kind == "keyDown":
                parameters["text"] = text
            self.send("Input.dispatchKeyEvent", parameters)

    def picture(self, path, height=None):
        """A picture of the whole page, or of so much of its top."""
        size = self.send("Page.getLayoutMetrics")["cssContentSize"]
        parameters = {"format": "png", "captureBeyondViewport": True, "clip": {
            "x": 0, "y": 0, "width": size["width"], "height": min(size["height"], height or size["height"]), "scale": 1}}
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.send("Page.captureScreenshot", parameters)["data"]))

    def close(self):
        self.browser.send("Target.closeTarget", {"targetId": self.target})
