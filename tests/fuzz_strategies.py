"""Hypothesis strategies for requests to every route: more or less as they should be, with what `fuzz/samples.json` has in them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urlencode

from hypothesis import strategies as st

from dandang import resources
from fuzzing import FORM, MARK, Known, Request

SAMPLES = json.loads((Path(__file__).parent / "fuzz" / "samples.json").read_text(encoding="utf-8"))
#: How each file in a form is set apart.
BOUNDARY = "zzboundary"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
#: Too long to be written down.
_LONG = ["A" * 300, "担" * 500, "a/" * 200, "(" * 300, "%25" * 50]
_HOSTILE = SAMPLES["hostile"] + _LONG
_GOOD = SAMPLES["good"]
_QUERIES = [path.read_text(encoding="utf-8") for path in resources.query_files("competency")]
_CASES = [path.read_text(encoding="utf-8") for path in resources.case_files()]
#: Deeper than a parser should follow.
_BOMBS = ["[" * 2000, "{" * 500, "- " * 500, "(" * 1000]
_TERMS = st.sampled_from(SAMPLES["terms"])
_MEDIA = st.sampled_from([*SAMPLES["media"], FORM, MULTIPART])
#: A header with a value, which goes out as bytes.
_HEADERS = st.one_of(
    *(
        st.tuples(
            st.just(name), st.sampled_from([*values, "x" * 3000]).map(lambda text: text.encode().decode("latin-1"))
        )
        for name, values in SAMPLES["headers"].items()
    )
)

texts = st.one_of(
    st.sampled_from(_HOSTILE),
    st.sampled_from(_GOOD),
    st.builds(lambda a, b: a + b, st.sampled_from(_GOOD), st.sampled_from(_HOSTILE)),
    st.text(max_size=12),
)


@st.composite
def mutated(draw: st.DrawFn, samples: list[str]) -> str:
    """A sample with up to four places cut, doubled or overwritten."""
    text = draw(st.sampled_from(samples))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from([0, 1, 3, 20, 200])))
        put = draw(
            st.one_of(
                st.just(""), st.just(text[start:end] * 2), st.sampled_from(_HOSTILE), st.just(text[end : end + 30])
            )
        )
        text = text[:start] + put + text[end:]
    return text


_PATHS = st.recursive(
    st.sampled_from(["a", "dd:member", "rdfs:label", "?p", "!a", "!(a|^a)", "<urn:p>", "skos:broader"]),
    lambda inner: st.one_of(
        st.builds("({}){}".format, inner, st.sampled_from("*+?")),
        st.builds("({})/({})".format, inner, inner),
        st.builds("({})|({})".format, inner, inner),
        st.builds("^({})".format, inner),
    ),
    max_leaves=3,
)
_EXPRESSIONS = st.recursive(
    _TERMS,
    lambda inner: st.one_of(
        st.builds(
            "({} {} {})".format,
            inner,
            st.sampled_from(SAMPLES["operators"]),
            inner,
        ),
        st.builds(
            "{}({})".format,
            st.sampled_from(SAMPLES["functions"]),
            inner,
        ),
        st.builds("REGEX({}, {})".format, inner, st.sampled_from(['"("', '"(a+)+$"', '"\\\\p{Han}"', inner])),
        st.builds("IF({}, {}, {})".format, inner, inner, inner),
        st.builds("EXISTS {{ {} a ?t }}".format, inner),
        st.builds("SUM({})".format, inner),
    ),
    max_leaves=4,
)
_TRIPLES = st.builds("{} {} {} .".format, _TERMS, _PATHS, _TERMS)
_PATTERNS = st.recursive(
    _TRIPLES,
    lambda inner: st.one_of(
        st.builds("{} {}".format, inner, inner),
        st.builds("OPTIONAL {{ {} }}".format, inner),
        st.builds("{{ {} }} UNION {{ {} }}".format, inner, inner),
        st.builds("MINUS {{ {} }}".format, inner),
        st.builds("GRAPH {} {{ {} }}".format, _TERMS, inner),
        st.builds(
            "SERVICE {} {{ {} }}".format, st.sampled_from(["<http://127.0.0.1:9/>", "SILENT <urn:x>", "?s"]), inner
        ),
        st.builds("FILTER({}) {}".format, _EXPRESSIONS, inner),
        st.builds("BIND({} AS ?z) {}".format, _EXPRESSIONS, inner),
        st.builds("VALUES ?a {{ {} UNDEF }} {}".format, _TERMS, inner),
        st.builds("{{ SELECT * {{ {} }} LIMIT 3 }}".format, inner),
    ),
    max_leaves=4,
)
sparql = st.one_of(
    st.builds(
        "{} WHERE {{ {} }}{}".format, st.sampled_from(SAMPLES["heads"]), _PATTERNS, st.sampled_from(SAMPLES["tails"])
    ),
    mutated(_QUERIES),
    st.builds("INSERT DATA {{ {} }}".format, _TRIPLES),
    st.builds("DELETE {{ {} }} WHERE {{ {} }}".format, _TRIPLES, _PATTERNS),
    texts,
)

cases = st.one_of(*(mutated(some + _BOMBS) for some in (_CASES, SAMPLES["yaml"], SAMPLES["json"], SAMPLES["rdf"])))


def _latin(text: str) -> str:
    """Text as the bytes that carry it; a half of a pair goes out as three bytes that are no UTF-8."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def _mostly(draw: st.DrawFn) -> bool:
    """True nine times in ten: `one_of` drops alternatives that are the same."""
    return draw(st.integers(0, 9)) > 0


@st.composite
def requests(draw: st.DrawFn, known: Known) -> Request:
    """A request to one of the routes, more or less as it should be."""
    # Where something is sent or asked there is more to break.
    busy = tuple(found for found in known.addresses if "POST" in known.methods[found[0]])
    asking = tuple(found for found in known.addresses if known.parameters[found[0]])
    endpoint, address = draw(st.one_of(*(st.sampled_from(some) for some in (known.addresses, asking, busy))))
    names = known.parameters[endpoint]
    proper = st.sampled_from(known.methods[endpoint])
    method = draw(proper if _mostly(draw) else st.sampled_from(["GET", "POST", "PATCH", "FOO", "PUT", "TRACE"]))
    headers = draw(st.lists(_HEADERS, max_size=3, unique_by=lambda header: header[0]))
    body = ""
    if method in ("POST", "PUT", "PATCH", "DELETE") or draw(st.integers(0, 30)) == 0:
        media, body = draw(_bodies(names))
        headers.append(("Content-Type", media))
    query = draw(_encoded(names)) if names or draw(st.booleans()) else ""
    return Request(method, draw(_addresses(address)), query, tuple(headers), body)


@st.composite
def _addresses(draw: st.DrawFn, address: str) -> str:
    """An address with, two times in three, something put in the place of or after one of its parts."""
    parts = address.split("/")
    for _ in range(draw(st.sampled_from([0, 0, 0, 0, 1, 1, 2]))):
        place = draw(st.integers(1, len(parts) - 1))
        extended = texts.map(lambda text, part=parts[place]: part + text)
        parts[place] = draw(st.one_of(texts, st.just(parts[place]), extended))
    endings = ["/", "\xff", "\xed\xa0\x80", "\xc0\xaf", "\x00", ".ttl", ".json", "\r\nX-ZZ: 1"]
    return _latin("/".join(parts)) + ("" if _mostly(draw) else draw(st.sampled_from(endings)))


@st.composite
def _pairs(draw: st.DrawFn, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Parameters with values: known names for the most part."""
    known = st.sampled_from(names) if names else texts
    found = []
    for _ in range(draw(st.integers(0, 4))):
        name = draw(known if _mostly(draw) else texts)
        kind = sparql if name in ("query", "update") else cases if name == "case" else texts
        found.append((name, draw(kind)))
    return found


@st.composite
def _encoded(draw: st.DrawFn, names: tuple[str, ...]) -> str:
    text = urlencode(draw(_pairs(names)), errors="surrogatepass")
    return text + draw(
        st.sampled_from(["", "", "", "", "", "&", "&&=", "%", "%zz", "\xff", "&a", "%ED%A0%80=%00", ";x"])
    )


@st.composite
def _bodies(draw: st.DrawFn, names: tuple[str, ...]) -> tuple[str, str]:
    """A media type with a body that mostly is of it."""
    kind = draw(st.sampled_from(["form", "multipart", "case", "query", "rdf", "other"]))
    if kind == "form":
        return FORM, draw(_encoded(names))
    if kind == "multipart":
        return MULTIPART, _latin(draw(_multipart(names)))
    media = draw(_MEDIA)
    if kind == "case":
        return draw(
            st.sampled_from(["application/yaml", "application/json", "text/turtle", "application/ld+json", media])
        ), _latin(draw(cases))
    if kind == "query":
        return draw(st.sampled_from(["application/sparql-query", "application/sparql-update", media])), _latin(
            draw(sparql)
        )
    if kind == "rdf":
        return draw(
            st.sampled_from(["text/turtle", "application/ld+json", "application/rdf+xml", "application/trig", media])
        ), _latin(draw(mutated(SAMPLES["rdf"] + _BOMBS)))
    return media, draw(st.binary(max_size=40)).decode("latin-1")


@st.composite
def _multipart(draw: st.DrawFn, names: tuple[str, ...]) -> str:
    pieces = []
    for name, value in draw(_pairs((*names, "file"))):
        plain = re.sub(r'[\r\n"]', "", name)
        if draw(st.booleans()):
            file = draw(
                st.sampled_from(
                    ["a.yaml", "a.json", "a.ttl", "a.csv", "a.xlsx", "", "../a", MARK, "a.exe", "担当.yaml"]
                )
            )
            head = f'Content-Disposition: form-data; name="{plain}"; filename="{file}"\r\nContent-Type: {draw(_MEDIA)}'
            value = draw(cases)
        else:
            head = f'Content-Disposition: form-data; name="{plain}"'
        pieces.append(f"--{BOUNDARY}\r\n{head}\r\n\r\n{value}\r\n")
    return "".join(pieces) + draw(st.sampled_from([f"--{BOUNDARY}--\r\n", f"--{BOUNDARY}--\r\n", "", f"--{BOUNDARY}"]))
