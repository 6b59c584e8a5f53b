"""Ctrl-C in the middle of many cases: what is written is whole, and no process stays behind."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

READ: dict[str, Callable[[str], object]] = {
    "json": json.loads,
    "jsonl": lambda text: [json.loads(line) for line in text.splitlines()],
    "sarif": json.loads,
    "csv": lambda text: list(csv.reader(io.StringIO(text), strict=True)),
}

#: Enough for every day; all of them take a minute.
QUICK = {("json", "1"), ("csv", "2")}


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """So many cases with findings that no machine is through with them while the first are read."""
    path = tmp_path_factory.mktemp("many") / "cases.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(150_000):
            file.write(json.dumps({"id": f"2018-{number}", "title": "无", "facts": {}, "on": "2018-09-01"}) + "\n")
    return path


@pytest.mark.skipif(os.name == "nt", reason="no process groups")
@pytest.mark.parametrize(
    ("form", "workers"),
    [
        pytest.param(form, workers, marks=() if (form, workers) in QUICK else pytest.mark.slow)
        for form in READ
        for workers in ("1", "2")
    ],
)
def test_what_is_written_is_whole_and_nobody_stays(form: str, workers: str, many: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dandang", "validate", str(many), "--format", form, "--workers", workers]
    with (
        (tmp_path / "told").open("w+", encoding="utf-8") as errors,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, start_new_session=True, text=True, encoding="utf-8"
        ) as process,
    ):
        assert process.stdout
        # The pipe is full of what comes behind, so that it is in the middle of writing.
        begun = process.stdout.read(100_000)
        # As a terminal does it: to the whole group.
        os.killpg(process.pid, signal.SIGINT)
        rest = process.stdout.read()
        process.wait(60)
        errors.seek(0)
        told = errors.read()
    assert process.returncode == 2, told
    assert "已中断" in told and "Traceback" not in told, told
    assert READ[form](begun + rest)
    assert len(begun + rest) < 30_000_000, "it went on to the end"
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


@pytest.mark.skipif(os.name == "nt", reason="no process groups")
def test_workers_leave_with_the_process_that_asks(many: Path) -> None:
    """As where memory is short and the system ends it: nobody goes on working for no one."""
    command = [sys.executable, "-m", "dandang", "validate", str(many), "--format", "jsonl", "--workers", "2"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        assert process.stdout
        assert process.stdout.read(1000)
        process.kill()
    for _ in range(200):
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)
    pytest.fail("workers stayed behind")


@pytest.mark.skipif(os.name == "nt", reason="no process groups")
def test_cases_that_take_long_are_not_waited_for(tmp_path: Path) -> None:
    """Hundreds of cases in each chunk that the reader of case files has to look at: Ctrl-C ends them in the middle."""
    path = tmp_path / "cases.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(6_000):
            case = {"id": f"2018-{number}", "facts": {"勤勉尽责": "大概"}, "summary": "x" * 4_000}
            file.write(json.dumps(case) + "\n")
    command = [sys.executable, "-m", "dandang", "validate", str(path), "--format", "jsonl", "--workers", "2"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        assert process.stdout
        assert process.stdout.read(1000)
        os.killpg(process.pid, signal.SIGINT)
        assert not process.stdout.read()[100_000_000:]
        assert process.wait(60) == 2
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
