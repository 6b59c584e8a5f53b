"""`validate --fix`: safe corrections, shown first and written only when asked to. Returns the exit status."""

from __future__ import annotations

import os
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from difflib import unified_diff

from dandang.cases.files import is_workbook, read_bytes
from dandang.cases.fixing import Fix, fixed_file
from dandang.cases.reading import read_cases
from dandang.cli.output import unwritable
from dandang.errors import BadParameter, InputError
from dandang.messages import Text
from dandang.model import Policy


def fix(files: Sequence[str], policy: Policy, options: Namespace) -> int:
    """Shows, and with `--write` writes, the corrections of the files. 1 where there is something to correct, or that could not be; 2 where a file cannot be read."""
    if "-" in files:
        raise BadParameter("标准输入不能改正", "standard input cannot be corrected")
    made: list[Fix] = []
    unread = False
    for name in files:
        try:
            content = read_bytes(name)
            findings = [finding for read in read_cases(content, policy, name=name) for finding in read.findings]
        except InputError as error:
            print(error.render(options.lang), file=sys.stderr)
            unread = True
            continue
        fixed, fixes = fixed_file(content, name, findings)
        made += fixes
        if fixed != content:
            sys.stdout.writelines(_difference(name, content, fixed, fixes))
            if options.write:
                _replace(name, fixed)
    print(_told(made, options.write).in_(options.lang), file=sys.stderr)
    if unread:
        return 2
    return 1 if (made and not options.write) or any(not fix.made for fix in made) else 0


def _told(fixes: Sequence[Fix], written: bool) -> Text:
    count = sum(fix.made for fix in fixes)
    left = len(fixes) - count
    rest = Text(f"，{left} 处要自己改", f", {left} to be done by hand") if left else Text("", "")
    if not count:
        return Text(f"没有可以自动改正的{rest.zh}", f"nothing to correct{rest.en}")
    if written:
        return Text(f"改正了 {count} 处{rest.zh}", f"corrected {count}{rest.en}")
    return Text(
        f"可以改正 {count} 处{rest.zh}；加 --write 写入",
        f"{count} can be corrected{rest.en}; add --write to write them",
    )


def _difference(name: str, old: bytes, new: bytes, fixes: Iterable[Fix]) -> Iterator[str]:
    """What changes: line by line for a text, cell by cell for a workbook."""
    if is_workbook(old):
        for fix in fixes:
            if fix.made:
                yield f"{fix.finding.place}: {fix.finding.value} → {fix.finding.fix}\n"
        return
    before, after = (_text(content).splitlines(keepends=True) for content in (old, new))
    for line in unified_diff(before, after, name, name, n=1):
        yield line if line.endswith("\n") else line + "\n"


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")


def _replace(name: str, content: bytes) -> None:
    """Writes the file anew beside the old one and puts it in its place: it is never half written. A compressed file stays one."""
    from dandang.cases.compressed import packed_like

    try:
        with open(name, "rb") as old:
            start = old.read(4)
        handle, made = tempfile.mkstemp(dir=os.path.dirname(os.path.abspath(name)))
        with os.fdopen(handle, "wb") as file:
            file.write(packed_like(start, content))
            os.fsync(file.fileno())
        os.chmod(made, os.stat(name).st_mode & 0o7777)
        os.replace(made, name)
    except OSError as error:
        raise unwritable(name, error) from error
