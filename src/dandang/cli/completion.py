"""`completion`. Returns the exit status."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Iterator
from shlex import quote


def completion(options: Namespace) -> int:
    """`dandang completion bash`: a script that completes commands and options."""
    if options.shell == "fish":
        print("\n".join(_fish(options.parser)))
        return 0
    import shtab

    print(shtab.complete(options.parser, shell=options.shell))
    return 0


def _fish(parser: ArgumentParser) -> Iterator[str]:
    """The lines of a script for fish, which the package does not know."""
    (commands,) = (action for action in parser._actions if isinstance(action, _SubParsersAction))
    for choice in commands._choices_actions:
        yield _line("__fish_use_subcommand", f"-a {choice.dest}", choice.help)
    for name, command in commands.choices.items():
        for action in command._actions:
            words = [
                f"-l {option[2:]}" if option.startswith("--") else f"-s {option[1:]}"
                for option in action.option_strings
            ]
            values = (
                f"-x -a {quote(' '.join(map(str, action.choices)))}"
                if action.choices
                else "-r"
                if action.nargs != 0
                else ""
            )
            if words:
                yield _line(
                    f"__fish_seen_subcommand_from {name}", " ".join(filter(None, (*words, values))), action.help
                )


def _line(when: str, what: str, told: str | None) -> str:
    return f"complete -c dandang -n {quote(when)} {what} -d {quote((told or '').replace('%%', '%'))}"
