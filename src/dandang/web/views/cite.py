"""How to cite a clause: GB/T 7714-2015, BibTeX and RIS. Two references: the source as it calls itself, and the clause as dandang has it.

The notation, the place and the IRI are dandang's, so none of them goes into the reference of the source. Only what the source states
of itself does; where it was found is not stated in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from dandang.model import Clause, Quote
from dandang.namespaces import DCTERMS, OA
from dandang.web.library import Library

#: Who is named as responsible for the graph, as in CITATION.cff, and what the graph is called.
_MAKERS, _GRAPH = "dandang contributors", "dandang 担当"


class Citation(NamedTuple):
    """The same references in three forms."""

    gbt: str
    bibtex: str
    ris: str


class _Source(NamedTuple):
    """The source: who wrote it, what it is called, who published it and when."""

    authors: tuple[str, ...]
    title: str
    publishers: tuple[str, ...]
    issued: str
    key: str


class _Entry(NamedTuple):
    """The clause in the graph: document, notation and place in the source's text, the version of the data, when and where it was read."""

    pinpoint: str
    version: str
    accessed: str
    url: str
    key: str


def citation(clause: Clause, library: Library, accessed: str) -> Citation | None:
    """The references for a clause: the source of its words, and the clause by its IRI. `accessed` is the day of reading, which
    electronic resources are cited with."""
    if clause.quote is None:
        return None
    source, entry = _source(clause.quote, library), _entry(clause, clause.quote, library, accessed)
    return Citation(
        f"{_gbt_source(source)}\n{_gbt_entry(entry)}",
        "\n\n".join((_bibtex_source(source), _bibtex_entry(entry))),
        "\n\n".join((_ris_source(source), _ris_entry(entry))),
    )


def _source(quote: Quote, library: Library) -> _Source:
    iri = library.index.value(quote.iri, OA + "hasSource")
    return _Source(
        _names(iri, "creator", library),
        library.index.value(iri, DCTERMS + "title"),
        # The newspaper that wrote the text before the website that carried it.
        tuple(reversed(_names(iri, "publisher", library))),
        library.index.value(iri, DCTERMS + "issued"),
        _key(iri),
    )


def _entry(clause: Clause, quote: Quote, library: Library, accessed: str) -> _Entry:
    document = library.policy.documents[clause.document]
    return _Entry(
        f"《{document.title}》{clause.notation}（引自来源文本第{quote.start + 1}至{quote.end}字符）",
        library.policy.digest[:12],
        accessed,
        clause.iri,
        _key(clause.iri),
    )


def _key(iri: str) -> str:
    return "dandang-" + "-".join(iri.split("/")[-2:])


def _names(source: str, key: str, library: Library) -> tuple[str, ...]:
    return tuple(library.label(value).zh for value in library.index.values(source, DCTERMS + key))


def _gbt_source(found: _Source) -> str:
    """GB/T 7714-2015, 4.6: 主要责任者. 题名[EB/OL]. 发布者(发布日期). Its address the text does not give."""
    issued = "、".join(found.publishers) + (f"({found.issued})" if found.issued else "")
    return ". ".join(filter(None, (", ".join(found.authors), f"{found.title}[EB/OL]", issued))) + "."


def _gbt_entry(found: _Entry) -> str:
    """GB/T 7714-2015, 4.6: 主要责任者. 题名: 其他题名信息[DB/OL]. 版本[引用日期]. 获取和访问路径."""
    parts = (_MAKERS, f"{_GRAPH}: {found.pinpoint}[DB/OL]", f"数据版本{found.version}[{found.accessed}]", found.url)
    return ". ".join(parts) + "."


def _bibtex_source(found: _Source) -> str:
    fields = {
        "author": " and ".join(found.authors),
        "title": "{" + found.title + "}",
        "organization": "、".join(found.publishers),
        "date": found.issued,
        "langid": "chinese",
    }
    return _bibtex("online", found.key, fields)


def _bibtex_entry(found: _Entry) -> str:
    fields = {
        "author": "{" + _MAKERS + "}",
        "title": "{" + _GRAPH + "}",
        "titleaddon": found.pinpoint,
        "version": found.version,
        "urldate": found.accessed,
        "url": found.url,
        "langid": "chinese",
    }
    return _bibtex("dataset", found.key, fields)


def _bibtex(kind: str, key: str, fields: Mapping[str, str]) -> str:
    lines = ",\n".join(f"  {field:<12}= {{{value}}}" for field, value in fields.items() if value)
    return f"@{kind}{{{key},\n{lines}\n}}"


def _ris_source(found: _Source) -> str:
    return _ris(
        ("TY", "ELEC"),
        *(("AU", author) for author in found.authors),
        ("TI", found.title),
        ("PB", "、".join(found.publishers)),
        ("PY", found.issued[:4]),
        ("DA", _slashed(found.issued)),
        ("LA", "zh"),
    )


def _ris_entry(found: _Entry) -> str:
    return _ris(
        ("TY", "DATA"),
        ("AU", _MAKERS),
        ("TI", f"{_GRAPH}: {found.pinpoint}"),
        ("Y2", _slashed(found.accessed)),
        ("ET", found.version),
        ("LA", "zh"),
        ("UR", found.url),
    )


def _ris(*lines: tuple[str, str]) -> str:
    return "\n".join([*(f"{tag}  - {value}" for tag, value in lines if value), "ER  - "])


def _slashed(day: str) -> str:
    """A date as RIS writes it, `2018/08/15/`."""
    return day.replace("-", "/") + "/" if day else ""
