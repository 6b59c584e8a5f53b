"""Words and marks that texts share."""

from __future__ import annotations

from dandang.messages import Text

OPERATORS = {"allOf": Text("同时满足", "all of"), "anyOf": Text("满足其一", "any of")}
NONE_OF = Text("均不成立", "none of")


def colon(lang: str) -> str:
    """The colon of a language."""
    return "\uff1a" if lang == "zh" else ": "
