"""A headless browser: Chromium or Chrome with its ChromeDriver, as Debian's packages install them, driven by Selenium."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

from axe_core_python.selenium import Axe
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import ActionChains, Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

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
_SERIOUS = ("serious", "critical")


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
        flags = [*_FLAGS, f"--window-size={size[0]},{size[1]}", *(["--force-dark-mode"] if dark else [])]
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._driver = _started(profile / str(attempt), flags)
                return
            except (WebDriverException, OSError) as error:
                if attempt == _ATTEMPTS:
                    raise StartError(str(error)) from error
                time.sleep(attempt)

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._driver.quit()

    def open(self, page: Path) -> None:
        """Load a file, until its own script is done."""
        self._driver.get(page.as_uri())
        self.wait_until("document.documentElement.dataset.ready === 'yes'")

    def run(self, script: str, *arguments: Any) -> Any:
        """What an expression of JavaScript is; ``arguments`` are at hand in it under that name."""
        return self._driver.execute_script(f"return ({script})", *arguments)

    def wait_until(self, condition: str, seconds: float = 30.0) -> None:
        """Wait for an expression to be true. Raises TimeoutException."""
        wait = WebDriverWait(self._driver, seconds, poll_frequency=0.05)
        wait.until(lambda _: self.run(condition), f"{condition} did not come true")

    def click(self, selector: str) -> None:
        """Click where an element is, as a mouse does, once it stands still in the window."""
        if "option[" not in selector:
            self._show(selector)
        self._element(selector).click()

    def type(self, selector: str, text: str) -> None:
        """Type into an element."""
        self._element(selector).send_keys(text)

    def choose(self, selector: str, value: str) -> None:
        """Choose an option of a list."""
        self.click(f"{selector} option[value='{value}']")

    def drag(self, selector: str, x: int, y: int) -> None:
        """Press the mouse near the middle of an element, once it stands in the window, move it so far, and let go."""
        self._show(selector)
        chain = ActionChains(self._driver).move_to_element_with_offset(self._element(selector), 0, 60)
        chain.click_and_hold().move_by_offset(x, y).release().perform()

    def screenshot(self, path: Path) -> None:
        self._driver.save_screenshot(str(path))

    def log(self) -> list[str]:
        """What the console said since it was last asked: errors, and requests that were refused."""
        return [f"{row['level']}: {row['message']}" for row in self._driver.get_log("browser")]

    def barriers(self) -> list[str]:
        """What keeps people with a keyboard, a screen reader or weak eyes from the page: axe's serious findings."""
        found = Axe().run(self._driver)["violations"]
        return [f"{row['id']}: {row['help']}" for row in found if row["impact"] in _SERIOUS]

    def _show(self, selector: str) -> None:
        """Scroll to an element at once."""
        self.run(
            "document.querySelector(arguments[0]).scrollIntoView({behavior: 'instant', block: 'center'})",
            selector,
        )

    def _element(self, selector: str) -> WebElement:
        return self._driver.find_element(By.CSS_SELECTOR, selector)


def _started(profile: Path, flags: Sequence[str]) -> Chrome:
    options = ChromeOptions()
    options.binary_location = _chrome() or ""
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for flag in (*flags, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    return Chrome(options, ChromeService(shutil.which("chromedriver")))
