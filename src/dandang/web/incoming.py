"""Requests as they come in."""

from __future__ import annotations

from typing import Any
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
