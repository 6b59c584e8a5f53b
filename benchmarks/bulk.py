"""Bulk validation and assessment against a bare `pyoxigraph.parse` of the same N-Quads, in one run. `python benchmarks/bulk.py [CASES]`.

The promises: validate at most 1.8 times the parse with one worker and 1.0 with two; validate and assess at most 1.5 times validate; peak memory at most
200 MB for each process; at least 80 times pyshacl's cases a second. Times are of the processor, so that others on the machine count for little; with two
workers it is the clock, with the time of the processors beside it. A million cases take 9 GB in the folder for temporary files, and some twenty minutes.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from dandang.bulk.engine import BulkEngine, load_engine
from dandang.bulk.records import Task
from dandang.bulk.run import Run
from dandang.cases import Derivation, ReadCase, case_quads
from dandang.model import Cadre, Case, ConditionGroup, DecidedSanction, Fact, FactCondition, Policy

WORDS = (
    "某区某局在推进老旧社区改造项目排水管网先行施工中组织协调有关单位落实整改责任会议纪要调查组核实情况群众反映工作台账"
)
BOTH = Task(outcomes=True)


def made(policy: Policy, number: int, *, seed: int = 1) -> Iterator[Case]:
    """Cases of about 30 triples around the conditions of a clause: some claimed, some sanctioned, some with mistakes."""
    dice = random.Random(seed)
    kinds = ("ExemptionClause", "AccountabilityCircumstance")
    clauses = [clause for clause in policy.clauses.values() if clause.kind in kinds]
    leaves = {
        clause.iri: [leaf for part in policy.effective_conditions(clause) for leaf in facts_of(part)]
        for clause in clauses
    }
    for count in range(number):
        clause = dice.choice(clauses)
        own = leaves[clause.iri]
        stated = {
            leaf.fact: leaf.required is (dice.random() < 0.9)
            for leaf in dice.sample(own, min(len(own), dice.randint(2, 4)))
        }
        while len(stated) < 3:
            stated[dice.choice(list(policy.facts))] = dice.random() < 0.7
        claims = (clause.iri,) if clause.kind == kinds[0] and dice.random() < 0.4 else ()
        yield case_with(stated, f"{dice.choice((2018, 2019))}-{count:07d}", policy, dice)._replace(claims=claims)


def case_with(stated: Mapping[str, bool], identifier: str, policy: Policy, dice: random.Random) -> Case:
    """A case in which these facts are stated, and all else by chance."""
    sanctions = (DecidedSanction(dice.choice(policy.schemes["measure"]), "2020-03-11", "市委组织部"),)
    return Case(
        identifier,
        text(dice, 8, 24),
        f"2018-{dice.randint(9, 12):02d}-{dice.randint(1, 28):02d}",
        "",
        Cadre(dice.choice(policy.schemes["rank"]), text(dice, 4, 10), dice.choice((None, True))),
        dice.choice(policy.schemes["domain"]),
        text(dice, 30, 80),
        tuple(fact(kind, value, dice) for kind, value in stated.items()),
        sanctions if dice.random() < 0.2 else (),
    )


def facts_of(condition: object) -> Iterator[FactCondition]:
    """The leaves of a condition."""
    if isinstance(condition, FactCondition):
        yield condition
    for member in condition.members if isinstance(condition, ConditionGroup) else ():
        yield from facts_of(member)


def fact(kind: str, value: bool, dice: random.Random) -> Fact:
    """A fact, mostly with evidence."""
    day = f"2019-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}"
    return Fact(
        kind,
        value,
        evidence=text(dice, 6, 20) if dice.random() < 0.95 else "",
        found_by="调查组" if dice.random() < 0.6 else "",
        found_on=day if dice.random() < 0.3 else "",
    )


def text(dice: random.Random, least: int, most: int) -> str:
    """Words without a meaning."""
    return "".join(dice.choices(WORDS, k=dice.randint(least, most)))


def as_json(case: Case, policy: Policy) -> dict[str, Any]:
    """The case with the keys of a case file."""

    def name(iri: str) -> str:
        return policy.label(iri).zh

    facts = {
        name(f.type): {
            "value": "yes" if f.value else "no",
            "evidence": f.evidence,
            "found_by": f.found_by,
            "on": f.found_on,
        }
        for f in case.facts
    }
    return {
        "id": case.id,
        "title": case.title,
        "on": case.on,
        "cadre": {"rank": name(case.cadre.rank), "post": case.cadre.post, "lion": case.cadre.on_list},
        "domain": name(case.domain),
        "summary": case.summary,
        "facts": facts,
        "sanctions": [{"measure": name(s.measure), "on": s.on, "by": s.by} for s in case.sanctions],
        "claims": [policy.clauses[claim].notation for claim in case.claims],
    }


def write(folder: Path, policy: Policy, number: int) -> tuple[Path, Path]:
    """The same cases as N-Quads and as JSON Lines."""
    quads, lines = folder / "cases.nq", folder / "cases.jsonl"
    derivation = Derivation(policy)
    with quads.open("wb") as one, lines.open("w", encoding="utf-8") as other:
        for case in made(policy, number):
            one.write(ox.serialize(case_quads(derivation.applied(case)), format=ox.RdfFormat.N_QUADS) or b"")
            other.write(json.dumps(as_json(case, policy), ensure_ascii=False) + "\n")
    return quads, lines


def parsed(path: Path) -> float:
    """Seconds of the processor for a bare parse."""
    start = time.process_time()
    for _ in ox.parse(path=str(path), format=ox.RdfFormat.N_QUADS):
        pass
    return time.process_time() - start


def checked(path: Path, engine: BulkEngine, task: Task) -> tuple[float, int, int]:
    """Seconds of the processor with one worker, the cases, and those with findings."""
    start, cases, flagged = time.process_time(), 0, 0
    for item in Run([str(path)], engine, task=task):
        cases += 1
        flagged += bool(item.findings)
    return time.process_time() - start, cases, flagged


def clocked(path: Path, engine: BulkEngine, workers: int) -> tuple[float, float, float]:
    """With several workers: seconds on the clock, of the processor in this process, and in the others."""
    start, own, others = time.perf_counter(), time.process_time(), others_time()
    for _ in Run([str(path)], engine, workers=workers):
        pass
    return time.perf_counter() - start, time.process_time() - own, others_time() - others


def others_time() -> float:
    """Seconds of the processor that ended workers have taken."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def explained(engine: BulkEngine, number: int) -> float:
    """Seconds of the processor that pyshacl takes for a case."""
    derivation = Derivation(engine.policy)
    cases = [ReadCase(derivation.applied(case)) for case in made(engine.policy, number)]
    engine.validator.check(cases[:1])
    start = time.process_time()
    for case in cases:
        engine.validator.check([case])
    return (time.process_time() - start) / number


def main() -> None:
    """Print the figures."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    start = time.process_time()
    engine = load_engine()
    print(f"making ready: {time.process_time() - start:.1f} s, with the compiled shapes in the cache or without")
    with tempfile.TemporaryDirectory() as folder:
        quads, lines = write(Path(folder), engine.policy, number)
        one = explained(engine, 30)
        bare = parsed(quads)
        print(f"{number} cases; bare parse {bare / number * 1e6:.1f} µs a case; pyshacl {one * 1e6:.0f} µs a case")
        for path in (quads, lines):
            alone, cases, flagged = checked(path, engine, Task())
            again = parsed(quads)
            both, _, _ = checked(path, engine, BOTH)
            assert cases == number
            basis = (bare + again) / 2
            print(
                f"{path.suffix}: validate {alone / number * 1e6:.1f} µs a case, {alone / basis:.2f} × parse (at most 1.8), {one / (alone / number):.0f} × pyshacl (at least 80)"
            )
            print(
                f"{path.suffix}: validate and assess {both / alone:.2f} × validate (at most 1.5); {flagged} cases with findings"
            )
        clock = time.perf_counter()
        parsed(quads)
        clock = time.perf_counter() - clock
        for path in (quads, lines):
            took, own, others = clocked(path, engine, 2)
            print(
                f"{path.suffix}: two workers {took / clock:.2f} × parse on the clock (at most 1.0); processor: {own / number * 1e6:.1f} µs a case in the asking process, {others / number * 1e6:.1f} in the workers"
            )
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    print(f"peak memory of a process: {peak:.0f} MB (at most 200)")


if __name__ == "__main__":
    main()
