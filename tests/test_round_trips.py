"""A case is the same case in every format: written, read again, the same graph. Also compressed."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pyoxigraph as ox
import pytest
import zstandard

from dandang import resources
from dandang.cases import case_quads, read_cases, read_file, with_derived_facts
from dandang.cases.graph import case_turtle
from dandang.cases.reading import FORMATS
from dandang.cases.sheet_writing import case_workbook
from dandang.cases.table_writing import cases_csv, cases_workbook
from dandang.cases.writing import case_jsonld, case_record, case_yaml
from dandang.cli.options import SYNTAXES
from dandang.errors import BadParameter, MalformedFile, UnreadableFile
from dandang.model import Cadre, Case, DecidedSanction, Fact, Policy
from dandang.vocabulary import Vocabulary

Writer = Callable[[list[Case], Vocabulary], bytes]


def same(case: Case) -> set[object]:
    """The graph of a case, its facts numbered by what they are and not by where they stood."""
    facts = tuple(sorted((fact._replace(place=None) for fact in case.facts), key=lambda fact: fact.type))
    return set(case_quads(case._replace(facts=facts)))


def rdf(style: ox.RdfFormat) -> Writer:
    def write(cases: list[Case], _: Vocabulary) -> bytes:
        quads = [quad for case in cases for quad in case_quads(case)]
        return ox.serialize(quads if style.supports_datasets else [quad.triple for quad in quads], format=style) or b""

    return write


def parquet(cases: list[Case], vocabulary: Vocabulary) -> bytes:
    head, *rows = csv.reader(io.StringIO(cases_csv(cases, vocabulary).removeprefix("\ufeff")))
    table = pyarrow.table({name: [row[at] or None for row in rows] for at, name in enumerate(head)})
    out = io.BytesIO()
    pyarrow.parquet.write_table(table, out)
    return out.getvalue()


def records(cases: list[Case], vocabulary: Vocabulary) -> list[str]:
    return [json.dumps(case_record(case, vocabulary, "zh"), ensure_ascii=False) for case in cases]


WRITERS: dict[str, Writer] = {
    "yaml": lambda cases, vocabulary: "---\n".join(case_yaml(case, vocabulary) for case in cases).encode(),
    "json": lambda cases, vocabulary: f"[{','.join(records(cases, vocabulary))}]".encode(),
    "jsonl": lambda cases, vocabulary: "\n".join(records(cases, vocabulary)).encode(),
    "jsonld": lambda cases, _: f"[{','.join(case_jsonld(case) for case in cases)}]".encode(),
    "turtle": lambda cases, _: case_turtle(cases).encode(),
    "trig": rdf(ox.RdfFormat.TRIG),
    "nt": rdf(ox.RdfFormat.N_TRIPLES),
    "nq": rdf(ox.RdfFormat.N_QUADS),
    "rdfxml": rdf(ox.RdfFormat.RDF_XML),
    "csv": lambda cases, vocabulary: cases_csv(cases, vocabulary).encode("gb18030"),
    "xlsx": lambda cases, vocabulary: cases_workbook(cases, vocabulary),
    "parquet": parquet,
}
ENDINGS = {style: ending for ending, style in FORMATS.items()}


@pytest.fixture(scope="module")
def cases(policy: Policy) -> list[Case]:
    return [read.case for path in resources.case_files() for read in read_file(str(path), policy)]


def test_every_format_is_tried() -> None:
    assert set(WRITERS) == set(FORMATS.values())


@pytest.mark.parametrize("style", WRITERS)
def test_a_case_comes_back(style: str, cases: list[Case], policy: Policy) -> None:
    content = WRITERS[style](cases, Vocabulary(policy))
    back = {read.case.id: read for read in read_cases(content, policy, name=f"案件.{ENDINGS[style]}")}
    assert [finding for read in back.values() for finding in read.findings] == []
    assert {name: same(read.case) for name, read in back.items()} == {case.id: same(case) for case in cases}


#: What people paste into cells and what syntaxes stumble over. Spaces at the ends are no part of a text.
AWKWARD = (
    "第一行\n第二行\n\n  第四行",
    "他说“好”和\"bad\"；'单引号'",
    "\U0001f600 \U0001f469\u200d\U0001f467 \U00020bb7",
    "C:\\\\路径\\/x \\u4e2d \\n",
    "=SUM(A1)",
    "- 列表样: 是 # 不是注释",
    "yes",
    "2018-09-01",
    "007",
    "~",
    "&amp; <b>x</b> ]]>",
    "制表\t符，逗号,分号;、顿号",
    "长" * 30_000,
    "{a: b} [x] | > % @ ` ! * &",
    "a\u2028b\u200bc\ufeffd",
    "_x0041_",
)


@pytest.fixture(scope="module")
def full(policy: Policy) -> Case:
    """A case that says all that a case can say: every field, every fact in turn with each value, every measure and claim."""
    texts, values = cycle(AWKWARD), cycle([(True, False), (False, False), (None, False), (None, True)])
    case = Case(
        id="满.1_甲-b",
        title="：".join(AWKWARD[:2]),
        on="2018-09-01",
        decided="2018-12-01",
        cadre=Cadre(policy.schemes["rank"][0], next(texts), False),
        domain=policy.schemes["domain"][0],
        summary=next(texts),
        facts=tuple(Fact(iri, *next(values), next(texts), next(texts), "2018-09-10") for iri in policy.facts),
        sanctions=tuple(
            DecidedSanction(measure, "2018-11-02", next(texts), next(texts)) for measure in policy.schemes["measure"]
        ),
        claims=tuple(clause.iri for clause in policy.clauses.values() if clause.kind == "ExemptionClause"),
    )
    return with_derived_facts(case, policy)


@pytest.mark.parametrize("style", WRITERS)
def test_a_full_case_comes_back(style: str, full: Case, policy: Policy) -> None:
    content = WRITERS[style]([full], Vocabulary(policy))
    (back,) = read_cases(content, policy, name=f"案件.{ENDINGS[style]}")
    assert back.findings == ()
    assert same(back.case) == same(full)


def test_a_workbook_never_loses_a_text(full: Case, policy: Policy) -> None:
    """A cell holds 32,767 characters."""
    long = full._replace(summary="长" * 40_000)
    for write in (lambda: cases_workbook([long], Vocabulary(policy)), lambda: case_workbook(long, Vocabulary(policy))):
        with pytest.raises(BadParameter, match="40000"):
            write()


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gz"])
@pytest.mark.parametrize("style", WRITERS)
def test_what_comes_without_a_name_is_known_by_what_it_is(
    style: str, pack: Callable[[bytes], bytes], cases: list[Case], policy: Policy, tmp_path: Path
) -> None:
    path = tmp_path / "案件"
    path.write_bytes(pack(WRITERS[style](cases, Vocabulary(policy))))
    assert [read.case.id for read in read_file(str(path), policy)] == [case.id for case in cases]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{id: 甲, title: 一}\n", ["甲"]),
        ("# 注\nid: 甲\ntitle: 一, 二\n", ["甲"]),
        ('{"id": "甲",\n "title": "一"}\n', ["甲"]),
        ("[{id: 甲}, {id: 乙}]", ["甲", "乙"]),
        ("title,id\n一,甲\n", ["甲"]),
        ("<https://w3id.org/dandang/id/cases/甲>\n  a <https://w3id.org/dandang/ontology#Case> .", ["甲"]),
    ],
)
def test_small_things_without_a_name(text: str, found: list[str], policy: Policy) -> None:
    assert [read.case.id for read in read_cases(text.encode(), policy, name="-")] == found


def test_the_command_line_names_every_syntax() -> None:
    assert set(SYNTAXES) == set(FORMATS.values())


@pytest.mark.parametrize("style", ["turtle", "trig", "nt", "nq", "jsonl"])
def test_lines_are_known(style: str, cases: list[Case], policy: Policy) -> None:
    """A fact is told with the line where it stands."""
    content = WRITERS[style](cases[:4], Vocabulary(policy))
    lines = content.decode().splitlines()
    for read in read_cases(content, policy, name=f"案件.{ENDINGS[style]}"):
        for fact in read.case.facts:
            if fact.derived_from:
                continue
            assert fact.place is not None and fact.place.line
            slug, label = fact.type.rsplit("/", 1)[-1], policy.label(fact.type).zh
            assert slug in lines[fact.place.line - 1] or label in lines[fact.place.line - 1], fact.place


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress], ids=["gz", "zst"])
def test_compressed(pack: Callable[[bytes], bytes], cases: list[Case], policy: Policy, tmp_path: Path) -> None:
    content = WRITERS["jsonl"](cases, Vocabulary(policy))
    ending = "gz" if pack is gzip.compress else "zst"
    path = tmp_path / f"案件.jsonl.{ending}"
    # Two parts one after the other, as parallel tools write them.
    half = content.index(b"\n", len(content) // 2) + 1
    path.write_bytes(pack(content[:half]) + pack(content[half:]))
    assert len(read_file(str(path), policy)) == len(cases)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(UnreadableFile, match="cut off"):
        read_file(str(path), policy)
    path.write_bytes(b"not compressed at all")
    with pytest.raises(UnreadableFile, match="damaged"):
        read_file(str(path), policy)
    path.write_bytes(pack(b"\0" * (9 << 20)))
    with pytest.raises(UnreadableFile, match="larger than"):
        read_file(str(path), policy)


def test_what_a_case_cannot_hold_is_told(policy: Policy) -> None:
    """RDF can say more than a case file can: a second value, another property."""
    text = """@prefix dd: <https://w3id.org/dandang/ontology#> . @prefix dcterms: <http://purl.org/dc/terms/> .
<https://w3id.org/dandang/id/cases/x> a dd:Case ;
  dcterms:identifier "x" ; dcterms:title "一"@zh , "二"@zh ;
  dd:cadre <https://w3id.org/dandang/id/cases/x#cadre> ;
  dd:conductdate "2018-09-01" .
<https://w3id.org/dandang/id/cases/x#cadre> a dd:Cadre ; dd:post "局长" , "书记" .
"""
    (read,) = read_cases(text.encode(), policy, name="案件.ttl")
    found = {(item.rule, item.place.line if item.place else None, item.value) for item in read.findings}
    assert found == {
        ("repeated-key", 3, "二"),
        ("unknown-key", 5, "https://w3id.org/dandang/ontology#conductdate"),
        ("repeated-key", 6, "书记"),
    }
    unknown = next(item for item in read.findings if item.rule == "unknown-key")
    assert unknown.hint and "dd:conductDate" in unknown.hint.en


@pytest.mark.parametrize(
    ("ending", "text", "line"),
    [
        ("jsonl", '{"id": "a"}\n{"id": }\n', 2),
        ("nt", "<a:a> <a:b> <a:c> .\n<a:a> <a:b> .\n", 2),
        ("nq", "x\n", 1),
        ("rdf", "<x", None),
    ],
)
def test_syntax_errors_have_a_line(ending: str, text: str, line: int | None, policy: Policy) -> None:
    with pytest.raises(MalformedFile) as caught:
        read_cases(text.encode(), policy, name=f"案件.{ending}")
    assert caught.value.place is not None
    assert line is None or caught.value.place.line == line


def test_entities_in_rdf_xml_are_refused(policy: Policy) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'
    with pytest.raises(MalformedFile, match="entity"):
        read_cases(bomb.encode(), policy, name="案件.rdf")
