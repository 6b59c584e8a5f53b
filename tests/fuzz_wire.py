"""Bytes for a server's socket: requests that HTTP allows, and what it does not."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable

from fuzzing import Request

#: One change each to the bytes of a request that is right; none at all is one of them.
CHANGES: list[Callable[[bytes], bytes]] = [
    lambda raw: raw,
    lambda raw: raw[: len(raw) // 2],
    lambda raw: raw[:-1],
    lambda raw: raw + b"trailing",
    lambda raw: raw + raw,
    lambda raw: b"\r\n\r\n" + raw,
    lambda raw: raw.replace(b"\r\n", b"\n"),
    lambda raw: raw.replace(b"\r\n", b"\r", 1),
    lambda raw: raw.replace(b" HTTP/1.1", b"", 1),
    lambda raw: raw.replace(b"HTTP/1.1", b"HTTP/9.9", 1),
    lambda raw: raw.replace(b"HTTP/1.1", b"HTTP/1.0", 1),
    lambda raw: raw.replace(b" /", b"  /", 1),
    lambda raw: raw.replace(b" /", b" http://evil.example/", 1),
    lambda raw: raw.replace(b" /", b" \x00/", 1),
    lambda raw: raw.replace(b" /", b" /\xff\xfe", 1),
    lambda raw: raw.replace(b" /", b" /" + b"a" * 70_000, 1),
    lambda raw: raw.replace(b"Host:", b"Host :", 1),
    lambda raw: raw.replace(b"Host:", b" Host:", 1),
    lambda raw: raw.replace(b"Host: localhost\r\n", b"", 1),
    lambda raw: raw.replace(b"Host:", b"Host: a\r\nHost:", 1),
    lambda raw: _with(raw, b"X-A: " + b"b" * 300_000),
    lambda raw: _with(raw, b"\r\n".join(b"X-%d: y" % number for number in range(3000))),
    lambda raw: _with(raw, b"X-A: b\x00c"),
    lambda raw: _with(raw, b"no colon"),
    lambda raw: _with(raw, b": empty"),
    lambda raw: _with(raw, b"Content-Length: 5"),
    lambda raw: _with(raw, b"Content-Length: 99999999999999999999"),
    lambda raw: _with(raw, b"Transfer-Encoding: chunked"),
    lambda raw: _with(raw, b"Transfer-Encoding: chunked, identity"),
    lambda raw: _with(_bodiless(raw), b"Transfer-Encoding: chunked") + b"zz\r\nx\r\n0\r\n\r\n",
    lambda raw: _with(_bodiless(raw), b"Transfer-Encoding: chunked") + b"5\r\nquery\r\n0\r\n\r\n",
    lambda raw: _with(_bodiless(raw), b"Transfer-Encoding: chunked") + b"FFFFFFFFFFFFFFFF\r\nx",
    lambda raw: _with(raw, b"Expect: 100-continue"),
    lambda raw: _with(raw, b"Upgrade: h2c\r\nConnection: Upgrade\r\nHTTP2-Settings: AAA"),
    lambda raw: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + raw,
    lambda raw: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + raw,
    lambda raw: b"",
]


def changed(request: Request, change: int) -> bytes:
    """The bytes of a request after the change of that number."""
    return CHANGES[change](request.raw())


def exchange(port: int, sent: bytes, *, seconds: float) -> bytes:
    """All that the server says until it ends the connection, which it has to do in time."""
    said = b""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as there:
        try:
            there.sendall(sent)
            there.shutdown(socket.SHUT_WR)
            while piece := there.recv(1 << 16):
                said += piece
        except TimeoutError:
            raise
        except OSError:
            # A server may refuse to read on: what it said before that is kept.
            pass
    return said


def statuses(said: bytes) -> list[int]:
    """The status of each answer on a connection: the first line, and what stands where another one begins."""
    return [int(found) for found in re.findall(rb"(?:^|\n|\})HTTP/1\.[01] (\d{3})", said)]


def _with(raw: bytes, header: bytes) -> bytes:
    line, _, rest = raw.partition(b"\r\n")
    return line + b"\r\n" + header + b"\r\n" + rest


def _bodiless(raw: bytes) -> bytes:
    head = raw.partition(b"\r\n\r\n")[0]
    return re.sub(rb"\r\nContent-Length:[^\r]*", b"", head) + b"\r\n\r\n"
