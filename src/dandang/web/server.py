"""`dandang serve`: the app behind waitress."""

from __future__ import annotations

import logging
import os
import socket
import threading
import webbrowser
from pathlib import Path

from waitress.server import create_server

from dandang.errors import InputError
from dandang.messages import Text
from dandang.model import Place
from dandang.web.app import create_app

#: Pages are quick; the threads are for queries, which wait for their worker process.
THREADS = 8
LOOPBACK = ("127.0.0.1", "localhost")


def serve(
    host: str = "127.0.0.1",
    port: int = 8018,
    *,
    open_browser: bool = False,
    data: str | None = None,
    lang: str = "zh",
    scratch: bool = False,
) -> None:
    """Serves until interrupted. Raises InputError where the port is taken, `data` is no folder, or strangers could write."""
    if scratch and host not in LOOPBACK:
        raise InputError(
            f"--scratch 任何人都可以写入，只能在本机使用，不能监听 {host}",
            f"with --scratch anyone may write, so it serves this machine only, not {host}",
            hint=("去掉 --host", "leave out --host"),
        )
    if data is not None and not Path(data).is_dir():
        raise InputError("没有这个数据文件夹", "there is no such data folder", place=Place(data))
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    listening = _listening(host, port)
    server = create_server(
        create_app({"DATA": data, "SCRATCH": scratch}), sockets=[listening], threads=THREADS, ident="dandang"
    )
    address = f"http://{host}:{port}/"
    stop = Text("按 Ctrl+C 停止", "Ctrl+C stops").in_(lang)
    print(f"担当 dandang  {address}  {stop}", flush=True)
    if open_browser:
        threading.Timer(0.5, webbrowser.open, [address]).start()
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()
        listening.close()


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
