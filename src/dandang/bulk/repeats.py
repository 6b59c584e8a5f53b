"""Which cases have come before, in memory that hardly grows: the last ones in a dictionary, all others in a temporary database on disk."""

from __future__ import annotations

import sqlite3

#: So many are kept in memory before they go to disk together, in their order, which takes a small part of the time of single ones.
_RECENT = 1 << 15
#: Bits of the filter for each identifier, of which two are set: one new identifier in fifty or fewer is looked for on disk in vain.
_BITS = 16


class Repeats:
    """A set of identifiers, as 64-bit digests, with the number that each came with first.

    The digests are those of `hash`, which no other process gives, so that nobody can choose identifiers that share one, and nothing on disk tells an
    identifier. Two different identifiers share a digest once in 10^19 pairs; for a hundred million cases the chance that any do is 3 in 10,000.
    """

    def __init__(self) -> None:
        self._recent: dict[int, int] = {}
        self._most = _RECENT
        self._stored = 0
        self._database: sqlite3.Connection | None = None
        self._filter = bytearray(_RECENT * _BITS // 8)

    def __len__(self) -> int:
        return self._stored + len(self._recent)

    def first(self, identifier: str, number: int) -> int | None:
        """The number that the identifier came with before; None where it is new, and now known."""
        digest = hash(identifier)
        earlier = self._recent.get(digest)
        if earlier is None and self._stored:
            earlier = self._on_disk(digest)
        if earlier is not None:
            return earlier
        self._recent[digest] = number
        if len(self._recent) >= self._most:
            self._store()
        return None

    def close(self) -> None:
        """Give up the database, which is gone then."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def _on_disk(self, digest: int) -> int | None:
        bits = self._filter
        last = 8 * len(bits) - 1
        one, other = digest & last, digest >> 32 & last
        if not (bits[one >> 3] >> (one & 7) & 1 and bits[other >> 3] >> (other & 7) & 1):
            return None
        assert self._database is not None
        row = self._database.execute("SELECT number FROM seen WHERE digest = ?", (digest,)).fetchone()
        return row[0] if row else None

    def _store(self) -> None:
        """All that is in memory to disk; where there is no room for it, memory has to do."""
        try:
            self._database = self._database or _opened()
            self._database.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", sorted(self._recent.items()))
        except sqlite3.Error:
            self._most *= 2
            return
        self._stored += len(self._recent)
        if _BITS * self._stored > 8 * len(self._filter):
            self._filter = bytearray(2 * len(self._filter))
            for (digest,) in self._database.execute("SELECT digest FROM seen"):
                self._mark(digest)
        else:
            for digest in self._recent:
                self._mark(digest)
        self._recent = {}

    def _mark(self, digest: int) -> None:
        bits = self._filter
        last = 8 * len(bits) - 1
        for bit in (digest & last, digest >> 32 & last):
            bits[bit >> 3] |= 1 << (bit & 7)


def _opened() -> sqlite3.Connection:
    """A database without a name: SQLite puts it into the folder for temporary files and removes it when it is closed. Nothing of it has to outlast anything."""
    database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -2000"):
        database.execute(f"PRAGMA {setting}")
    database.execute("CREATE TABLE seen (digest INTEGER PRIMARY KEY, number INTEGER)")
    database.execute("BEGIN")  # and never committed: nobody else reads it
    return database
