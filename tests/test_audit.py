"""`dandang audit` on a small source of its own."""

from __future__ import annotations

from hashlib import sha256

import pyoxigraph as ox
import pytest

from dandang.audit import Audit, audit

SOURCE = "新规\n\n  干部勤勉尽责的,可以免责;未尽责的,应当问责。\n\n  (记者某某)"
QUOTE, START = "干部勤勉尽责的,可以免责", 6
OTHER, OTHER_START = "未尽责的,应当问责", 19


def graph(**changes: object) -> list[ox.Quad]:
    """A graph of two quotes and two narrative passages, with some values changed."""
    value = {
        "exact": QUOTE, "start": START, "end": START + len(QUOTE), "prefix": "\n\n  ", "suffix": ";未尽",
        "digest": sha256(SOURCE.encode()).hexdigest(), "begins": "(", "by_start": 33,
    } | changes  # fmt: skip
    text = f"""
        @base <https://example.org/> . @prefix dd: <https://w3id.org/dandang/ontology#> . @prefix oa: <http://www.w3.org/ns/oa#> .
        <s> a dd:Source ; dd:sourceDigest "{value["digest"]}" .
        <q> a dd:Quote ; oa:hasSource <s> ; oa:hasSelector <qt> , <qp> .
        <qt> oa:exact "{value["exact"]}" ; oa:prefix {_long(value["prefix"])} ; oa:suffix "{value["suffix"]}" .
        <qp> oa:start {value["start"]} ; oa:end {value["end"]} .
        <o> a dd:Quote ; oa:hasSource <s> ; oa:hasSelector <ot> , <op> .
        <ot> oa:exact "{OTHER}" . <op> oa:start {OTHER_START} ; oa:end {OTHER_START + len(OTHER)} .
        <t> a dd:NarrativePassage ; oa:hasSource <s> ; oa:hasSelector <tp> ; dd:startsWith "新" ; dd:endsWith "规" .
        <tp> oa:start 0 ; oa:end 2 .
        <b> a dd:NarrativePassage ; oa:hasSource <s> ; oa:hasSelector <bp> ; dd:startsWith "{value["begins"]}" .
        <bp> oa:start {value["by_start"]} ; oa:end {len(SOURCE)} .
    """
    return list(ox.parse(text.encode(), ox.RdfFormat.TURTLE))


def _long(text: object) -> str:
    return '"""' + str(text) + '"""'


def rules(found: Audit) -> list[str]:
    return [finding.rule for finding in found.findings]


def test_positions_of_the_sample_are_right() -> None:
    assert SOURCE[START:].startswith(QUOTE) and SOURCE[OTHER_START:].startswith(OTHER) and SOURCE[33] == "("


def test_a_whole_graph_is_clean() -> None:
    found = audit(SOURCE, graph())
    assert found.clean, found.findings
    assert (found.quotes, found.exact, found.passages, found.same_text) == (2, 2, 2, True)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"exact": "干部勤勉尽责的,应当免责"}, "quote-not-found"),
        ({"start": START + 1, "end": START + 1 + len(QUOTE)}, "quote-moved"),
        ({"start": 900, "end": 912}, "quote-position"),
        ({"prefix": "别的"}, "quote-context"),
        ({"suffix": "别的"}, "quote-context"),
        ({"begins": "别的"}, "passage-bounds"),
    ],
)
def test_each_mistake_is_told(change: dict[str, object], rule: str) -> None:
    found = audit(SOURCE, graph(**change), name="source.txt")
    assert rules(found)[0] == rule
    assert found.findings[0].place and found.findings[0].place.file == "source.txt"
    assert all(found.findings[0].message)


def test_a_moved_quote_says_where_it_is() -> None:
    found = audit(SOURCE, graph(start=START + 1, end=START + 1 + len(QUOTE)))
    assert str(START) in (found.findings[0].hint.zh if found.findings[0].hint else "")


def test_words_that_nothing_covers_are_told_with_their_line() -> None:
    longer = SOURCE + "\n\n  不服的,可以申诉。"
    found = audit(longer, graph())
    assert rules(found) == ["uncovered"]
    assert found.same_text is False
    place = found.findings[0].place
    assert place and (place.line, place.column) == (7, 3)
    assert "不服的,可以申诉" in found.findings[0].message.zh


def test_punctuation_between_quotes_needs_no_cover() -> None:
    assert ";" in SOURCE and audit(SOURCE, graph()).clean
