"""The same work on a Dask cluster: what comes out does not depend on who did it, nor on who died over it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

import dandang
from dandang.bulk import many
from dandang.bulk.engine import BulkEngine
from dandang.bulk.run import Run
from dandang.cases import with_derived_facts
from dandang.cli import main
from dandang.model import Policy
from generators import defective_cases
from test_bulk import TODAY, json_lines, quads

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two worker processes on this machine."""
    file = tmp_path / "scheduler.json"
    options = ["--scheduler-file", str(file)]
    base = [
        sys.executable,
        "-m",
        "distributed.cli.dask_scheduler",
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--no-dashboard",
        "--no-show",
    ]
    worker = [
        sys.executable,
        "-m",
        "distributed.cli.dask_worker",
        "--nthreads",
        "1",
        "--no-nanny",
        "--no-dashboard",
        *options,
    ]
    started = [subprocess.Popen([*base, *options], cwd=tmp_path)]
    try:
        for _ in range(200):
            if file.exists() and file.stat().st_size:
                break
            time.sleep(0.1)
        started += [subprocess.Popen(worker, cwd=tmp_path) for _ in range(2)]
        import json

        yield json.loads(file.read_text())["address"], started[1:]
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


def test_a_cluster_finds_what_one_process_finds_though_a_worker_dies(
    cluster: tuple[str, list[subprocess.Popen[bytes]]],
    bulk_engine: BulkEngine,
    policy: Policy,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from dandang.bulk import streams

    address, workers = cluster
    cases = list(defective_cases(policy, 200, seed=11))
    one, two = tmp_path / "cases.nq", tmp_path / "cases.jsonl"
    one.write_bytes(quads([with_derived_facts(case, policy) for case in cases[:100]]))
    two.write_bytes(json_lines(cases[100:], policy))
    names = [str(one), f"file://{two}"]
    monkeypatch.setattr("dandang.bulk.run.chunks", partial(streams.chunks, size=5000))
    expected = list(Run(names, bulk_engine))
    assert len(expected) == 200
    found = []
    for number, item in enumerate(Run(names, bulk_engine, scheduler=address)):
        if number == 20:
            os.kill(workers[0].pid, signal.SIGKILL)
        found.append(item)
    assert workers[0].wait(10) == -signal.SIGKILL
    assert found == expected


def test_the_library_call_takes_a_scheduler(
    cluster: tuple[str, list[subprocess.Popen[bytes]]], policy: Policy, tmp_path: Path
) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_bytes(json_lines(list(defective_cases(policy, 5, seed=12)), policy))
    found = list(dandang.validate(str(path), assess=True, today=TODAY, scheduler=cluster[0]))
    assert len(found) == 5 and all(item.outcome for item in found)


def test_the_command_takes_a_scheduler_and_starts_one(
    policy: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_bytes(json_lines(list(defective_cases(policy, 30, seed=13)), policy))
    command = ["validate", str(path), "--format", "jsonl"]
    main([*command, "--workers", "1"])
    expected = capsys.readouterr().out
    main([*command, "--workers", "2", "--scheduler", "local"])
    assert capsys.readouterr().out == expected
    monkeypatch.setattr(many, "_PATIENCE", 0.5)
    assert main([*command, "--scheduler", "tcp://127.0.0.1:1"]) == 2
    assert "没有应答" in capsys.readouterr().err
