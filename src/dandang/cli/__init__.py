"""The `dandang` command. Exit status: 0 clean, 1 findings, 2 could not run."""

from __future__ import annotations

import errno
import gc
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from dandang.errors import DandangError
from dandang.messages import Text


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    from dandang.cli.parser import parse

    # A command is over before garbage matters; collecting it while the graph is read costs a tenth of the time.
    gc.set_threshold(100_000)
    _stand_in()
    _use_utf8()
    arguments = sys.argv[1:] if arguments is None else arguments
    lang = language(arguments)
    try:
        options = parse(arguments)
        # Only the room of this command is loaded.
        room = import_module(f"dandang.cli.{options.room}")
        status: int = getattr(room, options.run)(options)
        sys.stdout.flush()
        return status
    except DandangError as error:
        print(error.render(lang), file=sys.stderr)
        return error.exit_status
    except BrokenPipeError:
        # The reader of our output has gone (`| head`); what it has read is fine.
        _write_no_more()
        return 0
    except OSError as error:
        from dandang.cli.output import is_full, unwritable

        if not is_full(error):
            raise
        _write_no_more()
        lost = unwritable(Text("标准输出", "standard output").in_(lang), error)
        print(lost.render(lang), file=sys.stderr)
        return lost.exit_status
    except KeyboardInterrupt:
        print("\n已中断 / interrupted", file=sys.stderr)
        return 2


class _Closed(io.TextIOBase):
    """Standard output that whoever started us has closed: what is written there is lost, and that is told."""

    def write(self, _: str) -> int:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))


def _stand_in() -> None:
    """Streams that can be written to, where Python found none."""
    if sys.stdout is None:
        sys.stdout = _Closed()
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - it lasts as long as the process


def _write_no_more() -> None:
    """Nothing is left for Python to write, and to fail at, when the process ends."""
    if not isinstance(sys.stdout, _Closed):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def language(arguments: Sequence[str] = ()) -> str:
    """The user's language: --lang, else the locale's where it is English, else Chinese."""
    for number, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            return "en" if argument == "--lang=en" else "zh"
        if argument == "--lang" and number + 1 < len(arguments):
            return "en" if arguments[number + 1] == "en" else "zh"
    for variable in ("DANDANG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable, "")
        if value:
            return "en" if value.lower().startswith("en") else "zh"
    return "zh"


def _use_utf8() -> None:
    """Chinese on any terminal or pipe, whatever the locale says."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")
