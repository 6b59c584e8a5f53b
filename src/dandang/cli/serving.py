"""`serve`. Returns the exit status."""

from __future__ import annotations

from argparse import Namespace


def serve(options: Namespace) -> int:
    """`dandang serve`. The web framework is loaded by name: no other command pays for it."""
    import importlib

    web = importlib.import_module("dandang.web")
    web.serve(options.host, options.port, open_browser=options.open, lang=options.lang, scratch=options.scratch)
    return 0
