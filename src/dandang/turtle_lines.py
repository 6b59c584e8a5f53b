"""Where a statement stands in a Turtle, TriG, N-Triples or N-Quads file: the line of a subject, of one of its values, or of where something is pointed at.

RDF keeps no lines, and what is wrong with a policy file has to be told with file and line. This reads the text a second time, by
tokens and not by grammar: whatever the parser accepted has to be found again, nothing else.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urljoin

from dandang.model import Finding, Place
from dandang.namespaces import OA, RDF

_TOKEN = re.compile(
    r"""
      (?P<comment>\#[^\n]*)
    | (?P<text>\"{3}(?:[^"\\]|\\.|\"(?!\"\"))*\"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*'{3} | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*')
    | (?P<iri><[^<>"\s]*>)
    | (?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)* | \^\^)
    | (?P<mark>[;,.\[\](){}])
    | (?P<name>(?:[^\s;,\[\](){}<>"'\#\\.^@] | \\. | \.(?=[^\s;,\[\](){}<>"'\#]))+)
    """,
    re.VERBOSE | re.DOTALL,
)
#: How what stands in brackets is called; no name of the text begins so.
_BRACKET = "[]:"
#: The words of the longest directive.
_DIRECTIVE = 3
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


class Statement(NamedTuple):
    """One triple as written: IRIs in full, literals by their lexical form, with line and column of the object, from 1."""

    subject: str
    predicate: str
    value: str
    line: int
    column: int


class _Token(NamedTuple):
    kind: str
    value: str
    line: int
    column: int


class _Subject(NamedTuple):
    file: str
    line: int
    column: int


class Places:
    """Finds what findings speak of in the texts of Turtle files."""

    def __init__(self, texts: Mapping[str, str], *, lines_before: int = 0) -> None:
        """`texts` are the contents of the files by name, as a message shall call them, or parts of files behind so many lines."""
        self._before = lines_before
        self._statements: dict[str, list[tuple[str, Statement]]] = {}
        self._pointed_at: dict[str, tuple[str, Statement]] = {}
        self._subjects: dict[str, _Subject] = {}
        for file, text in texts.items():
            for line, column, statement in _read(text):
                self._subjects.setdefault(statement.subject, _Subject(file, line, column))
                self._statements.setdefault(statement.subject, []).append((file, statement))
                self._pointed_at.setdefault(statement.value, (file, statement))

        self._bracketed: dict[tuple[str, str], list[str]] = {}
        for file, text in texts.items():
            for statement in _with_brackets(text) if "[" in text else ():
                self._bracketed.setdefault((statement.subject, statement.predicate), []).append(statement.value)
                if statement.subject.startswith(_BRACKET):
                    line, column = map(int, statement.subject.removeprefix(_BRACKET).split(":"))
                    self._subjects.setdefault(statement.subject, _Subject(file, line, column))
                    self._statements.setdefault(statement.subject, []).append((file, statement))

    def objects(self, subject: str, predicate: str) -> list[str]:
        """The values of a property in their order, where some stand in brackets: these are called by a name that `find` knows."""
        return self._bracketed.get((subject, predicate), [])

    def find(self, subject: str, value: str = "") -> Place | None:
        """The place of a value of the subject; else where the subject begins; else, for what is defined nowhere, where it is pointed at."""
        found = self._found(subject, value)
        return found._replace(line=found.line + self._before) if found and found.line and self._before else found

    def _found(self, subject: str, value: str) -> Place | None:
        found = self._of_value(subject, value) if value else None
        if found is None and subject in self._subjects:
            return Place(*self._subjects[subject])
        found = found or self._pointed_at.get(subject)
        return _place(found) if found else None

    def quoted(self, quote: str) -> Place | None:
        """The place of a quote's exact words."""
        selectors = [statement.value for _, statement in self._statements.get(quote, ())]
        own = (pair for selector in selectors for pair in self._statements.get(selector, ()))
        return next((_place(pair) for pair in own if pair[1].predicate == OA + "exact"), None)

    def _of_value(self, subject: str, value: str) -> tuple[str, Statement] | None:
        own = self._statements.get(subject, ())
        return next((pair for pair in own if pair[1].value == value), None)


def located(findings: Iterable[Finding], places: Places) -> list[Finding]:
    """The findings with the place in the Turtle files of what each of them speaks about, in the order of files and lines."""
    return sorted((_located(finding, places) for finding in findings), key=_by_place)


def _by_place(finding: Finding) -> tuple[str, int, int, str]:
    place = finding.place or Place()
    return place.file, place.line or 0, place.column or 0, finding.rule


def _located(finding: Finding, places: Places) -> Finding:
    place = places.quoted(finding.focus) or places.find(finding.focus, finding.value)
    path = finding.place.path if finding.place else ""
    return finding._replace(place=place._replace(path=path)) if place else finding


def _place(pair: tuple[str, Statement]) -> Place:
    file, statement = pair
    return Place(file, statement.line, statement.column)


class SubjectLines:
    """The lines at which subjects first stand in a stream of Turtle or TriG, found while its bytes go by."""

    def __init__(self) -> None:
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._names = _Names()
        self._rest, self._line, self._depth = "", 1, 0
        self._sentence: list[_Token] = []
        self._found: dict[str, int] = {}

    def watched(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """The same bytes, looked through before they are given on."""
        for block in blocks:
            self._feed(self._decoder.decode(block))
            yield block

    def take(self, subjects: Iterable[str]) -> dict[str, int]:
        """The lines of subjects, from 1, which are forgotten with that."""
        found = ((subject, self._found.pop(subject, 0)) for subject in dict.fromkeys(subjects))
        return {subject: line for subject, line in found if line}

    def _feed(self, text: str) -> None:
        text, done, line = self._rest + text, 0, self._line
        for match in _TOKEN.finditer(text):
            if _goes_on(text, done, match):
                break
            line += text.count("\n", done, match.start())
            if match.lastgroup and match.lastgroup != "comment":
                self._take_in(_Token(match.lastgroup, match.group(), line, 0))
            line += match.group().count("\n")
            done = match.end()
        self._rest, self._line = text[done:], line

    def _take_in(self, token: _Token) -> None:
        mark = token.value if token.kind == "mark" else ""
        if mark in ("[", "(", "]", ")"):
            self._depth += 1 if mark in ("[", "(") else -1
        elif self._depth:
            return
        elif mark in ("{", "}", "."):
            if mark == "." and self._sentence:
                self._names.directive(self._sentence)
            self._sentence = []
        elif len(self._sentence) < _DIRECTIVE:
            self._sentence.append(token)
            self._begun()

    def _begun(self) -> None:
        """What can be told of a sentence by its first words."""
        first = self._sentence[0]
        if _is_sparql_directive(self._sentence):
            self._names.directive(self._sentence)
            self._sentence = []
        elif len(self._sentence) == 2 and first.value.lstrip("@").lower() not in ("prefix", "base"):
            self._found.setdefault(self._names.full(first), first.line)


def _goes_on(text: str, done: int, match: re.Match[str]) -> bool:
    """Whether what stands next may go on behind the end of the text: a token at its end, or the begin of a text or IRI that is not closed yet."""
    if match.end() == len(text) or any(sign in text[done : match.start()] for sign in "\"'<"):
        return True
    return match.group() in ('""', "''") and text[match.end()] == match.group()[0]


# --- reading ----------------------------------------------------------------------------------------------------------


def statements(text: str) -> Iterator[Statement]:
    """The triples of a Turtle text in the order of the text. What stands inside [ ] and ( ) has no name of its own and is left out."""
    return (statement for _, _, statement in _read(text) if statement.predicate)


def _read(text: str) -> Iterator[tuple[int, int, Statement]]:
    """Each statement with the line and column at which its subject begins; a sentence whose objects all stand in brackets has one without a predicate."""
    names = _Names()
    sentence: list[_Token] = []
    depth = 0
    for token in _tokens(text):
        if token.value in ("[", "(") and token.kind == "mark":
            depth += 1
            continue
        if token.value in ("]", ")") and token.kind == "mark":
            depth -= 1
            continue
        if depth:
            continue
        if token.value == "{" and token.kind == "mark":
            # What stands before it names the graph (TriG).
            sentence = []
            continue
        ended = token.kind == "mark" and token.value in (".", "}")
        if not ended:
            sentence.append(token)
        if sentence and (ended or _is_sparql_directive(sentence)):
            if not names.directive(sentence):
                yield from _sentence(sentence, names)
            sentence = []


class _Frame:
    """The inside of brackets, or of a whole sentence, as far as it was read: what it speaks of and the property at hand."""

    def __init__(self, subject: str = "") -> None:
        self.subject = subject
        self.predicate = ""


def _with_brackets(text: str) -> Iterator[Statement]:
    """Each triple, also those inside [ ], whose nameless subjects are called by the place of the bracket. What stands in ( ) is left out."""
    names = _Names()
    frames, sentence, lists, typed = [_Frame()], list[_Token](), 0, False
    for token in _tokens(text):
        mark = token.value if token.kind == "mark" else ""
        if mark in ("(", ")"):
            lists += 1 if mark == "(" else -1
        elif lists:
            continue
        elif mark == "]":
            frames = frames[:-1] or [_Frame()]
        elif mark in (".", "{", "}"):
            if mark != "{" and sentence:
                names.directive(sentence)
            frames, sentence = [_Frame()], []
        elif mark == ";":
            frames[-1].predicate = ""
        elif mark != ",":
            if len(frames) == 1 and mark != "[":
                sentence.append(token)
                if _is_sparql_directive(sentence):
                    names.directive(sentence)
                    frames, sentence = [_Frame()], []
                    continue
            if token.kind == "tag" or typed:
                typed = token.value == "^^"
                continue
            name = f"{_BRACKET}{token.line}:{token.column}" if mark == "[" else names.full(token)
            frame = frames[-1]
            if not frame.subject:
                frame.subject = name
            elif mark != "[" and not frame.predicate:
                frame.predicate = name
            else:
                yield Statement(frame.subject, frame.predicate, name, token.line, token.column)
            if mark == "[":
                frames = [*frames, _Frame(name)]


def _sentence(sentence: list[_Token], names: _Names) -> Iterator[tuple[int, int, Statement]]:
    """subject predicate object , object ; predicate object …"""
    first = sentence[0]
    subject, predicate = names.full(first), ""
    after_literal, empty = False, True
    for token in sentence[1:]:
        if token.kind == "mark":
            predicate = "" if token.value == ";" else predicate
        elif token.kind == "tag":
            after_literal = token.value == "^^"
        elif after_literal:
            after_literal = False
        elif not predicate:
            predicate = names.full(token)
        else:
            empty = False
            yield first.line, first.column, Statement(subject, predicate, names.full(token), token.line, token.column)
    if empty and predicate:
        yield first.line, first.column, Statement(subject, "", "", first.line, first.column)


def _tokens(text: str) -> Iterator[_Token]:
    line, begin, position = 1, 0, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", position, match.start())
        begin = text.rfind("\n", 0, match.start()) + 1
        position = match.start()
        if match.lastgroup and match.lastgroup != "comment":
            yield _Token(match.lastgroup, match.group(), line, position - begin + 1)


def _is_sparql_directive(sentence: list[_Token]) -> bool:
    """PREFIX and BASE, written as in SPARQL, end without a full stop."""
    length = {"prefix": 3, "base": 2}.get(sentence[0].value.lower())
    return sentence[0].kind == "name" and len(sentence) == length


class _Names:
    """The prefixes and the base, as far as the text has been read."""

    def __init__(self) -> None:
        self._base = ""
        self._prefixes: dict[str, str] = {}

    def directive(self, sentence: list[_Token]) -> bool:
        """Take in a directive; tell whether it was one."""
        word = sentence[0].value.lstrip("@").lower()
        if sentence[0].kind not in ("tag", "name") or word not in ("prefix", "base"):
            return False
        iri = self._resolved(sentence[-1].value)
        if word == "base":
            self._base = iri
        else:
            self._prefixes[sentence[1].value.removesuffix(":")] = iri
        return True

    def full(self, token: _Token) -> str:
        """An IRI in full, a literal's lexical form."""
        value = token.value
        if token.kind == "iri":
            return self._resolved(value)
        if token.kind == "text":
            quotes = 3 if value[:3] in ('"""', "'" * 3) else 1
            return _unescaped(value[quotes:-quotes])
        if value == "a":
            return RDF + "type"
        prefix, colon, rest = value.partition(":")
        return self._prefixes[prefix] + re.sub(r"\\(.)", r"\1", rest) if colon and prefix in self._prefixes else value

    def _resolved(self, token: str) -> str:
        iri = _unescaped(token[1:-1])
        # urljoin would drop an empty fragment, with which most namespaces end.
        return iri if _SCHEME.match(iri) else urljoin(self._base, iri)


def _unescaped(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        code = match[1]
        return chr(int(code[1:], 16)) if code[0] in "uU" and len(code) > 1 else _ESCAPED.get(code, code)

    return _ESCAPE.sub(one, text)
