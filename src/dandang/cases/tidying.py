"""Safe corrections of single values: full-width signs, stray spaces, dates as people write them, headings in place of keys.

A correction is offered only where it gives something that can be used; it never changes what is meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

#: Digits as documents write them out; for zero people use several signs.
_DIGITS = {
    sign: str(number)
    for number, signs in enumerate(("〇零○", "一", "二", "三", "四", "五", "六", "七", "八", "九"))
    for sign in signs
}
_WRITTEN = re.compile(r"([〇零○一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日")
_DATE = re.compile(r"(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})日?号?|(\d{4})(\d{2})(\d{2})")


def tidied(text: str, usable: Callable[[str], bool]) -> str:
    """The text with full-width letters and digits made plain and, if that is not enough, without its spaces; empty where it stays unusable."""
    import unicodedata

    plain = unicodedata.normalize("NFKC", text).strip()
    for tidy in (plain, "".join(plain.split())):
        if tidy != text and tidy and usable(tidy):
            return tidy
    return ""


def tidied_date(text: str) -> str:
    """A date as 2018年9月1日, 二〇一八年九月一日, 2018/9/1, 2018.9.1 or 20180901 by ISO 8601; empty where it is no date."""

    def iso(tidy: str) -> str:
        if written := _WRITTEN.fullmatch(tidy):
            year = "".join(_DIGITS[sign] for sign in written[1])
            return f"{year}-{_written_number(written[2]):02}-{_written_number(written[3]):02}"
        found = _DATE.fullmatch(tidy)
        if not found:
            return tidy
        year, month, day = filter(None, found.groups())
        return f"{year}-{int(month):02}-{int(day):02}"

    import unicodedata

    tidy = iso("".join(unicodedata.normalize("NFKC", text).split()))
    return tidy if tidy != text and is_date(tidy) else ""


def _written_number(text: str) -> int:
    """The number that 九, 十二 or 二十一 stands for; 0 for what is none."""
    tens, ten, ones = text.rpartition("十")
    if len(tens) > 1 or len(ones) > 1 or "十" in tens:
        return 0
    return (int(_DIGITS[tens] if tens else 1) * 10 if ten else 0) + (int(_DIGITS[ones]) if ones else 0)


def date_of_serial(text: str) -> str:
    """The date that a spreadsheet means by a bare number: days since the end of 1899; empty for what is no such number of our times."""
    from datetime import date, timedelta

    if not re.fullmatch(r"[2-7]\d{4}", text):
        return ""
    return (date(1899, 12, 30) + timedelta(days=int(text))).isoformat()


def tidied_key(text: str, allowed: Sequence[str]) -> str:
    """The key that a heading of the workbook, or a key in other letters, stands for."""
    from dandang.cases.sheet import CASE_FIELDS, FACT_COLUMNS, SANCTION_COLUMNS
    from dandang.vocabulary import fold_name

    wanted = fold_name(tidied(text, lambda _: True) or text)
    fields = (*CASE_FIELDS, *FACT_COLUMNS, *SANCTION_COLUMNS)
    keys = [(key.lower(), key) for key in allowed]
    keys += [(fold_name(name), field.key.rpartition(".")[2]) for field in fields for name in field.heading]
    return next((key for name, key in keys if name == wanted and key in allowed and key != text), "")


def is_date(text: str) -> bool:
    """Whether the text is a date of the calendar, as YYYY-MM-DD."""
    # Weeks, which Python reads too, are no dates of XML Schema.
    return len(text) == 10 and text[4] == "-" == text[7] and _is_day(text)


@lru_cache(maxsize=20_000)
def _is_day(text: str) -> bool:
    from datetime import date

    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
