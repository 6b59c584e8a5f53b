"""Many cases: dumps of any size → findings, in bounded memory.

`streams` cuts files into chunks of whole cases, `jsonl` and `nquads` read chunks into records, `engine` checks records, `run` does it for many files
and in several processes. Regular cases are checked by `program`: the shapes worked out once (`core`, `sparql`) on the case that says everything
(`ground`), as formulas (`formula`). All others go to a SHACL engine (`irregular`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dandang.bulk.records import Checked

__all__ = ["Checked", "validate"]


def validate(
    sources: str | Sequence[str], *, workers: int = 1, today: str | None = None, syntax: str = ""
) -> Iterator[Checked]:
    """Check every case of one file or several; yields one `Checked` for each, in the order of the files.

    Sources are paths, `-` for standard input, or addresses that fsspec opens: JSON Lines (`.jsonl`), N-Quads (`.nq`), N-Triples (`.nt`), Turtle (`.ttl`)
    or TriG (`.trig`), each also as `.gz` or `.zst`; `syntax` says which where the name does not. `workers` is the number of processes. `today`
    (YYYY-MM-DD) is the day of the check. Memory does not grow with the files, but for 16 to 48 bytes a case to notice repeated ids.

    What is wrong with a stream or a line is a finding too, on a `Checked` without an id. Raises UnreadableFile where a source cannot be opened.
    """
    from dandang.bulk.engine import load_engine
    from dandang.bulk.run import Run

    names = [sources] if isinstance(sources, str) else list(sources)
    yield from Run(names, load_engine(today=today), workers=workers, syntax=syntax)
