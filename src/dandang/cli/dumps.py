"""`validate` and `assess` on many cases: in bounded memory, in several processes, with a word about how far it is."""

from __future__ import annotations

import json
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence

from dandang.bulk.engine import load_engine
from dandang.bulk.records import Checked, Task
from dandang.bulk.run import Run
from dandang.bulk.whole import is_whole
from dandang.cases.sources import is_address
from dandang.cli.inputs import file_size
from dandang.cli.output import destination
from dandang.errors import BadParameter
from dandang.messages import Text
from dandang.model import Finding

#: How often the word is renewed, in seconds.
_EVERY = 0.5


class Dump:
    """The cases of files, as they are checked."""

    def __init__(self, files: Sequence[str], options: Namespace, task: Task) -> None:
        if options.scheduler and all(is_whole(name, options.syntax) for name in files):
            raise BadParameter(
                "--scheduler 没有用处：这些格式的文件不能分批",
                "--scheduler would do nothing: files of these kinds cannot be cut into parts",
                hint=(
                    "可以分批的有 JSON Lines、N-Quads、N-Triples、Turtle、TriG；其他的请去掉这个选项",
                    "JSON Lines, N-Quads, N-Triples, Turtle and TriG can; for others leave the option out",
                ),
            )
        self.run = Run(
            files,
            load_engine(),
            task=task,
            workers=options.workers or 1,
            syntax=options.syntax,
            scheduler=options.scheduler,
        )
        self.lang = options.lang
        # A packed file does not tell how much there is in it.
        packed = any(name.endswith((".gz", ".zst")) or is_address(name) or name == "-" for name in files)
        self._whole = 0 if packed else sum(map(file_size, files))
        self._begun = time.monotonic()
        self._told = 0.0

    def __iter__(self) -> Iterator[Checked]:
        shown = sys.stderr.isatty()
        for item in self.run:
            yield item
            if shown:
                self._tell()
        if shown:
            sys.stderr.write("\r\x1b[K")

    def told(self) -> Text:
        """How many cases there were."""
        return Text(f"{self.run.cases} 件案件", f"{self.run.cases} case(s)")

    def _tell(self) -> None:
        now = time.monotonic()
        if now - self._told < _EVERY:
            return
        self._told = now
        sys.stderr.write(
            "\r\x1b[K" + progress(self.run.cases, self.run.bytes, self._whole, now - self._begun).in_(self.lang)
        )
        sys.stderr.flush()


def progress(cases: int, done: int, whole: int, seconds: float) -> Text:
    """How far it is: cases, cases a second, and where the bytes are known the time that is left."""
    rate = cases / seconds if seconds else 0.0
    said = Text(f"{cases} 件，每秒 {rate:.0f} 件", f"{cases} cases, {rate:.0f} a second")
    if not done or not whole:
        return said
    left = max(0, round(seconds * (whole - done) / done))
    minutes, rest = divmod(left, 60)
    share = min(99, 100 * done // whole)
    return Text(f"{said.zh}，{share}%，还要 {minutes}:{rest:02}", f"{said.en}, {share}%, {minutes}:{rest:02} left")


def findings_of(dump: Dump, wanted: Callable[[Finding], bool], outcomes: str = "") -> Iterator[Finding]:
    """The findings of a dump; with `outcomes` the answers are written to that file on the way, a line each."""
    if not outcomes:
        yield from (finding for item in dump for finding in item.findings if wanted(finding))
        return
    with destination(Namespace(output=outcomes)) as out:
        for item in dump:
            if item.outcome:
                out.write(outcome_line(item, dump) + "\n")
            yield from (finding for finding in item.findings if wanted(finding))


def assess_dump(files: Sequence[str], options: Namespace) -> int:
    """A line of JSON for each case. 1 where a case could not be assessed; its mistakes go to standard error."""
    dump = Dump(files, options, Task(findings=False, outcomes=True))
    refused = 0
    for item in dump:
        if item.outcome:
            print(outcome_line(item, dump))
            continue
        refused += 1
        for finding in item.findings:
            print(finding.render(options.lang), file=sys.stderr)
    print(dump.told().in_(options.lang), file=sys.stderr)
    return 1 if refused else 0


def outcome_line(item: Checked, dump: Dump) -> str:
    """The answer for a case as JSON, by the keys of `assess --format json`: only what is not `open` is listed under `clauses`."""
    assert item.outcome
    clauses = dump.run.engine.policy.clauses
    states, strict = item.outcome.states["recommended"], item.outcome.states["strict"]
    told = {
        clauses[iri].notation: state if strict[iri] == state else {"recommended": state, "strict": strict[iri]}
        for iri, state in states.items()
        if state != "open" or strict[iri] != "open"
    }
    answer = {
        "case": item.id,
        "place": {"file": item.place.file, "line": item.place.line},
        "verdict": item.outcome.verdict,
        "readings": dict(item.outcome.readings),
        "clauses": told,
        "lion": item.outcome.lion,
    }
    return json.dumps(answer, ensure_ascii=False)
