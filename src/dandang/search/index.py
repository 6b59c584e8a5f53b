"""An inverted index of one- and two-character grams and of syllables, exact and in memory: some thousand things, a millisecond a search.

Every word of a query has to match some text of a thing. The rank of a thing is that of its worst word, each by its best text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from dandang.messages import Text
from dandang.search.folding import Folded, dates, fold, plain, stem
from dandang.search.pinyin import Spelt, spelt
from dandang.search.things import FIELDS, Field, Thing

PINYIN = Text("拼音", "pinyin")
INITIALS = Text("拼音首字母", "pinyin initials")
#: Ranks of names by how they match; those of other texts follow in the order of FIELDS.
_EXACT, _SPELT_EXACT, _BEGINS, _SPELT_BEGINS, _HAS, _SPELT_HAS, _INITIALS = range(1, 8)
_OTHER = 8


class Match(NamedTuple):
    """A text that matched: the stretches of it, in code points, and in what way."""

    field: Field
    marks: tuple[tuple[int, int], ...]
    way: Text


class _Hit(NamedTuple):
    """One place where a word was found: in which text, from where to where in its folded form, how well and in what way."""

    rank: int
    text: int
    start: int
    end: int
    way: Text


class Found(NamedTuple):
    """A thing that matched, and how well: 0 is best. `SearchIndex.matches` tells what of it matched."""

    thing: Thing
    rank: int
    by_word: Sequence[Sequence[_Hit]]


class _Text(NamedTuple):
    """A text as it is compared; `thing` is the number of its thing."""

    thing: int
    field: Field
    folded: Folded


class SearchIndex:
    """Everything that can be found. Build it once: searching changes nothing."""

    def __init__(self, things: Iterable[Thing]) -> None:
        self.things = tuple(things)
        self._texts: list[_Text] = []
        self._grams: dict[str, set[int]] = {}
        self._letters: dict[str, list[Found]] = {}
        for number, thing in enumerate(self.things):
            for field in thing.fields:
                self._add(_Text(number, field, fold(field.text)))

    def _add(self, text: _Text) -> None:
        for gram in _grams(text.folded.text):
            self._grams.setdefault(gram, set()).add(len(self._texts))
        self._texts.append(text)

    def search(self, query: str) -> list[Found]:
        """The things that match all words of the query, best first; among equals in the order they were given."""
        words = fold(query).text.split()
        if not words:
            return []
        if len(words) > 1 or len(words[0]) > 1 or not words[0].isascii():
            return self._found(words)
        # A letter is found nearly everywhere; there are few letters, so that what they find is kept.
        if words[0] not in self._letters:
            self._letters[words[0]] = self._found(words)
        return list(self._letters[words[0]])

    def _found(self, words: Sequence[str]) -> list[Found]:
        found = self._all_of(words)
        if len(words) > 1 and all(word.isascii() and word.isalpha() for word in words):
            # Pinyin is typed with spaces as well: chu fen.
            for number, hits in self._all_of(["".join(words)]).items():
                found.setdefault(number, hits)
        for hit in self._called_so(words):
            found.setdefault(self._texts[hit.text].thing, [[hit]])
        ranked = sorted(
            (max(min(hit.rank for hit in hits) for hits in by_word), number) for number, by_word in found.items()
        )
        return [Found(self.things[number], rank, found[number]) for rank, number in ranked]

    def _called_so(self, words: Sequence[str]) -> list[_Hit]:
        """Where each of several words is a notation, as in "D2 L1": the things called so. Nothing is called by both, and either was meant."""
        if len(words) < 2 or len(set(words)) < len(words):
            return []
        named = [[hit for hit in self._hits(word) if hit.rank == 0] for word in words]
        return [hit for hits in named for hit in hits] if all(named) else []

    def nearest(self, query: str, most: int = 5) -> list[Thing]:
        """The things whose names share most with a query that found nothing."""
        wanted = {gram for word in fold(query).text.split() for gram in _grams(word)}
        shared: Counter[int] = Counter()
        for gram in wanted:
            for text in self._grams.get(gram, ()):
                # A character in common says something, a letter nothing.
                if self._texts[text].field.key in _NAMES and not (gram.isascii() and len(gram) == 1):
                    shared[text] += len(gram) * (1 if gram.isascii() else 3)
        best = sorted(
            shared, key=lambda text: (-shared[text] / (len(self._texts[text].folded.text) + len(query)), text)
        )
        things = (self.things[number] for number in dict.fromkeys(self._texts[text].thing for text in best))
        return [thing for thing in things if thing.kind not in _OF_THE_MACHINERY][:most]

    def _all_of(self, words: Sequence[str]) -> dict[int, list[list[_Hit]]]:
        """The things in which every word is found, with the hits of each word."""
        found: dict[int, list[list[_Hit]]] = {}
        for count, word in enumerate(words):
            hits: dict[int, list[_Hit]] = {}
            for hit in self._hits(word):
                hits.setdefault(self._texts[hit.text].thing, []).append(hit)
            if count == 0:
                found = {number: [own] for number, own in hits.items()}
            else:
                found = {number: [*rest, hits[number]] for number, rest in found.items() if number in hits}
        return found

    def _hits(self, word: str) -> Iterator[_Hit]:
        for form in dict.fromkeys((word, stem(word) if word.isascii() else word, *dates(word))):
            for text in self._with(form):
                yield from self._written(form, text)
        letters = plain(word)
        if letters.isascii() and letters.isalnum() and not letters.isdigit():
            yield from self._spelt(letters)

    def _with(self, form: str) -> set[int]:
        """The texts that may have a form: those with all its grams. A letter alone is looked for in names and notations only."""
        grams = [form[place : place + 2] for place in range(len(form) - 1)] or [form]
        found = [self._grams.get(gram, set()) for gram in grams]
        if len(form) == 1 and form.isascii():
            found.append(self._called)
        return set.intersection(*sorted(found, key=len))

    @cached_property
    def _called(self) -> set[int]:
        """The texts that are names or notations."""
        keys = ("notation", *_NAMES)
        return {number for number, text in enumerate(self._texts) if text.field.key in keys}

    def _written(self, form: str, number: int) -> Iterator[_Hit]:
        """The first place where a text has a form, which is the best."""
        text = self._texts[number]
        if (text.field.key != "part" or "#" in form) and (start := next(_places(form, text.folded.text), -1)) >= 0:
            rank = _rank(text.field, start, len(form), len(text.folded.text))
            yield _Hit(rank, number, start, start + len(form), FIELDS[text.field.key])

    def _spelt(self, letters: str) -> Iterator[_Hit]:
        syllables, initials = self._spellings
        if len(letters) == 1:
            # A letter alone begins nearly everything: it spells names of one character only.
            initials = {
                letters: {(number, 0) for number, _ in initials.get(letters, ()) if len(self._names[number].units) == 1}
            }
        for length in range(1 if letters[1:] else 2, min(len(letters), 6) + 1):
            for number, first in syllables.get(letters[:length], ()):
                name = self._names[number]
                if count := name.full(first, letters):
                    start, end = name.units[first].place, name.units[first + count - 1].place + 1
                    text = self._texts[number]
                    # Letters that stand there as they are were not spelt.
                    way = FIELDS[text.field.key] if text.folded.text[start:end].isascii() else PINYIN
                    yield _Hit(_spelt_rank(first, count, len(name.units)), number, start, end, way)
        for number, first in initials.get(letters[:2], ()):
            name = self._names[number]
            if name.initials(first, letters):
                end = name.units[first + len(letters) - 1].place + 1
                yield _Hit(_INITIALS, number, name.units[first].place, end, INITIALS)

    @cached_property
    def _names(self) -> dict[int, Spelt]:
        """The Chinese names as they are spelt, by the number of their text."""
        return {
            number: spelt(text.folded.text)
            for number, text in enumerate(self._texts)
            if text.field.key in _NAMES and not text.folded.text.isascii()
        }

    @cached_property
    def _spellings(self) -> tuple[dict[str, set[tuple[int, int]]], dict[str, set[tuple[int, int]]]]:
        """Where each syllable stands, and each letter or pair of letters that units begin with, as (text, unit)."""
        syllables: dict[str, set[tuple[int, int]]] = {}
        initials: dict[str, set[tuple[int, int]]] = {}
        for number, name in self._names.items():
            for place, unit in enumerate(name.units):
                following = name.units[place + 1].readings if place + 1 < len(name.units) else ()
                for reading in unit.readings:
                    syllables.setdefault(reading, set()).add((number, place))
                    for key in (reading[0], *(reading[0] + later[0] for later in following)):
                        initials.setdefault(key, set()).add((number, place))
        return syllables, initials

    def matches(self, found: Found) -> tuple[Match, ...]:
        """What of a thing matched, text by text, the best first; in each text every word in the best way in which it stands there."""
        by_text: dict[int, list[_Hit]] = {}
        for hits in found.by_word:
            # A name that has the word as it is written is not also marked where it could be spelt so.
            best = {text: min(own).way for text, own in _by_text(hits).items()}
            for hit in hits:
                if hit.way == best[hit.text]:
                    by_text.setdefault(hit.text, []).append(hit)
        ordered = sorted(by_text.items(), key=lambda pair: (min(pair[1]).rank, pair[0]))
        return tuple(Match(self._texts[text].field, self._marks(text, hits), min(hits).way) for text, hits in ordered)

    def _marks(self, text: int, hits: list[_Hit]) -> tuple[tuple[int, int], ...]:
        """The stretches of the text as it stands, without overlaps."""
        folded = self._texts[text].folded
        found = {(hit.start, hit.end) for hit in hits}
        for hit in hits:
            if hit.way not in (PINYIN, INITIALS):
                form = folded.text[hit.start : hit.end]
                found |= {(start, start + len(form)) for start in _places(form, folded.text)}
        joined: list[tuple[int, int]] = []
        for start, end in sorted(folded.span(*place) for place in found):
            if joined and start <= joined[-1][1]:
                joined[-1] = joined[-1][0], max(end, joined[-1][1])
            else:
                joined.append((start, end))
        return tuple(joined)


#: Who has mistyped a word is not offered terms, rules and parts in its place; who looks for one finds it.
_OF_THE_MACHINERY = ("rules", "terms", "parts")
_NAMES = ("label", "labelEn", "name", "title")
_ORDER = {key: number for number, key in enumerate(FIELDS)}


def _by_text(hits: Iterable[_Hit]) -> dict[int, list[_Hit]]:
    found: dict[int, list[_Hit]] = {}
    for hit in hits:
        found.setdefault(hit.text, []).append(hit)
    return found


def _grams(text: str) -> set[str]:
    """The single characters and the pairs of neighbours."""
    return {*text, *(text[place : place + 2] for place in range(len(text) - 1))} - {" "}


def _places(form: str, text: str) -> Iterator[int]:
    """Where a form stands in a folded text. One of letters is found where a word begins: "act" in "acting", not in "fact"."""
    letters = form[0].isascii() and form[0].isalnum()
    start = text.find(form)
    while start >= 0:
        if not letters or start == 0 or not (text[start - 1].isascii() and text[start - 1].isalnum()):
            yield start
        start = text.find(form, start + 1)


def _rank(field: Field, start: int, length: int, whole: int) -> int:
    if field.key in ("notation", "part"):
        return 0 if length == whole else _EXACT
    if field.key in _NAMES:
        return _EXACT if length == whole else _BEGINS if start == 0 else _HAS
    return _OTHER + _ORDER[field.key]


def _spelt_rank(first: int, count: int, whole: int) -> int:
    return _SPELT_EXACT if count == whole else _SPELT_BEGINS if first == 0 else _SPELT_HAS
