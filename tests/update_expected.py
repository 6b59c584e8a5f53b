"""Writes the answers of all questions to tests/expected/; the tests compare with what is there.

    python tests/update_expected.py            all tables
    python tests/update_expected.py cq-07 ...  some of them

What it writes has to be read against the sources before it is kept: see tests/expected/README.md.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from dandang import catalogue
from dandang.assessment import assess
from dandang.model import Case, Policy, Table, Term
from dandang.namespaces import XSD, shorten
from dandang.policy import load_policy
from dandang.render.rdf import assessment_triples
from dandang.store import Store

EXPECTED = Path(__file__).resolve().parent / "expected"
#: Receipts name the data and the day: fixed here, so that a table changes only when an answer does.
DIGEST, TODAY = "0" * 64, "2018-10-08"

#: A value other than the default for each parameter of each question. Every parameter must have one.
VARIANTS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "cq-01": {"case": {"case": "2018-004"}, "reading": {"case": "2018-005", "reading": "从严"}},
    "cq-02": {"given": {"given": "处理突发应急事件"}},
    "cq-03": {"case": {"case": "2018-005"}, "reading": {"case": "2018-024", "reading": "strict"}},
    "cq-04": {"case": {"case": "2018-016"}, "reading": {"case": "2018-023", "reading": "strict"}},
    "cq-05": {
        "given": {"given": "维护政治纪律和政治规矩失职; 本区违规违纪问题多发; adverse impact"},
        "absent": {"given": "严重后果", "absent": "正当合理理由; 主动探索改革"},
    },
    "cq-06": {"case": {"case": "2018-014"}, "reading": {"case": "2018-006", "reading": "strict"}},
    "cq-07": {"case": {"case": "2018-027"}, "reading": {"case": "2018-006", "reading": "strict"}},
    "cq-08": {"case": {"case": "2018-032"}, "reading": {"case": "2018-032", "reading": "strict"}},
    "cq-11": {"clause": {"clause": "A3"}},
    "cq-12": {"first": {"first": "A2", "second": "E2"}, "second": {"second": "A9"}},
    "cq-13": {"role": {"role": "事后行为"}},
    "cq-16": {"case": {"case": "2018-028"}, "reading": {"case": "2018-020", "reading": "strict"}},
    "cq-17": {"rank": {"rank": "市管副局级"}},
    "cq-22": {"certainty": {"certainty": "inference"}},
    "cq-23": {"case": {"case": "2018-007"}},
    "cq-28": {"document": {"document": "D3"}},
    "cq-34": {"case": {"case": "2018-016"}},
    "cq-35": {"case": {"case": "2018-027"}},
    "cq-36": {"case": {"case": "2018-028"}, "reading": {"case": "2018-028", "reading": "strict"}},
    "cq-37": {"clause": {"clause": "T2"}},
    "cq-38": {"document": {"document": "D2"}},
    "cq-40": {"fact": {"fact": "果断决策"}},
    "cq-44": {"case": {"case": "2018-029"}, "clause": {"clause": "E7"}},
    "cq-45": {"case": {"case": "2018-029"}},
    "cq-46": {"case": {"case": "2018-024"}},
    "cq-53": {"day": {"day": "2018-01-01"}},
    "cq-54": {"clause": {"clause": "A12"}, "reading": {"clause": "A13", "reading": "strict"}},
    "cq-55": {"case": {"case": "2018-017"}, "reading": {"reading": "strict"}},
    "cq-56": {"case": {"case": "2018-003"}},
    "cq-57": {"word": {"word": "反映强烈"}},
    "cq-62": {"case": {"case": "2018-023"}},
    "cq-63": {"case": {"case": "2018-006"}},
}


@cache
def policy() -> Policy:
    """The policy, with a fixed digest."""
    return load_policy()._replace(digest=DIGEST)


@cache
def store(needs: tuple[str, ...]) -> Store:
    """The store behind the questions that need the same parts."""
    question = next(found for found in catalogue.questions() if found.needs == needs)
    return catalogue.question_store(policy(), question, assessments=_assessment)


def _assessment(case: Case) -> Iterable[ox.Triple]:
    return assessment_triples(assess(case, policy(), today=TODAY))


def answers(question: catalogue.Question) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The names of a question's expected tables, and the values they are for."""
    yield question.name, {}
    for parameter, values in VARIANTS.get(question.id, {}).items():
        yield f"{question.name}~{parameter}", values


def answer(question: catalogue.Question, values: Mapping[str, str]) -> str:
    """One answer as it stands in its file."""
    return as_tsv(catalogue.ask(store(question.needs), question, values, policy()))


def as_tsv(table: Table) -> str:
    """A table with a row a line: terms as in Turtle, so that languages and datatypes are part of what is compared."""
    lines = ["\t".join(f"?{column}" for column in table.columns)]
    lines += ["\t".join(_cell(term) for term in row) for row in table.rows]
    return "\n".join(lines) + "\n"


def _cell(term: Term | None) -> str:
    if term is None:
        return ""
    if term.kind == "iri":
        short = shorten(term.value)
        return f"<{short}>" if short == term.value else short
    if term.datatype in (XSD + "integer", XSD + "boolean"):
        return term.value
    text = term.value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace('"', '\\"')
    suffix = f"@{term.lang}" if term.lang else ""
    if term.datatype and term.datatype != XSD + "string":
        suffix = f"^^{shorten(term.datatype)}"
    return f'"{text}"{suffix}'


def main(wanted: list[str]) -> None:
    """Write the tables, and say which changed."""
    for question in catalogue.questions():
        if wanted and question.id not in wanted:
            continue
        for name, values in answers(question):
            path = EXPECTED / f"{name}.tsv"
            before = path.read_text(encoding="utf-8") if path.is_file() else ""
            after = answer(question, values)
            if before != after:
                path.write_text(after, encoding="utf-8")
                print(f"{'changed' if before else 'new'}  {path.name}")


if __name__ == "__main__":
    main(sys.argv[1:])
