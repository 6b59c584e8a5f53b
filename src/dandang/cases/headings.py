"""What the keys that a hint names are called in a table, for people who fill in a workbook and have never seen a case file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from dandang.cases.sheet import CASE_FIELDS, FACT_COLUMNS, SANCTION_COLUMNS, Field
from dandang.cases.tidying import tidied
from dandang.messages import Text
from dandang.model import Finding
from dandang.vocabulary import fold_name

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


class Item(NamedTuple):
    """What is to be said of a line that is no item of a case, with the item it was meant for where that is plain."""

    message: Text
    hint: Text
    fix: str


def unknown_item(name: str) -> Item:
    """What is to be said of a line of the form for one case whose item is not known."""
    known = {fold_name(text) for field in CASE_FIELDS for text in field.heading}
    zh = "、".join(field.heading.zh for field in CASE_FIELDS)
    en = ", ".join(field.heading.en for field in CASE_FIELDS)
    return Item(
        Text(f"不认识的项目“{name}”", f'unknown item "{name}"'),
        Text(f"这里可用：{zh}", f"here one can use: {en}"),
        tidied(name, lambda tidy: fold_name(tidy) in known),
    )


def item_named(key: str) -> Text:
    """A key of a case as a line of the form for one case calls it."""
    heading = next((field.heading for field in CASE_FIELDS if field.key.rpartition(".")[2] == key), Text(key, key))
    return Text(f"项目“{heading.zh}”", f'the item "{heading.en}"')
