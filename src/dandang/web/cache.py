"""Answers kept in memory, the least recently used of them dropped when a number of bytes is reached."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

#: What a kept answer takes beside its bytes: names, tuples, the place in the table.
_OVERHEAD = 1024

Value = TypeVar("Value")


class Cache(Generic[Value]):
    """Values by key within a bound of `capacity` bytes; a value that alone would fill an eighth of it is not kept."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.bytes = 0
        self._lock = Lock()
        self._held: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: Hashable) -> Value | None:
        """The value of a key, which is now the most recently used."""
        with self._lock:
            found = self._held.get(key)
            if found is None:
                return None
            self._held.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, value: Value, size: int) -> bool:
        """Keeps a value of so many bytes: whether there is room for it."""
        size += _OVERHEAD
        if size > self.capacity // 8:
            return False
        with self._lock:
            if (old := self._held.pop(key, None)) is not None:
                self.bytes -= old[1]
            self._held[key] = value, size
            self.bytes += size
            while self.bytes > self.capacity:
                self.bytes -= self._held.popitem(last=False)[1][1]
        return True
