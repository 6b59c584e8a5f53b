"""Case files: what is accepted, and what a person is told about what is not."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest

from dandang.cases import MAX_BYTES, ReadCase, accepted, read_cases, read_file
from dandang.cases.graph import case_turtle
from dandang.cases.reading import read_partly
from dandang.errors import DandangError, MalformedFile, RejectedCase, UnreadableFile
from dandang.model import Place, Policy

SAMPLE = """\
id: 2018-017
title: 老旧社区改造抢时机先行施工
on: 2018-09-01
cadre: {rank: 市管副局级, post: 区城建局局长, lion: true}
domain: 全面建成小康社会
facts:
  “三旧”改造: yes
  抢抓时机: {value: yes, evidence: 会议纪要12号, found_by: 调查组, on: 2018-09-10}
  重大损失: no
sanctions: [调离岗位]
claims: [E4]
"""


def read(text: str, policy: Policy, name: str = "a.yaml") -> ReadCase:
    return read_cases(text.encode(), policy, name=name)[0]


def facts_of(read_case: ReadCase) -> dict[str, bool | None]:
    return {fact.type.rsplit("/", 1)[-1]: fact.value for fact in read_case.case.facts if not fact.derived_from}


def test_a_case_is_read_whole(policy: Policy) -> None:
    found = read(SAMPLE, policy)
    assert found.findings == ()
    case = found.case
    assert (case.id, case.on, case.cadre.post, case.cadre.on_list) == ("2018-017", "2018-09-01", "区城建局局长", True)
    assert facts_of(found) == {"three-olds-redevelopment": True, "seize-the-moment": True, "major-loss": False}
    fact = next(fact for fact in case.facts if fact.evidence)
    assert (fact.evidence, fact.found_by, fact.found_on) == ("会议纪要12号", "调查组", "2018-09-10")
    assert fact.place and (fact.place.line, fact.place.path) == (8, "facts.抢抓时机")
    assert policy.label(case.sanctions[0].measure).zh == "调离岗位"
    assert [policy.clauses[iri].notation for iri in case.claims] == ["E4"]


@pytest.mark.parametrize(
    "name",
    [
        "抢抓时机",
        "seizing the moment",
        "SEIZING THE MOMENT",
        "seize-the-moment",
        "https://w3id.org/dandang/id/facts/seize-the-moment",
    ],
)
def test_a_fact_may_be_named_in_any_of_its_names(policy: Policy, name: str) -> None:
    assert facts_of(read(f"id: a\nfacts:\n  {name}: yes\n", policy)) == {"seize-the-moment": True}


def test_a_negative_name_turns_the_value_round(policy: Policy) -> None:
    assert facts_of(read("id: a\nfacts: {未谋取私利: yes}\n", policy)) == {"seeks-private-gain": False}
    assert facts_of(read("id: a\nfacts: {未谋取私利: unknown}\n", policy)) == {"seeks-private-gain": None}


@pytest.mark.parametrize("written", ['"三旧"改造', "“三旧”改造", "「三旧」改造"])
def test_quotation_marks_of_any_kind_will_do(policy: Policy, written: str) -> None:
    assert facts_of(read(f"id: a\nfacts:\n  '{written}': 是\n", policy)) == {"three-olds-redevelopment": True}


def test_contested_counts_as_unknown(policy: Policy) -> None:
    fact = read("id: a\nfacts: {勤勉尽责: 有争议}\n", policy).case.facts[0]
    assert fact.contested and fact.value is None


def test_facts_follow_by_declared_relations_only(policy: Policy) -> None:
    text = (
        "id: a\ndomain: 全面依法治国\ncadre: {lion: no}\nfacts: {不敢果断决策: yes, 恶劣影响: yes}\nsanctions: [免职]\n"
    )
    derived = {f.type.rsplit("/", 1)[-1]: f.value for f in read(text, policy).case.facts if f.derived_from}
    assert derived == {
        "decisive-decision": False,
        "in-scope": True,
        "on-lion-list": False,
        "new-organisational-measure": True,
    }


def test_a_stated_value_is_never_overridden(policy: Policy) -> None:
    found = read("id: a\nfacts: {不敢果断决策: yes, 果断决策: yes}\n", policy)
    assert facts_of(found) == {"dared-not-decide": True, "decisive-decision": True}


@pytest.mark.parametrize("ending", ["json", "ttl"])
def test_other_formats_say_the_same(policy: Policy, ending: str) -> None:
    case = read(SAMPLE, policy).case
    if ending == "ttl":
        text = case_turtle([case])
    else:
        text = (
            '{"id": "2018-017", "title": "老旧社区改造抢时机先行施工", "on": "2018-09-01", "domain": "全面建成小康社会",'
            '\n "cadre": {"rank": "市管副局级", "post": "区城建局局长", "lion": true},'
            '\n "facts": {"“三旧”改造": true, "抢抓时机": {"value": "yes", "evidence": "会议纪要12号",'
            ' "found_by": "调查组", "on": "2018-09-10"}, "重大损失": false},'
            '\n "sanctions": ["调离岗位"], "claims": ["E4"]}'
        )
    other = read_cases(text.encode(), policy, name=f"a.{ending}")[0]
    assert other.findings == ()
    strip = lambda c: c._replace(place=None, places={}, facts=tuple(sorted(f._replace(place=None) for f in c.facts)),  # noqa: E731
                                 sanctions=tuple(s._replace(place=None) for s in c.sanctions))  # fmt: skip
    assert strip(other.case) == strip(case)


def test_several_cases_in_a_file(policy: Policy) -> None:
    text = "id: a\n---\nid: b\n"
    assert [item.case.id for item in read_cases(text.encode(), policy)] == ["a", "b"]
    assert [item.case.id for item in read_cases(b"- id: a\n- id: b\n", policy)] == ["a", "b"]


# --- mistakes that leave a case readable: findings --------------------------------------------------------------------

FINDINGS = {
    "unknown fact": ("id: a\nfacts:\n  抢抓时几: yes\n", "unknown-fact", 3, "抢抓时机"),
    "ambiguous fact": ("id: a\nfacts:\n  造成恶劣影响: yes\n", "ambiguous-fact", 3, "恶劣影响"),
    "contradictory facts": (
        "id: a\nfacts:\n  谋取私利: yes\n  未谋取私利: yes\n",
        "contradictory-facts",
        4,
        "contested",
    ),
    "repeated fact": ("id: a\nfacts:\n  重大损失: no\n  major loss: no\n", "repeated-fact", 4, ""),
    "bad value": ("id: a\nfacts:\n  重大损失: 大概\n", "bad-value", 3, "unknown"),
    "unknown rank": ("id: a\ncadre: {rank: 正处级}\n", "unknown-rank", 2, "市管副局级"),
    "unknown domain": ("id: a\ndomain: 全面振兴\n", "unknown-domain", 2, "全面从严治党"),
    "unknown measure": ("id: a\nsanctions: [开除]\n", "unknown-measure", 2, "免职"),
    "unknown clause": ("id: a\nclaims: [E11]\n", "unknown-clause", 2, "E10"),
    "bad date": ("id: a\non: 2018年9月1日\n", "bad-date", 2, "2018-09-01"),
    "impossible date": ("id: a\non: 2018-02-30\n", "bad-date", 2, "2018-09-01"),
    "week for a date": ("id: a\non: 2018-W01-1\n", "bad-date", 2, "2018-09-01"),
    "unknown key": ("id: a\nfact: {}\n", "unknown-key", 2, "facts"),
    "repeated key": ("id: a\ntitle: x\ntitle: y\n", "repeated-key", 3, ""),
    "list for text": ("id: a\ntitle: [x]\n", "not-text", 2, ""),
    "full-width colon": ("id: a\nfacts:\n  重大损失\uff1ano\n", "not-a-group", 3, "半角"),
    "text for group": ("id: a\nfacts: 无\n", "not-a-group", 2, ""),
    "bad id": ("id: a/b c\n", "bad-id", 1, ""),
}


@pytest.mark.parametrize("name", FINDINGS)
def test_a_mistake_is_found_with_its_place_and_a_way_out(policy: Policy, name: str) -> None:
    text, rule, line, hint = FINDINGS[name]
    found = read(text, policy).findings
    assert [finding.rule for finding in found] == [rule]
    assert found[0].place and found[0].place.line == line
    assert hint in (found[0].hint.zh if found[0].hint else "")
    assert all(found[0].message) and (found[0].hint is None or all(found[0].hint))


def test_an_id_used_twice_is_found_in_one_file_and_in_several(policy: Policy, tmp_path: Path) -> None:
    from dandang.cases import without_duplicates

    found = without_duplicates(read_cases(b"- id: a\n- id: a\n", policy))
    assert [f.rule for item in found for f in item.findings] == ["duplicate-id"]


def test_a_case_with_mistakes_is_refused_whole(policy: Policy) -> None:
    with pytest.raises(RejectedCase) as caught:
        accepted([read("id: a\nfacts: {无此事: yes, 也无此事: no}\n", policy)])
    assert len(caught.value.findings) == 2
    assert caught.value.render("zh").count("没有名为") == 2


# --- files that cannot be read: errors --------------------------------------------------------------------------------

FILES: dict[str, tuple[bytes, str, type[DandangError], int | None, str]] = {
    "empty": (b"", "a.yaml", UnreadableFile, None, "空"),
    "only spaces": (b" \n\n", "a.yaml", UnreadableFile, None, "空"),
    "only a comment": (b"# nothing\n", "a.yaml", MalformedFile, None, "没有案件"),
    "GBK": ("id: a\ntitle: 老旧社区\n".encode("gb18030"), "a.yaml", UnreadableFile, 2, "GB18030"),
    "UTF-16": ("id: a\n".encode("utf-16"), "a.yaml", UnreadableFile, None, "UTF-16"),
    "binary": (b"\x80\x81\xff\xfe\x00", "a.yaml", UnreadableFile, 1, "UTF-8"),
    "YAML syntax": (b"id: a\nfacts: {x: yes\n", "a.yaml", MalformedFile, 3, "语法"),
    "YAML tab": (b"id: a\nfacts:\n\tx: yes\n", "a.yaml", MalformedFile, 3, "语法"),
    "YAML control character": (b"id: a\ntitle: \x07\n", "a.yaml", MalformedFile, 2, "字符"),
    "JSON syntax": (b'{"id": "a",\n}', "a.json", MalformedFile, 2, "语法"),
    "JSON cut off": (b'{"id": "a",\n"facts": {', "a.json", MalformedFile, 2, "没有存全"),
    "JSON with something behind it": (b'{"id": "a"}\n{"id": "b"}\n', "a.json", MalformedFile, 2, "每行一件"),
    "JSON with a full-width colon": ('{"id"：1}'.encode(), "a.json", MalformedFile, 1, "半角冒号"),
    "half a character": (b'{"id": "a",\n"title": "\\ud83d"}', "a.json", MalformedFile, 2, "半个字符"),
    "JSON too deep": (b"[" * 100_000, "a.json", MalformedFile, None, "嵌套"),
    "JSON deep": (b'{"facts": ' + b"[" * 40 + b"]" * 40 + b"}", "a.json", MalformedFile, 1, "嵌套"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xls", UnreadableFile, None, "旧版"),
    "a workbook in name only": (b"<html>", "a.xlsx", UnreadableFile, None, "工作簿"),
    "Turtle syntax": (b"@prefix dd: <x> .\n dd:a dd:b ", "a.ttl", MalformedFile, 2, "语法"),
    "Turtle with full-width signs": (
        "@prefix dd: <https://w3id.org/dandang/ontology#> .\ndd:a dd:b 1，2 .".encode(),
        "a.ttl",
        MalformedFile,
        2,
        "“，2”不能写在这里",
    ),
    "Turtle with a prefix that is not declared": (b"x:a x:b 1 .", "a.ttl", MalformedFile, 1, "前缀 x: 没有声明"),
    "RDF/XML without its prefix": (b"<rdf:RDF>", "a.rdf", MalformedFile, None, "前缀 rdf: 没有声明"),
    "Turtle without a case": (b"<http://a> <http://b> <http://c> .", "a.ttl", MalformedFile, None, "没有案件"),
    "JSON-LD of a remote context": (
        b'{"@context": "http://example.org/c", "@type": "x"}',
        "a.jsonld",
        MalformedFile,
        None,
        "不会去读取",
    ),
    "full-width colons": ("id： 2018-1\ntitle： 一\n".encode(), "a.yaml", MalformedFile, 1, "“id”后面的冒号是全角的"),
    "one full-width colon": ("id: a\ntitle： 一\non: 2018-09-01\n".encode(), "a.yaml", MalformedFile, 3, "半角冒号"),
    "UTF-16 without a mark": ("id: a\n".encode("utf-16-le"), "a.yaml", UnreadableFile, None, "UTF-16"),
    "UTF-16 without a mark, the other way": ("{}".encode("utf-16-be"), "a.json", UnreadableFile, None, "UTF-16"),
    "not a number": (b'{"id": NaN}', "a.json", MalformedFile, 1, "NaN"),
    "infinity in a line": (b'{"id": "a"}\n{"id": "b", "on": -Infinity}', "a.jsonl", MalformedFile, 2, "Infinity"),
    "a list of words": (b"- a\n- b\n", "a.yaml", MalformedFile, 1, "不是一件案件"),
    "too deep": (b"id: a\nfacts: " + b"[" * 40 + b"]" * 40, "a.yaml", MalformedFile, 2, "嵌套"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_broken_file_gets_a_clear_error(policy: Policy, name: str) -> None:
    content, file, error, line, said = FILES[name]
    with pytest.raises(error) as caught:
        read_cases(content, policy, name=file)
    assert said in caught.value.message.zh
    assert caught.value.place and caught.value.place.file == file
    assert line is None or caught.value.place.line == line
    assert caught.value.message.en and file in caught.value.render("en")


def test_missing_directory_and_large_files(policy: Policy, tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    large.write_bytes(b"# " + b"x" * (50 * 1024 * 1024))
    for name, said in (
        ("nowhere.yaml", "没有这个文件"),
        (str(tmp_path), "文件夹"),
        (str(large), f"{MAX_BYTES // 2**20} MB"),
    ):
        with pytest.raises(UnreadableFile) as caught:
            read_file(name, policy)
        assert said in caught.value.render("zh")


def test_a_byte_order_mark_is_no_mistake(policy: Policy) -> None:
    assert read_cases(b"\xef\xbb\xbfid: a\n", policy)[0].case.id == "a"


def test_json_says_what_its_writer_said(policy: Policy) -> None:
    """Escapes of every kind, and the same key twice: nothing is read as the YAML that it also looks like."""
    texts = {"title": "\U0001f600", "summary": "C:\\/x \\u4e2d", "note": "a\x7fb\u2028c\u0085d"}
    (one,) = read_cases(json.dumps({"id": "甲", **texts}, indent=1).encode(), policy, name="a.json")
    assert one.findings == ()
    assert {key: getattr(one.case, key) for key in texts} == texts
    assert one.case.places["summary"] == Place("a.json", 4, 13, "summary")
    (two,) = read_cases(b'{"id": "a", "facts": {},\n "id": "b"}', policy, name="a.json")
    assert [(item.rule, item.place) for item in two.findings] == [("repeated-key", Place("a.json", 2, 2, "id"))]


_LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{here}: &{here} [{', '.join([f'*{before}'] * 10)}]\n"
    for before, here in zip("abcdefghi", "bcdefghij", strict=True)
)
_XML = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:e='http://e/'>"
#: A few hundred bytes, or many brackets, that would take all the time, memory or stack there is.
ENDLESS = {
    "flow sequences": ("a.yaml", "[" * 100_000, "嵌套超过", 1),
    "flow mappings": ("a.yaml", "a: " + "{a: " * 100_000, "嵌套超过", 1),
    "block sequences": ("a.yaml", "- " * 100_000 + "x", "嵌套超过", 1),
    "block mappings": ("a.yaml", "".join(" " * depth + "a:\n" for depth in range(500)), "嵌套超过", 22),
    "in a later document": ("a.yaml", "id: a\n---\n" + "[" * 100_000, "嵌套超过", 3),
    "references to references": ("a.yaml", _LAUGHS, "引用", 5),
    "a reference to itself": ("a.yaml", "id: &a [*a, *a]", "嵌套超过", 1),
    "JSON": ("a.json", "[" * 100_000, "嵌套超过", None),
    "JSON Lines": ("a.jsonl", "[" * 100_000, "嵌套超过", 1),
    "JSON-LD": ("a.jsonld", '{"@context": {}, "a": ' + "[" * 100_000, "嵌套超过", None),
    "RDF/XML": ("a.rdf", _XML + "<e:a><e:B>" * 10_000, "嵌套超过", 1),
    "without a name": ("", "[" * 100_000, "嵌套超过", 1),
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_what_would_never_end_is_refused_at_once(kind: str, policy: Policy) -> None:
    name, text, said, line = ENDLESS[kind]
    with pytest.raises(MalformedFile) as raised:
        read_cases(text.encode(), policy, name=name)
    assert said in raised.value.render("zh") and raised.value.hint
    assert raised.value.place and raised.value.place.line == line


def test_a_part_of_a_case_may_be_referred_to(policy: Policy) -> None:
    text = "---\n- {id: a, cadre: &c {rank: 市管正局级, post: 局长}}\n" + "".join(
        f"- {{id: a{number}, cadre: *c}}\n" for number in range(100)
    )
    found = read_cases(text.encode(), policy, name="a.yaml")
    assert {item.case.cadre.post for item in found} == {"局长"} and len(found) == 101


# --- line by line -----------------------------------------------------------------------------------------------------

_LINES = [f'{{"id": "c{number}", "title": "题"}}' for number in range(6)]
_TYPE, _CASE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", "<https://w3id.org/dandang/ontology#Case>"
_TRIPLES = [f"<https://w3id.org/dandang/id/cases/c{number}> {_TYPE} {_CASE} ." for number in range(6)]


def with_bad(lines: list[str], bad: bytes) -> bytes:
    """The lines with the third one broken."""
    return b"\n".join([*(line.encode() for line in lines[:2]), bad, *(line.encode() for line in lines[3:])]) + b"\n"


PARTLY = {
    "a line that is cut off": ("a.jsonl", with_bad(_LINES, b'{"id": "c2'), 5, "malformed-file", "没有写完"),
    "a line in GB18030": ("a.jsonl", with_bad(_LINES, _LINES[2].encode("gb18030")), 5, "unreadable-file", "GB18030"),
    "a line that is no case": ("a.jsonl", with_bad(_LINES, b"[3]"), 5, "malformed-file", "不是一件案件"),
    "half a character": ("a.jsonl", with_bad(_LINES, b'{"id": "\\ud83d"}'), 5, "malformed-file", "半个字符"),
    "a triple": ("a.nt", with_bad(_TRIPLES, b"<http://a> <http://b"), 5, "malformed-line", "没有写完"),
    "a quad": ("a.nq", with_bad(_TRIPLES, b"<http://a> <b> 1 ."), 5, "malformed-line", "IRI 不完整"),
    "a triple in GB18030": (
        "a.nt",
        with_bad(_TRIPLES, "<http://题> .".encode("gb18030")),
        5,
        "unreadable-file",
        "GB18030",
    ),
    "nothing else": ("a.jsonl", b"\n\n{", 0, "malformed-file", "没有存全"),
}


@pytest.mark.parametrize("kind", PARTLY)
def test_a_bad_line_leaves_the_others(kind: str, policy: Policy, tmp_path: Path) -> None:
    name, content, cases, rule, said = PARTLY[kind]
    path = tmp_path / name
    path.write_bytes(content)
    read, (finding,) = read_partly(str(path), policy)
    assert len(read) == cases
    assert (finding.rule, finding.place and finding.place.line) == (rule, 3)
    assert said in finding.message.zh and str(path) in finding.render("zh")
    if read and name == "a.jsonl":
        assert [item.case.place and item.case.place.line for item in read] == [1, 2, 4, 5, 6]


def test_what_a_cut_off_file_still_holds_is_read(policy: Policy, tmp_path: Path) -> None:
    random.seed(7)
    lines = "".join(f'{{"id": "c{number}", "title": "{random.random()}"}}\n' for number in range(2000))
    path = tmp_path / "a.jsonl.gz"
    packed = gzip.compress(lines.encode())
    path.write_bytes(packed[: len(packed) // 2])
    read, (finding,) = read_partly(str(path), policy)
    assert 500 < len(read) < 1500 and [item.case.id for item in read] == [f"c{number}" for number in range(len(read))]
    assert finding.rule == "unreadable-file" and finding.place == Place(str(path), len(read) + 1)


@pytest.mark.parametrize("name", ["a.yaml", "a.json", "a.ttl"])
def test_other_syntaxes_are_read_whole_or_not_at_all(name: str, policy: Policy, tmp_path: Path) -> None:
    (tmp_path / name).write_text("{", encoding="utf-8")
    with pytest.raises(MalformedFile):
        read_partly(str(tmp_path / name), policy)


# --- what no case would ever say --------------------------------------------------------------------------------------

_PREFIXES = """\
@prefix dd: <https://w3id.org/dandang/ontology#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix fact: <https://w3id.org/dandang/id/facts/> .
@prefix rank: <https://w3id.org/dandang/id/concepts/rank/> .
@prefix c: <https://w3id.org/dandang/id/cases/> .
c:a a dd:Case ; dcterms:identifier "a" ;
"""
STRAYS = {
    "a class of a case": ('  dcterms:title "x" .\nc:b a dd:Cas ; dcterms:identifier "b" .', "unknown-key", 8, "dd:Cas"),
    "a class of a linked node": ("  dd:cadre c:d .\nc:d a dd:Cadr .", "unknown-key", 8, "dd:Cadr"),
    "a class in brackets": (
        "  dd:hasFact [ dd:factType fact:major-loss ; dd:value dd:no ],\n"
        "    [ a dd:Fac ; dd:factType fact:diligent ; dd:value dd:no ] .",
        "unknown-key",
        8,
        "dd:Fac",
    ),
    "a fact that no case has": (
        '  dcterms:title "x" .\nc:f a dd:Fact ; dd:factType fact:diligent ; dd:value dd:no .',
        "unknown-key",
        8,
        "没有案件用 dd:hasFact 指向这里",
    ),
    "a property in brackets": (
        "  dd:hasFact [ dd:factType fact:diligent ; dd:value dd:no ;\n    dd:evidenc '1' ] .",
        "unknown-key",
        8,
        "dd:evidenc",
    ),
    "a value in brackets": (
        "  dd:hasFact [ dd:factType fact:major-loss ; dd:value dd:yes ],\n"
        "    [ dd:factType fact:diligent ;\n      dd:value dd:yess ] .",
        "bad-value",
        9,
        "值不可用",
    ),
    "a rank in brackets": ("  dd:cadre [ dd:post '局长' ;\n    dd:rank rank:emperor ] .", "unknown-rank", 8, "emperor"),
    "a node with a label": ("  dd:hasFact _:f .\n_:f dd:factType\n fact:nothing .", "unknown-fact", 9, "nothing"),
}


@pytest.mark.parametrize("kind", STRAYS)
def test_rdf_that_would_never_be_read_is_told_at_its_line(kind: str, policy: Policy) -> None:
    text, rule, line, said = STRAYS[kind]
    (read,) = read_cases((_PREFIXES + text).encode(), policy, name="a.ttl")
    (finding,) = (item for item in read.findings if item.rule == rule)
    assert finding.place and (finding.place.file, finding.place.line) == ("a.ttl", line)
    assert said in finding.message.zh and finding.focus == "a"


def test_a_fact_without_a_type_is_told_with_what_else_is_wrong(policy: Policy) -> None:
    text = _PREFIXES + "  dd:hasFact [ dd:factTyp fact:diligent ;\n    dd:value dd:yess ] ."
    (read,) = read_cases(text.encode(), policy, name="a.ttl")
    told = {(item.rule, item.place.line if item.place else 0) for item in read.findings}
    assert told == {("unknown-key", 7), ("bad-value", 8), ("unknown-fact", 7)}
    assert not any("<>" in item.message.zh for item in read.findings)


def test_a_file_whose_only_case_is_of_no_class(policy: Policy) -> None:
    text = _PREFIXES.replace("dd:Case", "dd:Cas") + "  dcterms:title 'x' ."
    with pytest.raises(MalformedFile) as raised:
        read_cases(text.encode(), policy, name="a.ttl")
    assert "dd:Cas" in raised.value.message.zh and raised.value.place == Place("a.ttl", 6, 7)


def test_where_there_are_no_lines_the_case_is_named(policy: Policy) -> None:
    cases = [{"@id": f"https://w3id.org/dandang/id/cases/{name}", "@type": "Case", "on": "昨天"} for name in ("a", "b")]
    document = {"@context": "https://w3id.org/dandang/case.context.jsonld", "@graph": cases}
    read = read_cases(json.dumps(document).encode(), policy, name="a.jsonld")
    told = [finding.render("zh") for item in read for finding in item.findings if finding.rule == "bad-date"]
    assert [line.partition(": ")[0] for line in told] == ["a.jsonld 案件“a” on", "a.jsonld 案件“b” on"]
