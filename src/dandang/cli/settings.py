"""Settings of a project: `dandang.toml`, or `[tool.dandang]` in `pyproject.toml`, in this folder or one above.

    select = ["*"]
    ignore = ["post-stated", "rank-stated"]

What is said on the command line stands above them.
"""

from __future__ import annotations

import os
import re
from typing import Any

from dandang.cases.files import decode, read_bytes
from dandang.errors import BadParameter, MalformedFile
from dandang.model import Place

#: What may be set, and how it is written.
_KEYS = {"select": '["…"]', "ignore": '["…"]'}


def settings(folder: str | None = None) -> dict[str, Any]:
    """The settings that hold in a folder, empty where there are none. Raises UnreadableFile, MalformedFile or BadParameter."""
    here = os.path.abspath(folder or os.curdir)
    while True:
        for file, table in (("dandang.toml", ()), ("pyproject.toml", ("tool", "dandang"))):
            path = os.path.join(here, file)
            if os.path.isfile(path) and (found := _read(path, table)):
                return found
        above = os.path.dirname(here)
        if above == here:
            return {}
        here = above


def _read(path: str, table: tuple[str, ...]) -> dict[str, Any]:
    content = read_bytes(path)
    if table and b"[tool.dandang]" not in content:
        return {}
    import tomllib

    text = decode(content, path) if content.strip() else ""
    try:
        found: Any = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _malformed(error, path) from error
    for name in table:
        found = found.get(name, {})
        if not isinstance(found, dict):
            hint = ("设置写在 [tool.dandang] 下面", "settings stand below [tool.dandang]")
            raise BadParameter(f"“{name}”应是一张表", f'"{name}" should be a table', hint=hint, place=Place(path))
    own: dict[str, Any] = found
    for key, value in own.items():
        _check(key, value, path)
    return own


def _malformed(error: Exception, path: str) -> MalformedFile:
    """What is wrong with a file of settings, and where; a hint shows how it is written, since the parser speaks English only."""
    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", str(error))
    place = Place(path, int(found[2]), int(found[3])) if found and found[2] else Place(path)
    said = found[1] if found else str(error)
    hint = ('例如 ignore = ["post-stated", "rank-stated"]', 'as in ignore = ["post-stated", "rank-stated"]')
    zh = "值没有写完，或者引号、括号没有成对" if found and not found[2] else "这一行的写法不对"
    return MalformedFile(f"TOML 语法错误：{zh}", f"TOML syntax error: {said}", hint=hint, place=place)


def _check(key: str, value: Any, path: str) -> None:
    place = Place(path, path=key)
    if key not in _KEYS:
        known = "、".join(_KEYS)
        hint = (f"可以写的有：{known}", f"one can set: {', '.join(_KEYS)}")
        raise BadParameter(f"不认识的设置“{key}”", f'unknown setting "{key}"', hint=hint, place=place)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        hint = (f"写成 {key} = {_KEYS[key]}", f"write {key} = {_KEYS[key]}")
        raise BadParameter(
            f"设置“{key}”的值不可用", f'the value of the setting "{key}" cannot be used', hint=hint, place=place
        )
