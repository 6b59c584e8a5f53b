"""How to cite a clause: GB/T 7714-2015, BibTeX and RIS. Only what the source states of itself goes in."""

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


class _Reference(NamedTuple):
    """What a reference says: who wrote the source and what it is called, the place in it, and where and when it was read here."""

    authors: tuple[str, ...]
    title: str
    pinpoint: str
    publishers: tuple[str, ...]
    issued: str
    version: str
    accessed: str
    url: str
    key: str


def citation(clause: Clause, library: Library, accessed: str) -> Citation | None:
    """The reference for a clause: the article that its words come from, with their place, and the clause's IRI. `accessed` is the
    day of reading, which electronic resources are cited with."""
    if clause.quote is None:
        return None
    found = _reference(clause, library, accessed)
    return Citation(_gbt(found), _bibtex(found), _ris(found))


def _reference(clause: Clause, library: Library, accessed: str) -> _Reference:
    assert clause.quote is not None
    source = library.index.value(clause.quote.iri, OA + "hasSource")
    title, document = library.index.value(source, DCTERMS + "title"), library.policy.documents[clause.document]
    # A source that is the document itself does not carry it.
    carries = "" if title == document.title else f"《{document.title}》"
    return _Reference(
        _names(source, "creator", library),
        title,
        f"{carries}{clause.notation}（正文第{clause.quote.start + 1}至{clause.quote.end}字符）",
        # The newspaper that wrote the text before the website that carried it.
        tuple(reversed(_names(source, "publisher", library))),
        library.index.value(source, DCTERMS + "issued"),
        library.policy.digest[:12],
        accessed,
        clause.iri,
        "dandang-" + "-".join(clause.iri.split("/")[-2:]),
    )


def _names(source: str, key: str, library: Library) -> tuple[str, ...]:
    return tuple(library.label(value).zh for value in library.index.values(source, DCTERMS + key))


def _gbt(found: _Reference) -> str:
    """GB/T 7714-2015, 4.6: 主要责任者. 题名: 其他题名信息[EB/OL]. 发布者(发布日期)[引用日期]. 获取和访问路径."""
    issued = "、".join(found.publishers) + (f"({found.issued})" if found.issued else "")
    parts = (
        ", ".join(found.authors),
        f"{found.title}: {found.pinpoint}[EB/OL]",
        f"{issued}[{found.accessed}]",
        found.url,
    )
    return ". ".join(filter(None, parts)) + "."


def _bibtex(found: _Reference) -> str:
    fields = {
        "author": " and ".join(found.authors),
        "title": "{" + found.title + "}",
        "titleaddon": found.pinpoint,
        "organization": "、".join(found.publishers),
        "date": found.issued,
        "urldate": found.accessed,
        "url": found.url,
        "version": f"dandang {found.version}",
        "langid": "chinese",
    }
    lines = ",\n".join(f"  {field:<12}= {{{value}}}" for field, value in fields.items() if value)
    return f"@online{{{found.key},\n{lines}\n}}"


def _ris(found: _Reference) -> str:
    lines = [
        ("TY", "ELEC"),
        *(("AU", author) for author in found.authors),
        ("TI", found.title),
        ("T2", found.pinpoint),
        ("PB", "、".join(found.publishers)),
        ("PY", found.issued[:4]),
        ("DA", _slashed(found.issued)),
        ("Y2", _slashed(found.accessed)),
        ("ET", f"dandang {found.version}"),
        ("LA", "zh"),
        ("UR", found.url),
    ]
    return "\n".join([*(f"{tag}  - {value}" for tag, value in lines if value), "ER  - "])


def _slashed(day: str) -> str:
    """A date as RIS writes it, `2018/08/15/`."""
    return day.replace("-", "/") + "/" if day else ""
