"""Search over everything in the graph: Chinese from one character on, pinyin and initials, English, notations, dates.

`things` says what can be found and by which texts, `folding` what differences are not meant, `pinyin` how Chinese is spelt, `index` finds.
"""

from __future__ import annotations

from dandang.search.folding import simplified
from dandang.search.index import Found, Match, SearchIndex
from dandang.search.things import KINDS, Field, Thing, things_in

__all__ = ["KINDS", "Field", "Found", "Match", "SearchIndex", "Thing", "simplified", "things_in"]
