"""A workbook of many cases, checked and marked: what the reader and the writer take, and what is ours. `python benchmarks/workbook.py [ROWS] [--profile]`.

The workbook has the columns of `dandang template cases.xlsx` and about 30 triples a case. The reader alone is python-calamine going through the rows; the
promise is that the pace is set by reading and writing. Times are of the processor.
"""

from __future__ import annotations

import cProfile
import pstats
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

import python_calamine
from bulk import case_with

from dandang import __version__, load_policy
from dandang.bulk.engine import BulkEngine, load_engine
from dandang.bulk.run import Run
from dandang.cases.table_writing import cases_workbook
from dandang.model import Case, Finding, Policy
from dandang.render.findings import Report
from dandang.render.findings.workbook import annotated_workbook
from dandang.render.template import asked_facts
from dandang.validation import case_rules
from dandang.vocabulary import Vocabulary


def asked(policy: Policy) -> list[str]:
    """The fact types that the empty form has columns for."""
    clauses = [policy.clauses[iri] for shared in policy.lists.values() for iri in shared.preconditions]
    return list(dict.fromkeys(iri for clause in clauses for iri in asked_facts(clause, policy)))


def made(policy: Policy, number: int) -> Iterator[Case]:
    """Cases that say something in those columns; every second or third has a finding."""
    dice, facts = random.Random(1), asked(policy)
    for count in range(number):
        stated = {kind: dice.random() < 0.9 for kind in dice.sample(facts, 3)}
        yield case_with(stated, f"2018-{count:07d}", policy, dice)


def write(path: Path, number: int) -> None:
    """Write the workbook."""
    policy = load_policy()
    path.write_bytes(cases_workbook(list(made(policy, number)), Vocabulary(policy), ask=asked(policy)))


def read_alone(path: Path) -> float:
    """Seconds of the processor that the reader takes."""
    start = time.process_time()
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    for _ in book.get_sheet_by_index(0).iter_rows():
        pass
    return time.process_time() - start


def checked(path: Path, engine: BulkEngine) -> tuple[float, list[Finding]]:
    """Seconds of the processor for reading and checking, and the findings."""
    start = time.process_time()
    found = [finding for item in Run([str(path)], engine) for finding in item.findings]
    return time.process_time() - start, found


def marked(path: Path, findings: list[Finding], report: Report) -> float:
    """Seconds of the processor for the marked copy."""
    start = time.process_time()
    content = annotated_workbook(path.read_bytes(), findings, report)
    path.with_name("marked.xlsx").write_bytes(content)
    return time.process_time() - start


def main() -> None:
    """Print the figures."""
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    number = int(words[0]) if words else 50_000
    engine = load_engine()
    report = Report("zh", case_rules(), engine.policy, __version__)
    profile = cProfile.Profile()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "cases.xlsx")
        # In a process of its own: its memory is not ours.
        writer = get_context("spawn").Process(target=write, args=(path, number))
        writer.start()
        writer.join()
        reading = read_alone(path)
        if "--profile" in sys.argv:
            profile.enable()
        checking, findings = checked(path, engine)
        writing = marked(path, findings, report)
        profile.disable()
        whole = checking + writing
        print(f"{number} rows, {path.stat().st_size / 1e6:.1f} MB, {len(findings)} findings: {whole:.1f} s in all")
        for name, seconds in (("reader", reading), ("checking", checking - reading), ("writer", writing)):
            print(f"{name}: {seconds:.1f} s, {seconds / number * 1e6:.0f} µs a row, {100 * seconds / whole:.0f}%")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    if "--profile" in sys.argv:
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main()
