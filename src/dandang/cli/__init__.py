"""The `dandang` command. Exit status: 0 clean, 1 findings, 2 could not run."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from dandang.errors import DandangError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    from dandang.cli.parser import parse

    # A command is over before garbage matters; collecting it while the graph is read costs a tenth of the time.
    gc.set_threshold(100_000)
    _use_utf8()
    try:
        options = parse(sys.argv[1:] if arguments is None else arguments)
        # Only the room of this command is loaded.
        room = import_module(f"dandang.cli.{options.room}")
        status: int = getattr(room, options.run)(options)
        sys.stdout.flush()
        return status
    except DandangError as error:
        print(error.render(language(sys.argv[1:] if arguments is None else arguments)), file=sys.stderr)
        return error.exit_status
    except BrokenPipeError:
        # The reader of our output has gone (`| head`); what it has read is fine.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("\n已中断 / interrupted", file=sys.stderr)
        return 2


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
