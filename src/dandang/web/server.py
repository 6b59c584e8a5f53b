"""`dandang serve`: the app behind waitress, reloaded and stopped without dropping a request."""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from dandang.errors import InputError
from dandang.messages import Text
from dandang.model import Place
from dandang.web import access_log
from dandang.web.app import DEFAULTS
from dandang.web.limits import parsed
from dandang.web.listener import Listener
from dandang.web.serving import Serving
from dandang.web.sparql_store import UNGUARDED, opened

log = logging.getLogger("dandang.serve")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
#: glibc's M_TRIM_THRESHOLD, M_MMAP_THRESHOLD and M_ARENA_MAX: blocks from 128 kB on are the system's again once they are free.
_MALLOC = {-1: 128 * 1024, -3: 128 * 1024, -8: 2}
#: New objects before Python looks for cycles among them: about what some ten pages need, so that no page is held up by more than a moment.
YOUNG = 50_000
#: Requests a second of one client, in the long run.
RATE = 50.0


def serve(
    host: str = "127.0.0.1",
    port: int = 8018,
    *,
    open_browser: bool = False,
    data: str | None = None,
    lang: str = "zh",
    scratch: bool = False,
    rate: float = RATE,
    trusted_proxies: tuple[str, ...] = (),
    public_metrics: bool = False,
    access_log_to: str | None = None,
    watch: bool = False,
    store: str | None = None,
    token_file: str | None = None,
    services: tuple[str, ...] = (),
) -> None:
    """Serves until told to stop. Raises InputError where the port is taken, `data` is no folder, or strangers could write."""
    local = host in LOOPBACK
    writing = opened(store, token_file, services, scratch=scratch, local=local)
    if scratch and not local:
        raise InputError(
            f"--scratch 任何人都可以写入，只能在本机使用，不能监听 {host}",
            f"with --scratch anyone may write, so it serves this machine only, not {host}",
            hint=("去掉 --host", "leave out --host"),
        )
    _check(data, rate, trusted_proxies)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    if access_log_to:
        _log_to(access_log_to)
    listening = _listening(host, port)
    _give_back_memory()
    gc.set_threshold(YOUNG)
    if not local:
        log.warning("%s", _exposed(host).in_(lang))
    config: dict[str, Any] = {
        "DATA": data,
        "COMPILED_SHAPES": True,
        "SCRATCH": scratch,
        "RATE": rate,
        "TRUSTED_PROXIES": trusted_proxies,
        "PUBLIC_METRICS": public_metrics,
        **writing.config(),
    }
    if store and writing.token is None:
        log.warning("%s", UNGUARDED.in_(lang))
    serving = Serving(config, lang=lang)
    largest = DEFAULTS["MAX_CONTENT_LENGTH"] * 2
    server = Listener(serving, serving.known, listening, largest_body=largest, express=serving.express)
    _on_signals(server.stop, serving.reload)
    serving.warm()
    if watch:
        serving.watch()
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listening.getsockname()[1]}/"
    stop = Text("按 Ctrl+C 停止", "Ctrl+C stops").in_(lang)
    print(f"担当 dandang  {address}  {stop}", flush=True)
    if open_browser:
        threading.Timer(0.5, webbrowser.open, [address]).start()
    try:
        server.run()
    finally:
        serving.close()


def _check(data: str | None, rate: float, proxies: tuple[str, ...]) -> None:
    if data is not None and not Path(data).is_dir():
        raise InputError("没有这个数据文件夹", "there is no such data folder", place=Place(data))
    if not 0 <= rate < float("inf"):
        raise InputError(
            f"--rate {rate} 不是每秒请求数",
            f"--rate {rate} is no number of requests a second",
            hint=("写 0 或正数，0 为不限", "write 0 or more; 0 is no limit"),
        )
    for proxy in proxies:
        if parsed(proxy) is None:
            raise InputError(
                f"--trust-proxy {proxy} 不是 IP 地址",
                f"--trust-proxy {proxy} is no IP address",
                hint=("例如 --trust-proxy 127.0.0.1", "for example --trust-proxy 127.0.0.1"),
            )


def _give_back_memory() -> None:
    """Has freed memory given back to the system, where Linux lets us say so.

    By itself the C library keeps, for each of many threads, what the largest answers once took.
    """
    if sys.platform != "linux":
        return
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        for setting, value in _MALLOC.items():
            library.mallopt(setting, value)


def _exposed(host: str) -> Text:
    return Text(
        f"正在监听 {host}，其他机器也能访问。对外服务请放在 HTTPS 反向代理之后，见 docs/operations.md。",
        f"Listening on {host}: other machines can reach it. To serve the public, put an HTTPS proxy in front; see docs/operations.md.",
    )


def _log_to(target: str) -> None:
    try:
        access_log.switch_on(target)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            f"无法写入访问日志（{reason}）", f"the access log cannot be written ({reason})", place=Place(target)
        ) from error


def _on_signals(stop: Callable[[], None], reload: Callable[[], None]) -> None:
    """Stops on SIGINT and SIGTERM, at once on the second; reloads on SIGHUP where there is one."""
    if threading.current_thread() is not threading.main_thread():
        return

    def handle(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        stop()

    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if found := getattr(signal, name, None):
            signal.signal(found, handle)
    if found := getattr(signal, "SIGHUP", None):
        signal.signal(found, lambda _number, _frame: reload())


def _listening(host: str, port: int) -> socket.socket:
    """The socket to serve on, taken before anything is loaded: a port that is in use is told at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        hint = ("换一个端口：dandang serve --port 8019", "choose another port: dandang serve --port 8019")
        raise InputError(
            f"无法监听 {host}:{port}（{reason}）", f"cannot listen on {host}:{port} ({reason})", hint=hint
        ) from error
