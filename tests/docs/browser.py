"""A headless Chromium over its debugging pipe, with nothing but the standard library."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-default-browser-check",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
         "--hide-scrollbars", "--remote-debugging-pipe"]


def find():
    """The path of a Chromium, or None."""
    named = os.environ.get("CHROMIUM")
    for name in [named] if named else ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]:
        path = shutil.which(name)
        if path:
            return path
    return None


class Browser:
    def __init__(self, path, width=1280, height=860):
        self.home = tempfile.mkdtemp(prefix="cdbt-docs-")
        to_read, self.write_end = os.pipe()
        self.read_end, to_write = os.pipe()

        def wire():
            # Chromium reads commands from descriptor 3 and answers on 4; the two may already be in use here.
            a, b = os.dup(to_read), os.dup(to_write)
            a, b = [d if d > 4 else os.dup(d) for d in (a, b)]
            os.dup2(a, 3)
            os.dup2(b, 4)

        self.process = subprocess.Popen([path, *FLAGS, "--user-data-dir=" + self.home, "--window-size=%d,%d" % (width, height), "about:blank"],
                                        preexec_fn=wire, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self.buffer = b""
        self.number = 0
        self.events = []
        targets = self.send("Target.getTargets")["targetInfos"]
        target = next(t for t in targets if t["type"] == "page")["targetId"]
        self.session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ["Page", "Runtime", "Network", "Log"]:
            self.send(domain + ".enable")
        self.send("Page.setLifecycleEventsEnabled", enabled=True)
        self.size(width, height)
        self.scheme("light")

    def message(self, timeout=60):
        end = time.monotonic() + timeout
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.read_end], [], [], max(0, end - time.monotonic()))
            if not ready:
                raise TimeoutError("Chromium does not answer")
            part = os.read(self.read_end, 1 << 20)
            if not part:
                raise RuntimeError("Chromium ended")
            self.buffer += part
        raw, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(raw)

    def send(self, method, **params):
        self.number += 1
        call = {"id": self.number, "method": method, "params": params}
        if getattr(self, "session", None):
            call["sessionId"] = self.session
        data = json.dumps(call).encode() + b"\0"
        while data:
            data = data[os.write(self.write_end, data):]
        while True:
            got = self.message()
            if got.get("id") == self.number:
                if "error" in got:
                    raise RuntimeError(method + ": " + json.dumps(got["error"]))
                return got["result"]
            self.events.append(got)

    def size(self, width, height, scale=1, mobile=False):
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=mobile)

    def scheme(self, name):
        # Without motion what is asked for is there at once.
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}, {"name": "prefers-reduced-motion", "value": "reduce"}])

    def open(self, url):
        # A new hash alone would not load the page anew.
        self.visit("about:blank")
        self.visit(url)
        self.settle()

    def visit(self, url):
        self.events = []
        loader = self.send("Page.navigate", url=url)["loaderId"]

        def loaded(e):
            return (e.get("method") == "Page.lifecycleEvent" and e["params"]["name"] == "load"
                    and e["params"]["loaderId"] == loader)
        while not any(loaded(e) for e in self.events):
            self.events.append(self.message())

    def go(self, hash_text):
        self.run("location.hash = " + json.dumps(hash_text))
        self.settle()

    def settle(self):
        """Two frames: what was to be drawn is drawn."""
        self.run("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")

    def run(self, script):
        got = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True)
        if "exceptionDetails" in got:
            raise RuntimeError(script + ": " + json.dumps(got["exceptionDetails"].get("exception", got["exceptionDetails"])))
        return got["result"].get("value")

    def key(self, name, text=None):
        codes = {"Enter": 13, "Escape": 27, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Tab": 9}
        extra = {"text": text} if text else {}
        if name == "Enter":
            extra["text"] = "\r"
        self.send("Input.dispatchKeyEvent", type="keyDown", key=name, windowsVirtualKeyCode=codes.get(name, 0), **extra)
        self.send("Input.dispatchKeyEvent", type="keyUp", key=name, windowsVirtualKeyCode=codes.get(name, 0))
        self.settle()

    def type(self, text):
        self.send("Input.insertText", text=text)
        self.settle()

    def mouse(self, kind, x, y, **more):
        self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def click(self, x, y, count=1):
        self.mouse("mouseMoved", x, y)
        for c in range(1, count + 1):
            self.mouse("mousePressed", x, y, button="left", buttons=1, clickCount=c)
            self.mouse("mouseReleased", x, y, button="left", buttons=0, clickCount=c)
        self.settle()

    def picture(self, path, full=False):
        got = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=full)
        with open(path, "wb") as f:
            f.write(base64.b64decode(got["data"]))

    def requests(self):
        return [e["params"]["request"]["url"] for e in self.events if e.get("method") == "Network.requestWillBeSent"]

    def refused(self):
        """The addresses that the page's policy did not let it ask for."""
        stopped = {e["params"]["requestId"] for e in self.events if e.get("method") == "Network.loadingFailed" and e["params"].get("blockedReason") == "csp"}
        return [e["params"]["request"]["url"] for e in self.events
                if e.get("method") == "Network.requestWillBeSent" and e["params"]["requestId"] in stopped]

    def complaints(self):
        out = []
        for e in self.events:
            if e.get("method") == "Runtime.exceptionThrown":
                d = e["params"]["exceptionDetails"]
                out.append(d.get("exception", {}).get("description") or d.get("text"))
            elif e.get("method") == "Runtime.consoleAPICalled" and e["params"]["type"] in ("error", "warning", "assert"):
                out.append(" ".join(str(a.get("value", a.get("description"))) for a in e["params"]["args"]))
            elif e.get("method") == "Log.entryAdded" and e["params"]["entry"]["level"] in ("error", "warning"):
                out.append(e["params"]["entry"]["text"])
        return out

    def close(self):
        try:
            self.send("Browser.close")
        except (RuntimeError, TimeoutError, OSError):
            self.process.kill()
        self.process.wait(20)
        os.close(self.write_end)
        os.close(self.read_end)
        shutil.rmtree(self.home, ignore_errors=True)
