"""A headless browser, driven over the WebDriver protocol with nothing but the standard library.

Chromium or Chrome and their ChromeDriver, as Debian's packages chromium and chromium-driver install them.
Source: https://www.w3.org/TR/webdriver2/.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

CHROMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_FLAGS = (
    "--headless=new",
    "--no-sandbox",  # containers have none, and the pages are ours
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
)
ENTER, ESCAPE = "\ue007", "\ue00c"
_ATTEMPTS = 5
_START_TIME = 60.0  # seconds


@cache
def missing() -> str:
    """What is not installed, or nothing. A command that is there and says no version, as a stub, is not installed."""
    if _chrome() is None:
        return "no browser is installed: apt-get install chromium chromium-driver"
    return "" if _runs("chromedriver") else "ChromeDriver is not installed: apt-get install chromium-driver"


@cache
def _chrome() -> str | None:
    return next((path for path in map(shutil.which, CHROMES) if path and _runs(path)), None)


def _runs(command: str) -> bool:
    if shutil.which(command) is None:
        return False
    try:
        done = subprocess.run([command, "--version"], capture_output=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        return True  # the machine is busy
    return done.returncode == 0


class StartError(AssertionError):
    """ChromeDriver or the browser did not start. On a busy machine they do at another attempt."""


class Browser:
    """One window. A context manager."""

    def __init__(self, profile: Path, *, dark: bool = False, size: tuple[int, int] = (1400, 1000)) -> None:
        flags = [*_FLAGS, f"--window-size={size[0]},{size[1]}"]
        flags += ["--force-dark-mode"] if dark else []
        for attempt in range(1, _ATTEMPTS + 1):
            folder = profile / str(attempt)
            folder.mkdir(parents=True)
            try:
                self._start(folder, flags)
                return
            except (StartError, OSError):
                if attempt == _ATTEMPTS:
                    raise
                time.sleep(attempt)

    def _start(self, folder: Path, flags: Sequence[str]) -> None:
        """A driver and a window, with a profile of their own. Raises StartError, and leaves no process behind."""
        log = folder / "chromedriver.log"
        with log.open("wb") as output:
            self._driver = subprocess.Popen(
                ["chromedriver", "--port=0"], stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        options = {"binary": _chrome(), "args": [*flags, f"--user-data-dir={folder / 'profile'}"]}
        wish = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        try:
            self._url = self._address(log)
            session = self._post("/session", {"capabilities": {"alwaysMatch": wish}})
        except BaseException as error:
            self._stop()
            if not isinstance(error, (AssertionError, OSError)):
                raise
            raise StartError(f"{error}; ChromeDriver said: {log.read_text('utf-8', 'replace')}") from error
        self._url += f"/session/{session['sessionId']}"

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with suppress(OSError, AssertionError):  # what it is closed for has been seen
                self._send("DELETE", "", None)
        finally:
            self._stop()

    def _stop(self) -> None:
        self._driver.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._driver.wait(20)
        self._driver.kill()
        self._driver.wait()

    def open(self, page: Path) -> None:
        """Load a file, until its own script is done."""
        self._post("/url", {"url": page.as_uri()})
        self.wait_until("document.documentElement.dataset.ready === 'yes'")

    def run(self, script: str, *arguments: Any) -> Any:
        """What an expression of JavaScript is; ``arguments`` are at hand in it under that name."""
        return self._post("/execute/sync", {"script": f"return ({script})", "args": list(arguments)})

    def wait_until(self, condition: str, seconds: float = 30.0) -> None:
        """Wait for an expression to be true. Raises AssertionError."""
        end = time.monotonic() + seconds
        while not self.run(condition):
            assert time.monotonic() < end, f"{condition} did not come true; the log says {self.log()}"
            time.sleep(0.05)

    def click(self, selector: str) -> None:
        """Click where an element is, as a mouse does, once it stands still in the window."""
        element = self._element(selector)
        if "option[" not in selector:
            self._show(selector)
        self._post(f"/element/{element}/click", {})

    def type(self, selector: str, text: str) -> None:
        """Type into an element."""
        self._post(f"/element/{self._element(selector)}/value", {"text": text})

    def choose(self, selector: str, value: str) -> None:
        """Choose an option of a list."""
        self.click(f"{selector} option[value='{value}']")

    def drag(self, selector: str, x: int, y: int) -> None:
        """Press the mouse near the middle of an element, once it stands in the window, move it so far, and let go."""
        self._show(selector)
        origin = {"element-6066-11e4-a52e-4f735466cecf": self._element(selector)}
        moves = [
            {"type": "pointerMove", "duration": 0, "x": 0, "y": 60, "origin": origin},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerMove", "duration": 60, "x": x, "y": y, "origin": "pointer"},
            {"type": "pointerUp", "button": 0},
        ]
        self._post("/actions", {"actions": [{"type": "pointer", "id": "mouse", "actions": moves}]})

    def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self._send("GET", "/screenshot", None)))

    def log(self) -> list[str]:
        """What the console said since it was last asked: errors, and requests that were refused."""
        rows = self._post("/se/log", {"type": "browser"})
        return [f"{row['level']}: {row['message']}" for row in rows]

    def _show(self, selector: str) -> None:
        """Scroll to an element at once."""
        self.run(
            "document.querySelector(arguments[0]).scrollIntoView({behavior: 'instant', block: 'center'})",
            selector,
        )

    def _element(self, selector: str) -> str:
        found = self._post("/element", {"using": "css selector", "value": selector})
        element: str = next(iter(found.values()))
        return element

    def _address(self, log: Path) -> str:
        """Where ChromeDriver answers, once it says so. Raises StartError."""
        end = time.monotonic() + _START_TIME
        while time.monotonic() < end:
            match = re.search(r"successfully on port (\d+)", log.read_text("utf-8", "replace"))
            if match:
                return f"http://127.0.0.1:{match.group(1)}"
            if self._driver.poll() is not None:
                raise StartError(f"ChromeDriver ended with exit code {self._driver.returncode}")
            time.sleep(0.05)
        raise StartError(f"ChromeDriver did not start within {_START_TIME:.0f} seconds")

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return self._send("POST", path, body)

    def _send(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self._url + path, data, {"Content-Type": "application/json"}, method=method
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=120) as answer:
                return json.loads(answer.read())["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(json.loads(error.read())["value"]["message"][:2000]) from None
