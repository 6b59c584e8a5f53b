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
    # A source that is the document itself does not carry it.
    carries = "" if source.title == document.title else f"所载《{document.title}》，"
    pinpoint = f"{carries}本图谱编号{clause.notation}，正文第{clause.quote.start + 1}至{clause.quote.end}字符"
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
    # The article is from a newspaper; of any other source the kind is not known.
    kind = "N/OL" if source.publishers else "Z/OL"
    issued = ", ".join(filter(None, ("、".join(source.publishers), source.issued)))
    parts = (", ".join(source.authors), f"{source.title}[{kind}]", f"{issued}({pinpoint})", clause.iri)
    return ". ".join(filter(None, parts)) + "."


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
    return f"@{'article' if source.publishers else 'misc'}{{{key},\n{lines}\n}}"


def _dates(issued: str) -> list[tuple[str, str]]:
    return [("PY", issued[:4]), ("DA", issued.replace("-", "/") + "/")] if issued else []


def _ris(source: _Source, clause: Clause, pinpoint: str) -> str:
    lines = [
        ("TY", "NEWS" if source.publishers else "GEN"),
        *(("AU", author) for author in source.authors),
        ("TI", source.title),
        *(("JO", found) for found in ["、".join(source.publishers)] if found),
        *((tag, found) for tag, found in _dates(source.issued) if found),
        ("LA", "zh"),
        ("N1", pinpoint),
        ("UR", clause.iri),
        ("ER", ""),
    ]
    return "\n".join(f"{tag}  - {value}".rstrip() if tag != "ER" else "ER  - " for tag, value in lines)
