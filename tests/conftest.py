"""What all tests share: where the checkout is, and the tools that are not Python packages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dandang.model import Policy
from dandang.policy import load_policy
from node_packages import installed_from_npm

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from dandang.bulk.engine import BulkEngine

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def chromium() -> str:
    """The system's Chromium, for playwright's `executable_path`.

    Skips where there is none, so that `make test` works on any machine; `.ci/run` sets DANDANG_REQUIRE_TOOLS, and then
    a missing browser is a failure.
    """
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    if os.environ.get("DANDANG_REQUIRE_TOOLS"):
        pytest.fail("Chromium is not installed and DANDANG_REQUIRE_TOOLS is set")
    pytest.skip("Chromium is not installed")


@pytest.fixture(scope="session")
def front_end() -> Path:
    """web/static/built, made from the sources as they are.

    Skips where npm cannot be reached and nothing is built yet; `.ci/run` sets DANDANG_REQUIRE_TOOLS, and then that is a failure.
    """
    environment = {key: value for key, value in os.environ.items() if key != "DANDANG_SKIP_FRONTEND"}
    command = [sys.executable, str(ROOT / "hatch_build.py")]
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", timeout=300, check=False)
    if done.returncode and os.environ.get("DANDANG_REQUIRE_TOOLS"):
        pytest.fail(done.stderr)
    if done.returncode:
        pytest.skip("the front end cannot be built: npm cannot be reached")
    return ROOT / "web" / "static" / "built"


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """A headless Chromium that talks to this machine only; tests open their own `browser.new_page()`."""
    from playwright.sync_api import sync_playwright

    quiet = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
    # Chromium refuses its sandbox to root, and the pages it opens here are our own.
    sandbox = os.name == "nt" or os.geteuid() != 0
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=quiet, chromium_sandbox=sandbox)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def bulk_engine(policy: Policy) -> BulkEngine:
    """The compiled shapes, for the day on which all tests take place. Compiling takes seconds."""
    from dandang.bulk.engine import BulkEngine
    from dandang.policy import load_quads
    from dandang.resources import data_files

    return BulkEngine(policy, load_quads(data_files()), today="2026-11-22")


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The policy as shipped."""
    return load_policy()


@pytest.fixture(scope="session")
def schemas() -> Path:
    """The packages of tests/schemas, which hold the schemas of SARIF and JUnit."""
    return installed_from_npm("schemas")
