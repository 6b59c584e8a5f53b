"""A query in the address of its page: short, and stored nowhere."""

from __future__ import annotations

import binascii
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

from dandang.errors import BadParameter

#: The longest query that is read from an address, in bytes.
LONGEST = 64 * 1024


def packed(query: str) -> str:
    """The query as a word of letters, digits, `-` and `_`."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return urlsafe_b64encode(deflate.compress(query.encode()) + deflate.flush()).rstrip(b"=").decode("ascii")


def unpacked(word: str) -> str:
    """The query of a word. Raises BadParameter where the address was cut or changed."""
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        query = inflate.decompress(urlsafe_b64decode(word + "=" * (-len(word) % 4)), LONGEST)
        if inflate.eof:
            return query.decode()
    except (binascii.Error, zlib.error, ValueError):
        pass
    raise BadParameter(
        "链接里的查询读不出来",
        "the query in this link cannot be read",
        hint=("链接可能不完整，请重新复制", "the link may have been cut short; copy it again"),
    )
