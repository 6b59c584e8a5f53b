"""What the keys that a hint names are called in a table, for people who fill in a workbook and have never seen a case file."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dandang.cases.sheet import CASE_FIELDS, FACT_COLUMNS, SANCTION_COLUMNS, Field
from dandang.messages import Text
from dandang.model import Finding

#: A key as hints write it: a word of its own, between Chinese or before a colon.
_KEY = re.compile(r"(?<![A-Za-z_.:-])([a-z_]+)(?![A-Za-z_-])")


def in_a_table(finding: Finding) -> Finding:
    """The finding with the headings of the columns that its hint speaks of, where it stands in a cell."""
    if not (finding.hint and finding.place and finding.place.cell):
        return finding
    columns = list(_meant(finding.hint.zh))
    if not columns:
        return finding
    zh = "，".join(f"{key} 是“{heading.zh}”" for key, heading in columns)
    en = ", ".join(f'"{heading.en}" for {key}' for key, heading in columns)
    hint = Text(
        f"{finding.hint.zh.rstrip('。')}。表格里的列：{zh}", f"{finding.hint.en.rstrip('.')}. Columns of a table: {en}"
    )
    return finding._replace(hint=hint)


def _meant(hint: str) -> Iterable[tuple[str, Text]]:
    """The keys of a hint with their headings. `on` and `by` are those of a measure or a fact where the hint shows one."""
    fields: tuple[Field, ...] = CASE_FIELDS
    if "{measure" in hint or "ground" in hint:
        fields = SANCTION_COLUMNS
    elif "{value" in hint or "evidence" in hint:
        fields = FACT_COLUMNS
    known = {field.key.rpartition(".")[2]: field.heading for field in fields if field.key != "value"}
    return ((key, known[key]) for key in dict.fromkeys(_KEY.findall(hint)) if key in known)
