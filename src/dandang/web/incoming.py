"""Requests as they come in."""

from __future__ import annotations

from io import BytesIO
from typing import IO, Any
from urllib.parse import quote_from_bytes

from flask import Request

#: All of ASCII that can be seen: what else is in an address is encoded.
_SEEN = "".join(map(chr, range(0x21, 0x7F)))


class AnyRequest(Request):
    """A request in whose address anything may stand. Bytes that nobody encoded are, before they are read: UTF-8 then means what it
    says, and what is no UTF-8 (an old browser's GBK) stays as it is, as it does where it came encoded."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.query_string = quote_from_bytes(self.query_string, safe=_SEEN).encode()

    def _get_file_stream(self, *_described: Any, **_more: Any) -> IO[bytes]:
        """Where a file of a form is put: memory, whatever its size. It may be about a person, and must not lie on a disk."""
        return BytesIO()
