"""`validate --fix`: safe corrections, shown first and written only when asked to. Returns the exit status."""

from __future__ import annotations

import os
import sys
import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import unified_diff

from dandang.cases.files import is_workbook, read_bytes
from dandang.cases.fixing import Fix, fixed_file
from dandang.cases.reading import ReadCase, read_cases
from dandang.cli.output import unwritable
from dandang.errors import BadParameter, InputError
from dandang.messages import Text
from dandang.model import Policy


def fix(
    files: Sequence[str], policy: Policy, options: Namespace, errors_in: Callable[[Sequence[ReadCase]], int]
) -> int:
    """Shows, and with `--write` writes, the corrections of the files. 1 where something is left to do, be it to write the corrections or to mend the rest by
    hand; 2 where a file cannot be read. `errors_in` counts the errors of cases."""
    if "-" in files:
        raise BadParameter("标准输入不能改正", "standard input cannot be corrected")
    made: list[Fix] = []
    after: list[ReadCase] = []
    unread = False
    for name in files:
        try:
            content = read_bytes(name)
            before = read_cases(content, policy, name=name, syntax=options.syntax)
        except InputError as error:
            print(error.render(options.lang), file=sys.stderr)
            unread = True
            continue
        findings = [finding for read in before for finding in read.findings]
        fixed, fixes = fixed_file(content, name, findings, syntax=options.syntax)
        made += fixes
        after += before if fixed == content else read_cases(fixed, policy, name=name, syntax=options.syntax)
        if fixed != content:
            sys.stdout.writelines(_difference(name, content, fixed, fixes))
            if options.write:
                _replace(name, fixed)
    left = errors_in(after)
    for text in _told(made, left, options.write):
        print(text.in_(options.lang), file=sys.stderr)
    if unread:
        return 2
    return 1 if left or (made and not options.write) or any(not fix.made for fix in made) else 0


def _told(fixes: Sequence[Fix], left: int, written: bool) -> Iterator[Text]:
    """What was done, and what is left to do."""
    count = sum(fix.made for fix in fixes)
    if not count:
        done = Text("没有可以自动改正的", "nothing to correct")
    elif written:
        done = Text(f"改正了 {count} 处", f"corrected {count}")
    else:
        done = Text(f"可以改正 {count} 处，加 --write 写入", f"{count} can be corrected, add --write to write them")
    yield Text(f"{done.zh}；{_left(left).zh}", f"{done.en}; {_left(left).en}")
    kept = sorted({fix.finding.place.file for fix in fixes if not fix.made and fix.finding.place})
    if kept:
        yield Text(
            f"{'、'.join(kept)} 里有 {len(fixes) - count} 处只有建议，没有改：RDF 和 Parquet 文件不改写，找不到原文的也不改",
            f"{len(fixes) - count} suggestion(s) in {', '.join(kept)} not carried out: RDF and Parquet are not rewritten, nor what is not found in its place",
        )


def _left(errors: int) -> Text:
    if not errors:
        return Text("没有剩下的错误", "no errors are left")
    return Text(
        f"还有 {errors} 处错误要自己改，`dandang validate` 逐条列出",
        f"{errors} error(s) are left to mend by hand, `dandang validate` lists them",
    )


def _difference(name: str, old: bytes, new: bytes, fixes: Iterable[Fix]) -> Iterator[str]:
    """What changes: line by line for a text, cell by cell for a workbook."""
    if is_workbook(old):
        for fix in fixes:
            if fix.made:
                yield f"{fix.finding.place}: {fix.finding.value} → {fix.finding.fix}\n"
        return
    before, after = (_text(content, name).splitlines(keepends=True) for content in (old, new))
    for line in unified_diff(before, after, name, name, n=1):
        yield line if line.endswith("\n") else line + "\n"


def _text(content: bytes, name: str) -> str:
    """The text, in whichever encoding tables may have; all other case files are in UTF-8."""
    from dandang.cases.delimited import csv_encoding

    return content.decode(csv_encoding(content, name))


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
