"""The sheet that lists all findings: how it is named and headed, so that whoever meets it again knows it for ours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from io import BytesIO

from dandang.messages import Text

TITLE = Text("检查结果", "Findings")
HEADINGS = (
    Text("级别", "severity"),
    Text("位置", "place"),
    Text("案件", "case"),
    Text("规则", "rule"),
    Text("问题", "message"),
    Text("怎样改", "hint"),
    Text("依据", "clauses"),
)
_NAME = re.compile(rf"(?:{TITLE.zh}|{TITLE.en})(?: \d+)?")


def is_summary(name: str, heading: Sequence[object]) -> bool:
    """Whether a sheet is such a list, by its name and its second row: neither alone would do, as offices name sheets so themselves. One that was added to
    beside the list is somebody's own."""
    told = [str(cell).strip() for cell in heading if cell not in (None, "")]
    return bool(_NAME.fullmatch(name)) and any(told == [text[at] for text in HEADINGS] for at in range(2))


def summary_sheet(content: bytes, names: Iterable[str]) -> str:
    """The first sheet of a workbook that is such a list and nothing else; empty where there is none."""
    wanted = [name for name in names if _NAME.fullmatch(name)]
    if not wanted:
        return ""
    import python_calamine as calamine

    book = calamine.CalamineWorkbook.from_filelike(BytesIO(content))
    for name in wanted:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False) if name in book.sheet_names else []
        if len(rows) > 1 and is_summary(name, rows[1]) and not any(any(row[len(HEADINGS) :]) for row in rows):
            return name
    return ""
