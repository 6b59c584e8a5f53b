"""The minimal bad and good examples of rules, which `dandang explain` shows and a test runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dandang import resources
from dandang.errors import ResourceMissing
from dandang.messages import Text
from dandang.model import Example
from dandang.namespaces import CASES, ID, PREFIXES

#: The shapes files whose rules have examples, and the base of the relative IRIs in them.
_BASES: Mapping[str, str] = {"reading": CASES, "case": CASES, "policy": ID + "wuhan-2018/"}
#: The syntax of examples where they do not say.
_USUAL = {"reading": "yaml", "case": "yaml", "policy": "ttl"}
_PREFIX = re.compile(r"(?<![\w<:])([a-z]+):")
_RELATIVE = re.compile(r"<[^>:\s]*>")


def examples(name: str) -> dict[str, Example]:
    """The examples of the rules of a shapes file (reading, case or policy), by slug. Raises ResourceMissing."""
    import yaml

    path = resources.shape_examples(name)
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ResourceMissing(
            f"找不到规则的例子 {path.name}", f"the examples of rules {path.name} cannot be read"
        ) from error
    return {slug: _example(one, name) for slug, one in told.items()}


def _example(told: Mapping[str, Any], name: str) -> Example:
    syntax = told.get("syntax", _USUAL[name])
    if syntax == "words":
        return Example(syntax, Text(**told["bad"]), Text(**told["good"]))
    bad, good = told["bad"], told["good"]
    if syntax == "ttl":
        bad, good = _whole(bad, _BASES[name]), _whole(good, _BASES[name])
    return Example(syntax, Text(bad, bad), Text(good, good))


def _whole(turtle: str, base: str) -> str:
    """Turtle with the base and the prefixes that it uses."""
    used = set(_PREFIX.findall(turtle))
    lines = [f"@base <{base}> ."] if _RELATIVE.search(turtle) else []
    lines += [f"@prefix {prefix}: <{iri}> ." for prefix, iri in PREFIXES.items() if prefix in used]
    return "\n".join([*lines, "", turtle])
