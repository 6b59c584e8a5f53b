"""What hints say in words of a case file, said in words of a table: whoever chooses 是 or 否 from a list has never seen `yes`."""

from __future__ import annotations

import re

from dandang.messages import Text

#: Words of a case file in a Chinese sentence, with the spaces around them and what explains them in brackets.
_WORD = re.compile(r" ?(?<![A-Za-z_])(yes|no|unknown|contested|evidence|found_by)(?![A-Za-z_])(?:（[^（）]*）)? ?")
_WORDS = {
    "yes": "是",
    "no": "否",
    "unknown": "不明",
    "contested": "有争议",
    "evidence": "“依据”",
    "found_by": "“查明单位”",
}


def table_words(text: Text) -> Text:
    """The text for one who fills in a table. The English words for answers and for evidence are those of the lists."""
    zh = _WORD.sub(lambda found: _WORDS[found[1]], text.zh)
    return Text(zh, text.en.replace("found_by, who found it", "who found it"))
