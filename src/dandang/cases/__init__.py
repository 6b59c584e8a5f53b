"""Case files → cases → case graphs.

`files` and `compressed` read bytes, `nodes` their syntax, `foreign` knows what is no case file, `fields` the keys of a case, `rdf` the syntaxes of RDF,
`sheet` the workbook of one case, `table` many cases in rows, which come from `delimited` text, a `workbook` or Parquet (`columnar`); `reading` ties them
together, `derive` adds what follows, `graph` writes the case as triples, `writing`, `sheet_writing` and `table_writing` as files.
"""

from __future__ import annotations

from dandang.cases.derive import Derivation, with_derived_facts
from dandang.cases.files import MAX_BYTES, read_bytes
from dandang.cases.graph import case_quads
from dandang.cases.reading import ReadCase, accepted, read_cases, read_file, read_stated, without_duplicates

__all__ = [
    "MAX_BYTES",
    "Derivation",
    "ReadCase",
    "accepted",
    "case_quads",
    "read_bytes",
    "read_cases",
    "read_file",
    "read_stated",
    "with_derived_facts",
    "without_duplicates",
]
