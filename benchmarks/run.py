"""Times of the promises about speed, as ratios within one run. `make bench`.

Whole processes run in turn, A B A B …, so that a slow moment of the machine hits both; the medians are compared.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CASE = ROOT / "data" / "cases" / "2018-017-old-community-renewal.yaml"
BARE = [sys.executable, "-c", "import pyoxigraph, yaml"]
RUNS = 15


def processes() -> dict[str, float]:
    """Whole processes against a bare import of the store and YAML. The promise: at most 3.0."""
    commands = {
        "assess, text": [sys.executable, "-m", "dandang", "assess", str(CASE)],
        "assess, json": [sys.executable, "-m", "dandang", "assess", str(CASE), "--format", "json"],
        "ask cq-01 of a case": [sys.executable, "-m", "dandang", "ask", "cq-01", "--case", str(CASE)],
        "ask cq-20": [sys.executable, "-m", "dandang", "ask", "cq-20"],
        "show E7": [sys.executable, "-m", "dandang", "show", "E7"],
    }
    with tempfile.TemporaryDirectory() as cache:
        # A cache of its own, warmed once, as on a user's second command; byte code as an installation has it.
        environment = dict(os.environ, XDG_CACHE_HOME=cache)
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for command in commands.values():
            once(command, environment)
        return {name: ratio(command, BARE, environment) for name, command in commands.items()}


def once(command: list[str], environment: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, env=environment, check=True)
    return time.perf_counter() - start


def ratio(command: list[str], other: list[str], environment: dict[str, str]) -> float:
    pairs = [(once(command, environment), once(other, environment)) for _ in range(RUNS)]
    return statistics.median(a for a, _ in pairs) / statistics.median(b for _, b in pairs)


def assessment() -> dict[str, float]:
    """Milliseconds of one warm assessment with its whole explanation and missing sets, both readings. The promise: at most 5."""
    from dandang.assessment import assess, next_questions, verdict_changes
    from dandang.cases import read_file
    from dandang.policy import load_policy
    from dandang.resources import case_files

    policy = load_policy()
    cases = [read_file(str(path), policy)[0].case for path in case_files()]

    def median(work: object) -> float:
        times = []
        for _ in range(5):
            for case in cases:
                start = time.perf_counter()
                work(case)  # type: ignore[operator]
                times.append(time.perf_counter() - start)
        return statistics.median(times) * 1000

    return {
        "assess": median(lambda case: assess(case, policy)),
        "assess and next questions": median(lambda case: next_questions(assess(case, policy))),
        "assess and changes of the verdict": median(lambda case: verdict_changes(assess(case, policy))),
    }


def main() -> None:
    """Print the figures; with --json, as JSON."""
    figures = {
        "whole process, times a bare import (at most 3.0)": processes(),
        "milliseconds, warm (assess: at most 5)": assessment(),
    }
    if "--json" in sys.argv:
        print(json.dumps(figures, indent=2))
        return
    for title, rows in figures.items():
        print(title)
        for name, figure in rows.items():
            print(f"  {name:40} {figure:6.2f}")


if __name__ == "__main__":
    main()
