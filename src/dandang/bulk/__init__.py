"""Many cases: dumps of any size → findings, in bounded memory.

`streams` cuts files into chunks of whole cases, `jsonl` and `nquads` read chunks into records, `engine` checks records, `run` does it for many files
and in several processes. Regular cases are checked by `program`: the shapes worked out once (`core`, `sparql`) on the case that says everything
(`ground`), as formulas (`formula`); all others go to a SHACL engine (`irregular`). `assessing` does with the condition trees what
`program` does with the shapes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dandang.bulk.records import Checked, Task

#: Names of syntaxes that `streams` knows besides.
_MORE = ("nquads", "ntriples")

__all__ = ["Checked", "assess_files", "validate"]


def validate(
    sources: str | Sequence[str],
    *,
    assess: bool = False,
    workers: int = 1,
    today: str | None = None,
    syntax: str = "",
    scheduler: str = "",
) -> Iterator[Checked]:
    """Check every case of one file or several, and with `assess` assess it in the same pass.

    Yields one `Checked` for each case, in the order of the files, as it is found: `id` of the case, `place` (file, and line from 1), `findings`
    (tuple of `model.Finding`, as `CaseValidator` gives them), `outcome` (verdict, states of the clauses; None without `assess`, or where reading left
    mistakes). What is wrong with a stream rather than a case is a finding on a `Checked` without an id.

    Sources are paths, `-` for standard input, or addresses that fsspec opens, in every format of `cases.reading.FORMATS`, each also as `.gz` or `.zst`;
    `syntax` says which where the name does not, as `jsonl` or `nq`. JSON Lines, N-Quads, N-Triples, Turtle and TriG are read as they come, other formats whole.
    `workers` is the number of processes; `scheduler`, the address of a Dask scheduler (`tcp://host:8786`), gives the work to its workers instead, `local` to
    one that is started on this machine with so many workers. `today` (YYYY-MM-DD) is the day of the check. Memory does not grow with the files, but for two
    bytes a case to notice an id that comes again; which ids came is in a temporary file.

    A source that cannot be opened, or whose syntax is unknown, is a finding (`unreadable-file`), and the others are checked. Raises ResourceMissing where a
    source or a scheduler needs a package that is not installed, BadParameter where no scheduler answers, and at the call for a value that cannot be used.
    """
    _refuse(workers, today, syntax)
    return _run(sources, Task(findings=True, outcomes=assess), workers, today, syntax, scheduler)


def assess_files(
    sources: str | Sequence[str],
    *,
    workers: int = 1,
    today: str | None = None,
    syntax: str = "",
    scheduler: str = "",
) -> Iterator[Checked]:
    """Assess every case of one file or several, without checking the shapes: as `validate` with `assess`, but findings are those of reading only."""
    _refuse(workers, today, syntax)
    return _run(sources, Task(findings=False, outcomes=True), workers, today, syntax, scheduler)


def _refuse(workers: object, today: object, syntax: str) -> None:
    """Raises BadParameter for what can be seen to be wrong before anything is read."""
    from dandang.cases.reading import FORMATS
    from dandang.cases.tidying import is_date
    from dandang.errors import BadParameter

    if not isinstance(workers, int) or isinstance(workers, bool) or workers < 1:
        raise BadParameter(
            f"workers 应是 1 以上的整数，不是 {workers!r}", f"workers is a whole number from 1, not {workers!r}"
        )
    if today is not None and not (isinstance(today, str) and is_date(today)):
        hint = ('写成 "2018-09-01" 的样子', 'write it like "2018-09-01"')
        raise BadParameter(f"today 的 {today!r} 不是日期", f"today is no date: {today!r}", hint=hint)
    known = dict.fromkeys((*FORMATS.values(), *FORMATS, *_MORE))
    if syntax and syntax not in known:
        shown = list(dict.fromkeys(FORMATS.values()))
        hint = (f"可以是：{'、'.join(shown)}", f"it can be: {', '.join(shown)}")
        raise BadParameter(f"没有格式 {syntax!r}", f"there is no syntax {syntax!r}", hint=hint)


def _run(
    sources: str | Sequence[str], task: Task, workers: int, today: str | None, syntax: str, scheduler: str
) -> Iterator[Checked]:
    from dandang.bulk.engine import load_engine
    from dandang.bulk.run import Run

    names = [sources] if isinstance(sources, str) else list(sources)
    engine = load_engine(today=today)
    yield from Run(names, engine, task=task, workers=workers, syntax=syntax, scheduler=scheduler)
