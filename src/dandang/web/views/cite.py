"""How to cite a clause: GB/T 7714, BibTeX and RIS. Only what the source states of itself goes in."""

from __future__ import annotations

from typing import NamedTuple

from dandang.model import Clause
from dandang.namespaces import DCTERMS, OA
from dandang.web.library import Library


class Citation(NamedTuple):
    """The same reference in three forms."""

    gbt: str
    bibtex: str
    ris: str


class _Source(NamedTuple):
    authors: tuple[str, ...]
    title: str
    publishers: tuple[str, ...]
    issued: str


def citation(clause: Clause, library: Library) -> Citation | None:
    """The reference for a clause: the article that its words come from, with their place, and the clause's IRI."""
    if clause.quote is None:
        return None
    source = _source(library.index.value(clause.quote.iri, OA + "hasSource"), library)
    document = library.policy.documents[clause.document]
    pinpoint = (
        f"所载《{document.title}》，本图谱编号{clause.notation}，正文第{clause.quote.start + 1}至{clause.quote.end}字符"
    )
    return Citation(_gbt(source, clause, pinpoint), _bibtex(source, clause, pinpoint), _ris(source, clause, pinpoint))


def _source(iri: str, library: Library) -> _Source:
    names = {
        key: tuple(library.label(value).zh for value in library.index.values(iri, DCTERMS + key))
        for key in ("creator", "publisher")
    }
    # The newspaper that wrote the text before the website that carried it.
    publishers = tuple(reversed(names["publisher"]))
    value = library.index.value
    return _Source(names["creator"], value(iri, DCTERMS + "title"), publishers, value(iri, DCTERMS + "issued"))


def _gbt(source: _Source, clause: Clause, pinpoint: str) -> str:
    authors, publishers = ", ".join(source.authors), "、".join(source.publishers)
    return f"{authors}. {source.title}[N/OL]. {publishers}, {source.issued}({pinpoint}). {clause.iri}."


def _bibtex(source: _Source, clause: Clause, pinpoint: str) -> str:
    fields = {
        "author": " and ".join(source.authors),
        "title": "{" + source.title + "}",
        "journal": "、".join(source.publishers),
        "date": source.issued,
        "note": pinpoint,
        "url": clause.iri,
        "langid": "chinese",
    }
    key = "dandang-" + "-".join(clause.iri.split("/")[-2:])
    lines = ",\n".join(f"  {field:<8}= {{{value}}}" for field, value in fields.items() if value)
    return f"@article{{{key},\n{lines}\n}}"


def _ris(source: _Source, clause: Clause, pinpoint: str) -> str:
    lines = [
        ("TY", "NEWS"),
        *(("AU", author) for author in source.authors),
        ("TI", source.title),
        ("JO", "、".join(source.publishers)),
        ("PY", source.issued[:4]),
        ("DA", source.issued.replace("-", "/") + "/"),
        ("LA", "zh"),
        ("N1", pinpoint),
        ("UR", clause.iri),
        ("ER", ""),
    ]
    return "\n".join(f"{tag}  - {value}".rstrip() if tag != "ER" else "ER  - " for tag, value in lines)
