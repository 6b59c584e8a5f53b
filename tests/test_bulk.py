"""Bulk validation: the compiled shapes say what pyshacl says, whatever syntax a case comes in and however the file is cut."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import signal
import sqlite3
import struct
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import fsspec
import pyoxigraph as ox
import pytest
from fsspec.spec import AbstractFileSystem

import dandang
from dandang.bulk import compiling, cutting, faults, parts, pool, statements, whole
from dandang.bulk.engine import BulkEngine
from dandang.bulk.irregular import GraphChecker
from dandang.bulk.nquads import Lines
from dandang.bulk.program import Speller, results
from dandang.bulk.records import Checked, Record, Task
from dandang.bulk.repeats import Repeats
from dandang.bulk.run import Run
from dandang.cases import ReadCase, case_quads, read_cases, read_file, with_derived_facts
from dandang.cases.rdf import cases_of
from dandang.cases.reading import Stated
from dandang.errors import UnreadableFile
from dandang.model import Case, DecidedSanction, Finding, Place, Policy
from dandang.resources import case_files
from dandang.validation import CaseValidator
from dandang.validation.checking import by_line
from dandang.validation.places import Locator
from dandang.vocabulary import Vocabulary
from generators import defective_cases

FIXTURES = Path(__file__).parent / "shapes"
TODAY = "2026-11-22"


@pytest.fixture
def engine(bulk_engine: BulkEngine) -> BulkEngine:
    return bulk_engine


@pytest.fixture(scope="module")
def cases(policy: Policy) -> list[Case]:
    """Regular cases with many defects."""
    return list(defective_cases(policy, 40, seed=1))


def compiled_findings(engine: BulkEngine, case: Case) -> list[Finding] | None:
    """What the compiled shapes find; None where a case is not regular."""
    said = Speller(engine.program, today=TODAY).facts(case)
    if said is None:
        return None
    locator = Locator(case)
    found = results(engine.program.hits(said), said, case)
    return sorted((engine.validator.finding(result, locator) for result in found), key=by_line)


def agreed(engine: BulkEngine, cases: Iterable[Case]) -> Counter[str]:
    """Both ways over the cases; how often each rule spoke."""
    spoke: Counter[str] = Counter()
    whole = [with_derived_facts(case, engine.policy) for case in cases]
    for start in range(0, len(whole), 50):
        batch = whole[start : start + 50]
        checked = engine.validator.check([ReadCase(case) for case in batch], today=TODAY)
        for case, expected in zip(batch, checked, strict=True):
            assert Counter(compiled_findings(engine, case) or ()) == Counter(expected), case
            spoke.update(finding.rule for finding in expected)
    return spoke


# --- the compiled shapes ----------------------------------------------------------------------------------------------


def written_cases(engine: BulkEngine) -> list[Case]:
    """The fixtures of the shapes and the example cases, as far as they are regular."""
    files = [*FIXTURES.glob("*.yaml"), *case_files()]
    read = [read_file(str(path), engine.policy)[0].case for path in files if path.stem not in ("expected", "examples")]
    regular = [case for case in read if compiled_findings(engine, case) is not None]
    assert len(regular) > len(read) - 5
    return regular


def test_compiled_shapes_agree_with_pyshacl_on_fixtures_and_examples(engine: BulkEngine) -> None:
    cases = [case._replace(id=f"c{number}") for number, case in enumerate(written_cases(engine))]
    assert len(agreed(engine, cases)) > 35


def test_compiled_shapes_agree_with_pyshacl_on_defective_cases(engine: BulkEngine, cases: list[Case]) -> None:
    assert len(agreed(engine, cases[:12])) > 20


@pytest.mark.slow
def test_compiled_shapes_agree_with_pyshacl_on_many_defective_cases(engine: BulkEngine, policy: Policy) -> None:
    spoke = agreed(engine, defective_cases(policy, 5000, seed=2, most_facts=6))
    for case in written_cases(engine):
        # One by one, as many fixtures have the same id, and one has none.
        spoke += agreed(engine, [case])
    regular = {row.rule.slug for row in engine.program.rows()}
    # What takes two values of one property, a regular case cannot say.
    assert regular - set(spoke) <= {"fact-not-yes-and-no", "list-membership-consistent", "rank-single", "domain-known"}


def test_every_rule_has_an_irregular_or_a_compiled_way(engine: BulkEngine) -> None:
    """A rule that no regular case can break has no row: its fixture is a graph."""
    compiled = {row.rule.slug for row in engine.program.rows()}
    for rule in engine.validator.engine.rules.values():
        if rule.slug not in compiled:
            assert (FIXTURES / f"{rule.slug}.ttl").exists() or rule.slug == "sanction-stated-once", rule.slug


def test_a_turned_rule_shows(engine: BulkEngine, cases: list[Case]) -> None:
    """The comparison can fail: without its row, a finding is missing."""
    said = Speller(engine.program, today=TODAY).facts(with_derived_facts(cases[0], engine.policy))
    assert said is not None
    assert engine.program.hits(said)
    assert not engine.program.hits(said._replace(atoms=())) or len(engine.program.hits(said._replace(atoms=()))) < len(
        engine.program.hits(said)
    )


def test_the_shapes_are_compiled_once_for_each_version_of_them(
    engine: BulkEngine, policy: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("DANDANG_CACHE", raising=False)
    made = compiling.compile_shapes(engine.validator)
    monkeypatch.setattr(compiling, "_compiled", None)
    assert compiling.compile_shapes(engine.validator) == made
    other = CaseValidator(policy._replace(facts=dict(list(policy.facts.items())[1:])), [])
    with pytest.raises(TypeError):
        compiling.compile_shapes(other)


# --- irregular cases --------------------------------------------------------------------------------------------------


def graph_of(path: Path) -> list[ox.Quad]:
    return list(ox.parse(path.read_bytes(), ox.RdfFormat.TURTLE))


@pytest.mark.parametrize("fast", [True, False], ids=["shacl", "pyshacl"])
def test_both_engines_give_the_same_results_on_graphs(engine: BulkEngine, fast: bool) -> None:
    paths = sorted(FIXTURES.glob("*.ttl"))
    graphs = [graph_of(path) for path in paths]
    found = GraphChecker(engine.validator, today=TODAY, fast=fast).results(graphs)
    for path, graph, own in zip(paths, graphs, found, strict=True):
        assert Counter(own) == Counter(engine.validator.engine.results(graph, today=TODAY)), path.stem
        assert path.stem in {result.rule.slug for result in own}


def test_a_measure_stated_twice_is_for_the_engine(engine: BulkEngine, policy: Policy) -> None:
    (case,) = defective_cases(policy, 1, seed=3)
    measure = policy.schemes["measure"][0]
    case = with_derived_facts(case._replace(sanctions=(DecidedSanction(measure), DecidedSanction(measure))), policy)
    assert compiled_findings(engine, case) is None
    (found,) = check(engine, "ntriples", triples([case]))
    assert "sanction-stated-once" in {finding.rule for finding in found.findings}


# --- syntaxes ---------------------------------------------------------------------------------------------------------


def check(engine: BulkEngine, syntax: str, data: bytes) -> list[Checked]:
    return engine.check(engine.reader(syntax).read(data, "file", 1))


def triples(cases: Iterable[Case]) -> bytes:
    return b"".join(
        ox.serialize([quad.triple for quad in case_quads(case)], format=ox.RdfFormat.N_TRIPLES) or b"" for case in cases
    )


def quads(cases: Iterable[Case]) -> bytes:
    return b"".join(ox.serialize(case_quads(case), format=ox.RdfFormat.N_QUADS) or b"" for case in cases)


def json_lines(cases: Iterable[Case], policy: Policy) -> bytes:
    return b"".join(json.dumps(_json(case, policy), ensure_ascii=False).encode() + b"\n" for case in cases)


def _json(case: Case, policy: Policy) -> dict[str, Any]:
    def value(truth: bool | None, contested: bool) -> str:
        return "contested" if contested else {True: "yes", False: "no", None: "unknown"}[truth]

    return {
        "id": case.id,
        "title": case.title,
        "on": case.on,
        "decided": case.decided,
        "cadre": {"rank": case.cadre.rank, "post": case.cadre.post, "lion": value(case.cadre.on_list, False)},
        "domain": case.domain,
        "facts": {
            policy.label(fact.type).zh: {
                "value": value(fact.value, fact.contested),
                "evidence": fact.evidence,
                "found_by": fact.found_by,
                "on": fact.found_on,
            }
            for fact in case.facts
        },
        "sanctions": [{"measure": s.measure, "on": s.on, "by": s.by, "ground": s.ground} for s in case.sanctions],
        "claims": [policy.clauses[claim].notation for claim in case.claims],
    }


def said(checked: Iterable[Checked]) -> list[Counter[tuple[object, ...]]]:
    """The findings of each case without their places, which are those of the file."""
    return [Counter(finding._replace(place=None) for finding in item.findings) for item in checked]


def test_every_syntax_says_the_same(engine: BulkEngine, cases: list[Case], policy: Policy) -> None:
    whole = [with_derived_facts(case, policy) for case in cases]
    expected = [Counter(f._replace(place=None) for f in compiled_findings(engine, case) or ()) for case in whole]
    assert said(check(engine, "jsonl", json_lines(cases, policy))) == expected
    for data, syntax in ((quads, "nquads"), (triples, "ntriples")):
        assert said(check(engine, syntax, data(whole))) == expected
        records = list(engine.reader(syntax).read(data(whole), "file", 1))
        assert all(record.said for record in records), "all of them are regular"


def test_json_lines_are_read_as_case_files_are(engine: BulkEngine, cases: list[Case], policy: Policy) -> None:
    data = json_lines(cases, policy)
    records = list(engine.reader("jsonl").read(data, "file", 1))
    for record, line in zip(records, data.splitlines(), strict=True):
        (slow,) = read_cases(line, policy, name="file", syntax="json")
        assert record.said is not None and record.read is not None
        fast = Speller(engine.program, today=TODAY).facts(slow.case)
        assert fast is not None
        assert (record.said.bits, record.said.dates) == (fast.bits, fast.dates)
        assert [fact._replace(place=None) for fact in record.read().case.facts] == [
            fact._replace(place=None) for fact in slow.case.facts
        ]


def test_findings_stand_at_their_line(engine: BulkEngine, cases: list[Case], policy: Policy) -> None:
    whole = [with_derived_facts(case, policy) for case in cases[:5]]
    data = quads(whole)
    lines = data.decode().split("\n")
    for item in check(engine, "nquads", data):
        assert f"/{item.id}>" in lines[(item.place.line or 0) - 1]
        for finding in item.findings:
            assert finding.place and finding.place.line
            assert f"/{item.id}" in lines[finding.place.line - 1]
            if finding.place.path.startswith("#fact-"):
                assert f"{item.id}{finding.place.path}>" in lines[finding.place.line - 1]
    for number, item in enumerate(check(engine, "jsonl", json_lines(cases[:5], policy)), start=1):
        assert {finding.place.line for finding in item.findings if finding.place} <= {number}


IRREGULAR = {
    "a second id": '<{case}> <http://purl.org/dc/terms/identifier> "other" <{graph}> .',
    "an unknown domain": "<{case}> <https://w3id.org/dandang/ontology#domain> <https://example.org/x> <{graph}> .",
    "no date": '<{case}> <https://w3id.org/dandang/ontology#conductDate> "2018-13-01"^^<http://www.w3.org/2001/XMLSchema#date> <{graph}> .',
    "the date of the conduct on a fact": '<{case}#fact-1> <https://w3id.org/dandang/ontology#conductDate> "2018-10-01"^^<http://www.w3.org/2001/XMLSchema#date> <{graph}> .',
    "a rank of the case": "<{case}> <https://w3id.org/dandang/ontology#rank> <https://w3id.org/dandang/id/concepts/rank/full-bureau> <{graph}> .",
    "an empty text": '<{case}> <http://purl.org/dc/terms/description> "" <{graph}> .',
    "a blank node": '_:b <https://w3id.org/dandang/ontology#post> "x" <{graph}> .',
    "another subject": '<https://example.org/y> <https://w3id.org/dandang/ontology#post> "x" <{graph}> .',
    "an escape": '<{case}> <http://purl.org/dc/terms/description> "a\\u4E00\\n" <{graph}> .',
    "a comment": "# a comment",
    "an empty line": "",
}


@pytest.mark.parametrize("name", IRREGULAR)
def test_what_is_not_regular_is_checked_as_a_file_of_its_own(
    name: str, engine: BulkEngine, cases: list[Case], policy: Policy
) -> None:
    # Nothing but the line that is added tells a date of its first fact.
    undated = [case._replace(facts=(case.facts[0]._replace(found_on=""), *case.facts[1:])) for case in cases[:3]]
    whole = [with_derived_facts(case, policy) for case in undated]
    first, second, third = (quads([case]) for case in whole)
    graph = second.split(b"\n")[0].split(b" ")[-2].decode()[1:-1]
    line = IRREGULAR[name].format(case=f"https://w3id.org/dandang/id/cases/{whole[1].id}", graph=graph) + "\n"
    found = check(engine, "nquads", first + second + line.encode() + third)
    assert [item.id for item in found] == [case.id for case in whole]
    (read,) = read_cases(second + line.encode(), policy, name="file", syntax="nq")
    (expected,) = engine.validator.check([read], today=TODAY)
    assert said(found[1:2]) == [Counter(finding._replace(place=None) for finding in expected)]
    lines = range(first.count(b"\n") + 1, (first + second).count(b"\n") + 2)
    assert all(finding.place and finding.place.line in lines for finding in found[1].findings)
    assert said(found[::2]) == said(check(engine, "nquads", first + third))


def spoiled(block: bytes, other: bytes, dice: Random) -> bytes:
    """A block with a line moved, repeated, left out or taken from another block, or a few bytes changed."""
    lines = block.splitlines(keepends=True)
    place = dice.randrange(len(lines))
    match dice.randrange(6):
        case 0:
            lines.insert(dice.randrange(len(lines)), lines.pop(place))
        case 1:
            lines.insert(dice.randrange(len(lines)), lines[place])
        case 2:
            del lines[place]
        case 3:
            lines.insert(place, dice.choice(other.splitlines(keepends=True)))
        case 4:
            words = lines[place].split(b" ")
            words[dice.randrange(len(words))] = dice.choice(dice.choice(lines).split(b" "))
            lines[place] = b" ".join(words)
        case _:
            cut = dice.randrange(len(lines[place]))
            piece = dice.choice(
                (b"", b'"', b"\\", b"\r", b"\x00", b"\xff", b"#", b"> <", b"0", b"@en", lines[place][:9])
            )
            lines[place] = lines[place][:cut] + piece + lines[place][cut + dice.randrange(3) :]
    return b"".join(lines)


def test_what_is_read_quickly_says_what_its_graph_says(engine: BulkEngine, cases: list[Case], policy: Policy) -> None:
    """However a block is spoiled: what still counts as regular is what the graph of its lines says."""
    dice, speller = Random(5), Speller(engine.program, today=TODAY)
    blocks = [quads([with_derived_facts(case, policy)]) for case in cases]
    regular = 0
    for _ in range(1500):
        block = spoiled(dice.choice(blocks), dice.choice(blocks), dice)
        (record, *more) = engine.reader("nquads").read(block, "file", 1)
        if record.said is None or more:
            continue
        regular += 1
        graph = set(ox.parse(block, ox.RdfFormat.N_QUADS))
        ((case, findings),) = cases_of(graph, Vocabulary(policy), "file")
        expected = speller.facts(engine.derivation.applied(case))
        assert expected and not findings, block.decode(errors="replace")
        assert (record.said.bits, record.said.dates) == (expected.bits, expected.dates), block.decode(errors="replace")
        assert len(graph) == block.count(b"\n")
    assert regular > 100


@pytest.mark.parametrize("most", [0, 3])
def test_what_is_remembered_of_lines_changes_nothing(
    engine: BulkEngine, cases: list[Case], policy: Policy, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """A dump that says something else in each case fills no memory, and is read all the same."""
    data = quads([with_derived_facts(case, policy) for case in cases])
    expected = [record.said for record in engine.reader("nquads").read(data, "file", 1)]
    for module, name in ((statements, "BYTES"), (statements, "GRAPHS"), (statements, "LINES"), (parts, "PARTS")):
        monkeypatch.setattr(module, f"_MOST_{name}", most)
    forgetful = Lines(engine.assembler, engine.derivation, engine.vocabulary, quads=True)
    assert [record.said for record in forgetful.read(data, "file", 1)] == expected


def test_other_names_of_nodes_are_read_as_far_as_there_is_room(
    engine: BulkEngine, cases: list[Case], policy: Policy
) -> None:
    """Whatever a dump calls its nodes, and however many names it has."""
    whole = [with_derived_facts(case, policy) for case in cases]
    renamed = b"".join(quads([case]).replace(b"#fact-", b"#n%d-" % number) for number, case in enumerate(whole))
    reader = Lines(engine.assembler, engine.derivation, engine.vocabulary, quads=True)
    quick = sum(record.source is not None for record in reader.read(renamed, "file", 1))
    assert 0 < quick < len(whole)
    ours, theirs = (
        [sorted((finding.rule, finding.value) for finding in item.findings) for item in check(engine, "nquads", data)]
        for data in (quads(whole), renamed)
    )
    assert ours == theirs


# --- faults of streams ------------------------------------------------------------------------------------------------


@pytest.fixture
def lines(cases: list[Case], policy: Policy) -> list[bytes]:
    return json_lines(cases, policy).splitlines(keepends=True)


def run(engine: BulkEngine, *paths: Path, workers: int = 1) -> list[Checked]:
    return list(Run([str(path) for path in paths], engine, workers=workers))


def test_a_broken_case_in_the_middle_is_a_finding_and_the_rest_goes_on(
    engine: BulkEngine, lines: list[bytes], tmp_path: Path
) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_bytes(b"".join([*lines[:20], b'{"id": "broken", \n', *lines[20:]]))
    found = run(engine, path)
    assert len(found) == len(lines) + 1
    (broken,) = found[20].findings
    assert (broken.rule, broken.place and broken.place.line) == ("malformed-file", 21)
    path.write_bytes(b"".join(lines))
    assert said(found[:20] + found[21:]) == said(run(engine, path))


def test_a_line_that_does_not_parse_leaves_its_case(engine: BulkEngine, cases: list[Case], policy: Policy) -> None:
    whole = [with_derived_facts(case, policy) for case in cases[:3]]
    parts = [quads([case]) for case in whole]
    subject = parts[1].split(b" ")[0]
    found = check(engine, "nquads", parts[0] + parts[1] + subject + b" broken\n" + parts[2])
    assert [item.id for item in found] == [case.id for case in whole]
    number = parts[0].count(b"\n") + parts[1].count(b"\n") + 1
    assert ("malformed-line", number) in {(f.rule, f.place.line) for f in found[1].findings if f.place}
    assert said(found[::2]) == said(check(engine, "nquads", parts[0] + parts[2]))


def test_another_encoding_in_the_middle(
    engine: BulkEngine, lines: list[bytes], cases: list[Case], policy: Policy, tmp_path: Path
) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_bytes(lines[0] + '{"id": "gb", "title": "标题"}\n'.encode("gb18030") + lines[1])
    found = run(engine, path)
    assert [finding.rule for finding in found[1].findings] == ["unreadable-file"]
    assert "GB18030" in found[1].findings[0].message.zh
    whole = [with_derived_facts(case, policy) for case in cases[:2]]
    first, second = (quads([case]) for case in whole)
    strange = first.split(b" ")[0] + b" <http://purl.org/dc/terms/description> " + '"标题"'.encode("gb18030")
    graph = first.split(b"\n")[0].split(b" ")[-2]
    found = check(engine, "nquads", first + strange + b" " + graph + b" .\n" + second)
    assert [item.id for item in found] == [case.id for case in whole]
    assert "malformed-line" in {finding.rule for finding in found[0].findings}


@pytest.mark.parametrize("ending", ["gz", "zst"])
def test_a_packed_file_that_is_cut_off(ending: str, engine: BulkEngine, lines: list[bytes], tmp_path: Path) -> None:
    import zstandard

    pack = gzip.compress if ending == "gz" else zstandard.ZstdCompressor().compress
    path = tmp_path / f"cases.jsonl.{ending}"
    path.write_bytes(pack(b"".join(lines)))
    assert len(run(engine, path)) == len(lines)
    path.write_bytes(pack(b"".join(lines))[:-100])
    found = run(engine, path)
    rules = [finding.rule for item in found for finding in item.findings if not item.id]
    assert rules == ["truncated-file"]


def test_a_damaged_packed_file(engine: BulkEngine, tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl.gz"
    path.write_bytes(b"this is not gzip")
    (found,) = run(engine, path)
    assert [finding.rule for finding in found.findings] == ["damaged-file"]


def test_a_line_longer_than_any_case(
    engine: BulkEngine, lines: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting, "MOST_LINE", 1 << 16)
    monkeypatch.setattr(cutting, "CHUNK", 1 << 14)
    path = tmp_path / "cases.jsonl"
    path.write_bytes(lines[0] + b'{"id": "' + b"x" * (1 << 20) + b'"}\n' + lines[1])
    found = run(engine, path)
    assert [(f.rule, f.place.line) for item in found for f in item.findings if not item.id and f.place] == [
        ("line-too-long", 2)
    ]
    assert len([item for item in found if item.id]) == 2
    assert found[-1].place.line == 3


def test_a_case_longer_than_any(
    engine: BulkEngine, cases: list[Case], policy: Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting, "MOST_CASE", 1 << 16)
    first, second, third = (quads([with_derived_facts(case, policy)]) for case in cases[:3])
    line = next(line for line in second.splitlines(keepends=True) if b"#fact-1> " in line)
    path = tmp_path / "cases.nq"
    path.write_bytes(first + line * 6000 + second + third)
    found = run(engine, path)
    (fault,) = [f for item in found if not item.id for f in item.findings]
    assert (fault.rule, fault.place and fault.place.line) == ("case-too-long", first.count(b"\n") + 1)
    assert [item.id for item in found if item.id] == [case.id for case in cases[:3]]


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["jsonl", "nq"])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_line_of_200_mb_is_told_in_little_memory(
    ending: str, workers: str, lines: list[bytes], tmp_path: Path
) -> None:
    path = tmp_path / f"cases.{ending}"
    with path.open("wb") as file:
        file.write(lines[0] if ending == "jsonl" else b"")
        # A hole in the file: as long as can be, and no space on the disk.
        file.seek(200 << 20, 1)
        file.write(b"\n" + (lines[1] if ending == "jsonl" else b""))
    program = "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:], capture_output=True); sys.stdout.buffer.write(done.stdout); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    command = [sys.executable, "-m", "dandang", "validate", str(path), "--workers", workers, "--format", "jsonl"]
    done = subprocess.run([sys.executable, "-c", program, *command], capture_output=True, text=True, check=True)
    *told, peak = done.stdout.splitlines()
    assert [json.loads(line)["rule"] for line in told if "line-too-long" in line] == ["line-too-long"]
    assert int(peak) < 200_000, "kilobytes"


def test_an_empty_file_and_a_missing_one(engine: BulkEngine, tmp_path: Path) -> None:
    path = tmp_path / "cases.nq"
    path.write_bytes(b"")
    assert [f.rule for item in run(engine, path) for f in item.findings] == ["no-cases"]
    for name in ("missing.nq", "cases.unknown"):
        assert [f.rule for item in run(engine, tmp_path / name) for f in item.findings] == ["unreadable-file"]
    path.write_bytes("<a:a> <a:b> <a:c> .\n".encode("utf-16"))
    assert [f.message.zh for item in run(engine, path) for f in item.findings] == [
        "文件不是 UTF-8 编码（看来是 UTF-16）"
    ]


def test_a_source_that_stops_being_readable(engine: BulkEngine, lines: list[bytes], tmp_path: Path) -> None:
    """What was read is checked; a disk or a network that fails is told with the line."""

    class Failing(io.RawIOBase):
        given = False

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            if self.given:
                raise RuntimeError("gone")
            self.given = True
            buffer[: len(lines[0])] = lines[0]
            return len(lines[0])

    class Far(AbstractFileSystem):  # type: ignore[misc]
        def _open(self, path: str, *_: Any, **__: Any) -> Any:
            return Failing()

    fsspec.register_implementation("far", Far, clobber=True)
    found = list(Run(["far://cases.jsonl", "far://cases.yaml"], engine, task=Task(findings=True)))
    assert [(f.rule, item.place.line) for item in found if not item.id for f in item.findings] == [
        ("truncated-file", 2),
        ("unreadable-file", None),
    ]
    assert len([item for item in found if item.id]) == 1


def test_a_case_that_comes_again(engine: BulkEngine, lines: list[bytes], tmp_path: Path) -> None:
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    one.write_bytes(b"".join(lines[:3]))
    two.write_bytes(b"".join(lines[3:5]) + lines[1])
    found = run(engine, one, two)
    assert len(found) == 6
    again = [finding for finding in found[-1].findings if finding.rule == "duplicate-id"]
    assert len(again) == 1 and f"{one}:2" in again[0].message.zh
    assert not any(finding.rule == "duplicate-id" for item in found[:-1] for finding in item.findings)


@pytest.mark.parametrize("recent", [100, 30_000])
def test_repeats_remember_the_first(recent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dandang.bulk.repeats._RECENT", recent)
    repeats = Repeats()
    assert all(repeats.first(f"case-{number}", number) is None for number in range(20_000))
    assert all(repeats.first(f"case-{number}", -1) == number for number in range(0, 20_000, 7))
    assert len(repeats) == 20_000
    repeats.close()


def test_repeats_stay_in_memory_where_the_disk_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dandang.bulk.repeats._RECENT", 100)

    def full() -> sqlite3.Connection:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("dandang.bulk.repeats._opened", full)
    repeats = Repeats()
    assert all(repeats.first(f"case-{number}", number) is None for number in range(1_000))
    assert all(repeats.first(f"case-{number}", -1) == number for number in range(1_000))


def test_cases_of_one_graph_are_cases_of_their_own(
    engine: BulkEngine, cases: list[Case], policy: Policy, tmp_path: Path
) -> None:
    """Many dumps have everything in one graph, or every case in one that is not named after it."""
    whole = [with_derived_facts(case, policy) for case in cases]
    expected = said(check(engine, "nquads", quads(whole)))
    for graph in ("<urn:all> .", "<urn:graph:{0}> ."):
        lines = [quads([case]).decode().splitlines() for case in whole]
        text = "".join(
            f"{line.rsplit(' ', 2)[0]} {graph.format(number)}\n" for number, own in enumerate(lines) for line in own
        )
        path = tmp_path / "cases.nq"
        path.write_text(text)
        found = run(engine, path)
        assert [item.id for item in found] == [case.id for case in whole]
        assert said(found) == expected
        records = list(engine.reader("nquads").read(text.encode(), "file", 1))
        assert all(record.said for record in records), "all of them are regular"


@pytest.mark.parametrize("last", [200, 1 << 16])
def test_chunks_hold_whole_cases(
    last: int,
    engine: BulkEngine,
    cases: list[Case],
    policy: Policy,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from dandang.bulk.streams import chunks, loaded

    monkeypatch.setattr(cutting, "_LAST", last)
    whole = [with_derived_facts(case, policy) for case in cases]
    for name, data in (("x.nq", quads(whole)), ("x.nt", triples(whole)), ("x.jsonl", json_lines(cases, policy))):
        path = tmp_path / name
        path.write_bytes(data)
        for size in (300, 5000, 17000, 1 << 20):
            cut = [loaded(chunk) for chunk in chunks(str(path), size=size)]
            assert b"".join(chunk.data for chunk in cut) == data
            assert cut[0].first
            found = [item.id for chunk in cut for item in check(engine, chunk.syntax, chunk.data)]
            assert found == [case.id for case in whole], (name, size)


@pytest.mark.parametrize("syntax", ["ttl", "trig"])
def test_turtle_and_trig(syntax: str, engine: BulkEngine, cases: list[Case], policy: Policy, tmp_path: Path) -> None:
    whole = [with_derived_facts(case, policy) for case in cases[:5]]
    form = ox.RdfFormat.TURTLE if syntax == "ttl" else ox.RdfFormat.TRIG
    all_quads = [quad for case in whole for quad in case_quads(case)]
    content = ox.serialize([quad.triple for quad in all_quads] if syntax == "ttl" else all_quads, format=form)
    path = tmp_path / f"cases.{syntax}"
    path.write_bytes((content or b"") + b"\nbroken broken\n")
    found = run(engine, path)
    assert said(item for item in found if item.id) == said(check(engine, "nquads", quads(whole)))
    (fault,) = [finding for item in found if not item.id for finding in item.findings]
    assert fault.rule == "malformed-file"


_BLANK = """@base <https://w3id.org/dandang/id/cases/> .
@prefix dd: <https://w3id.org/dandang/ontology#> .
@prefix rank: <https://w3id.org/dandang/id/concepts/rank/> .
"""


def test_blank_nodes_go_with_the_case_that_leads_to_them(engine: BulkEngine, tmp_path: Path) -> None:
    """Wherever a Turtle file is cut: the parser gives what is said of a blank node before the statement that leads to it."""
    from dandang.bulk.streams import chunks

    cadre = "dd:cadre [ a dd:Cadre ; dd:rank rank:full-bureau ]"
    case = '<c{0}> {1} ; a dd:Case ; <http://purl.org/dc/terms/identifier> "c{0}"{2} .\n'
    text = _BLANK + "".join(
        case.format(number, *(("dd:note 1", f" ; {cadre}") if number % 2 else (cadre, ""))) for number in range(30)
    )
    path = tmp_path / "cases.ttl"
    path.write_text(text)
    for size in (50, 700, 1 << 20):
        cut = list(chunks(str(path), size=size))
        found = [item for chunk in cut for item in check(engine, chunk.syntax, chunk.data)]
        assert [item.id for item in found] == [f"c{number}" for number in range(30)]
        assert not {"cadre-one", "duplicate-id"} & {finding.rule for item in found for finding in item.findings}


def test_lines_of_a_case_on_both_sides_of_its_blank_nodes(engine: BulkEngine) -> None:
    cases, dd = "https://w3id.org/dandang/id/cases/", "https://w3id.org/dandang/ontology#"
    kind = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    data = f"<{cases}a> {kind} <{dd}Case> .\n_:b {kind} <{dd}Cadre> .\n<{cases}a> <{dd}cadre> _:b .\n"
    (found,) = check(engine, "ntriples", data.encode())
    assert found.id == "a" and "cadre-one" not in {finding.rule for finding in found.findings}


def test_what_no_case_would_read_is_told_in_dumps_too(engine: BulkEngine, tmp_path: Path) -> None:
    path = tmp_path / "cases.ttl"
    path.write_text(_BLANK + "<a> a dd:Case .\n<b> a dd:Cas .\n<c> a dd:Case .\n<c#f> a dd:Fact .\n")
    found = run(engine, path)
    assert [item.id for item in found] == ["a", "", "c"]
    lost = [
        (f.place.line, f.value.rpartition("/")[2])
        for item in found
        for f in item.findings
        if f.rule == "unknown-key" and f.place
    ]
    assert lost == [(5, "ontology#Cas"), (7, "c#f")]


def test_a_case_without_a_name_is_told(engine: BulkEngine, tmp_path: Path) -> None:
    path = tmp_path / "cases.ttl"
    path.write_text(_BLANK + "[] a dd:Case ; dd:cadre [ a dd:Cadre ] .\n")
    (found,) = run(engine, path)
    assert [finding.rule for finding in found.findings] == ["detached-node"]


# --- workers ----------------------------------------------------------------------------------------------------------


def test_several_workers_find_what_one_finds(
    engine: BulkEngine, lines: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dandang.bulk import streams

    path = tmp_path / "cases.jsonl"
    path.write_bytes(b"".join(lines))
    alone = run(engine, path)
    monkeypatch.setattr("dandang.bulk.run.chunks", partial(streams.chunks, size=3000))
    assert run(engine, path, workers=2) == alone


@pytest.mark.parametrize("when", ["at work", "while it hands over"])
def test_a_killed_worker_loses_nothing(
    when: str, engine: BulkEngine, lines: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One worker kills itself, once: over a chunk, or when half of its answer is written."""
    from dandang.bulk import streams

    path, mark = tmp_path / "cases.jsonl", tmp_path / "killed"
    path.write_bytes(b"".join(lines))
    alone = run(engine, path)
    monkeypatch.setattr("dandang.bulk.run.chunks", partial(streams.chunks, size=3000))
    name = "check_chunk" if when == "at work" else "_send"
    real = getattr(pool, name)

    def deadly(first: Any, second: Any, *more: Any) -> Any:
        if not mark.exists():
            mark.touch()
            if when == "while it hands over":
                os.write(first.fileno(), struct.pack("!i", 1000) + b"half")
            os.kill(os.getpid(), signal.SIGKILL)
        return real(first, second, *more)

    monkeypatch.setattr(pool, name, deadly)
    assert run(engine, path, workers=2) == alone
    assert mark.exists()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_file_that_grows_shorter_meanwhile_is_told(
    workers: int, engine: BulkEngine, lines: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dandang.bulk import streams

    path = tmp_path / "cases.jsonl"
    path.write_bytes(b"".join(lines))

    def shortening(name: str, *, syntax: str) -> Iterator[Any]:
        found = list(streams.chunks(name, syntax=syntax, size=3000))
        os.truncate(name, 100)
        return iter(found)

    monkeypatch.setattr("dandang.bulk.run.chunks", shortening)
    with pytest.raises(UnreadableFile) as error:
        run(engine, path, workers=workers)
    assert "变短" in error.value.message.zh and error.value.place and error.value.place.file == str(path)


def test_a_defect_in_a_worker_is_no_finding(
    engine: BulkEngine, lines: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is raised where the work was asked for, and tells where it happened."""
    path = tmp_path / "cases.jsonl"
    path.write_bytes(b"".join(lines))
    monkeypatch.setattr(pool, "check_chunk", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError) as error:
        run(engine, path, workers=2)
    assert "check_chunk" in error.value.__notes__[0]


def test_a_chunk_that_kills_every_worker_is_told(
    engine: BulkEngine, lines: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_bytes(b"".join(lines))

    def deadly(made: BulkEngine, chunk: Any, task: Any) -> list[Checked]:
        os._exit(1)

    monkeypatch.setattr(pool, "check_chunk", deadly)
    assert [f.rule for item in run(engine, path, workers=2) for f in item.findings] == ["not-checked"]


# --- the library ------------------------------------------------------------------------------------------------------


def test_the_library_call(
    lines: list[bytes], tmp_path: Path, engine: BulkEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dandang.bulk.engine.load_engine", lambda today: engine)
    path = tmp_path / "cases.jsonl"
    path.write_bytes(b"".join(lines))
    found = dandang.validate(str(path), today=TODAY)
    assert isinstance(found, Iterator)
    assert list(found) == run(engine, path)
    assessed = list(dandang.assess_files([str(path)], today=TODAY))
    assert [item.outcome for item in assessed] == [item.outcome for item in dandang.validate(str(path), assess=True)]
    assert all(item.outcome and not item.findings for item in assessed)


def test_faults_are_told_in_both_languages() -> None:
    place = Place("x", 1)
    told = [
        faults.syntax_fault(ValueError("x"), place),
        faults.syntax_end(ValueError("x"), place),
        faults.cut_off(place),
        faults.damaged(place),
        faults.line_too_long(place, 8 << 20),
        faults.case_too_long(place, 4 << 20),
        faults.detached(place),
        faults.empty(place),
        faults.given_up(place),
        faults.repeated("x", place, place),
    ]
    for finding in told:
        assert finding.place and all(finding.message) and finding.hint and all(finding.hint)


# --- tables -----------------------------------------------------------------------------------------------------------


#: What a cell of each column may say: as it should, in other words, and as nobody should.
_CELLS = {
    "编号": ("2018-001", "2018-002", "甲.1", "", "坏 编号", "２０１８"),
    "标题": ("一件事", " 两头有空格 ", "", "第一行\n第二行"),
    "行为日期": ("2018-09-01", "2019-07-01", "", "2018年9月1日", "昨天", "43344"),
    "处理日期": ("2018-11-02", "2017-01-01", "", "2018/11/2"),
    "职级": ("市管副局级", "市管正局级", "", "sub-bureau", "处级"),
    "职务": ("某区副区长", "", "Ａ局长"),
    "列入“狮子型”干部管理": ("是", "no", "", "YES", "也许"),
    "领域": ("全面深化改革", "", "改革"),
    "案情摘要": ("说来话长", ""),
    "主张的容错条款": ("E7", "E7、A11", "e7", "、", "", "E99"),
    "备注": ("", "再看"),
    "急难险重任务": ("是", "否", "", "有争议", "不明", "是 ", "真的"),
    "急难险重任务（依据）": ("会议纪要", ""),
    "急难险重任务（认定日期）": ("2018-10-01", "", "十月"),
    "临阵退缩": ("yes", "×", ""),
    "未谋取私利": ("是", "否", ""),
    "谋取私利": ("", "是"),
    "经调查核实": ("是", "", "no"),
    "处理1": ("诫勉", "通报；诫勉", "；", "", "记过", "免职"),
    "处理2": ("免职", "", "降职"),
    "处理2（决定日期）": ("2018-11-02", "", "2018.11.2"),
}


def table(dice: Random, rows: int) -> str:
    """A table with a column for each heading, and cells by chance, most of them as they should be."""
    lines = [list(_CELLS)]
    for _ in range(rows):
        odd = dice.random() < 0.5
        lines.append([dice.choice(cells if odd else cells[:2]) for cells in _CELLS.values()])
    out = io.StringIO()
    csv.writer(out).writerows(lines)
    return out.getvalue()


@pytest.mark.parametrize("seed", range(3))
def test_rows_read_plainly_are_what_the_reader_of_case_files_makes_of_them(
    engine: BulkEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    path = tmp_path / "案件.csv"
    path.write_text(table(Random(seed), 150), encoding="utf-8")
    both = Task(outcomes=True)
    plainly = 0

    def counted(stated: Stated, using: BulkEngine) -> Record | None:
        nonlocal plainly
        found = as_it_is(stated, using)
        plainly += found is not None
        return found

    as_it_is = whole._plainly
    monkeypatch.setattr(whole, "_plainly", counted)
    found = list(whole.check_whole(str(path), engine, both))
    monkeypatch.setattr(whole, "_plainly", lambda stated, using: None)
    assert found == list(whole.check_whole(str(path), engine, both))
    # Neither way stands idle.
    assert 20 < plainly < 130
