"""`completion`. Returns the exit status."""

from __future__ import annotations

from argparse import Namespace


def completion(options: Namespace) -> int:
    """`dandang completion bash`: a script that completes commands and options."""
    import shtab

    print(shtab.complete(options.parser, shell=options.shell))
    return 0
