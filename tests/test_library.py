"""What `import dandang` offers, and docs/library.md says: the same names, parameters and errors."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import dandang
from dandang import errors, resources
from dandang.errors import BadParameter

DOCUMENT = (resources.root() / "docs" / "library.md").read_text(encoding="utf-8")
#: The text about each name.
SECTIONS = dict(re.findall(r"^### `(\w+)`\n(.*?)(?=^### |\Z)", DOCUMENT, re.MULTILINE | re.DOTALL))
FUNCTIONS = sorted(set(dandang.__all__) - {"__version__"})


def test_every_public_name_is_documented_and_no_other() -> None:
    assert set(SECTIONS) == set(dandang.__all__)
    assert {name for name in dir(dandang) if not name.startswith("_")} - set(dandang.__all__) <= set(
        sys.modules["dandang"].__dict__
    )
    assert set(dandang._HOMES) == set(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_documented_with_its_parameters_and_errors(name: str) -> None:
    function = getattr(dandang, name)
    parameters = inspect.signature(function).parameters
    (shown,) = re.findall(rf"^`{name}\((.*?)\)`", SECTIONS[name].strip(), re.MULTILINE)
    written = [re.sub(r"\s", "", one) for one in shown.split(", ")]
    known = [
        one.name
        if one.default is inspect.Parameter.empty
        else f"{one.name}={str(one.default) if not isinstance(one.default, str) else chr(34) + one.default + chr(34)}"
        for one in parameters.values()
    ]
    assert written == known
    text = SECTIONS[name]
    assert "\nRaises " in text
    for error in re.findall(r"`([A-Z]\w+)`", text.partition("\nRaises ")[2]):
        assert issubclass(getattr(errors, error), errors.DandangError)
    assert inspect.getdoc(function)
    hints = inspect.get_annotations(function)
    assert set(hints) == {*parameters, "return"}


def test_importing_costs_nothing() -> None:
    script = "import sys, dandang; print([n for n in ('pyoxigraph', 'rdflib', 'yaml', 'flask') if n in sys.modules])"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The code of the page, with the files that it names."""
    monkeypatch.chdir(tmp_path)
    case = "id: 甲-1\ntitle: 一\non: 2018-09-01\n"
    (tmp_path / "案件.yaml").write_text(case, encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    import gzip

    (tmp_path / "全部案件.jsonl.gz").write_bytes(gzip.compress('{"id": "甲-1", "title": "一"}\n'.encode()))
    exec(compile(code.replace("workers=2", "workers=1"), "library.md", "exec"), {})
    assert capsys.readouterr().out.startswith("甲-1 [")


@pytest.mark.parametrize(
    "given", [{"workers": 0}, {"workers": "a"}, {"workers": True}, {"today": "x"}, {"today": ""}, {"syntax": "yml2"}]
)
@pytest.mark.parametrize("function", [dandang.validate, dandang.assess_files])
def test_a_value_that_cannot_be_used_is_told_at_the_call(function: Any, given: dict[str, Any]) -> None:
    with pytest.raises(BadParameter) as raised:
        function("nowhere.jsonl", **given)
    (value,) = given.values()
    assert repr(value) in raised.value.render("zh") and repr(value) in raised.value.render("en")


def test_a_source_that_is_not_there_is_a_finding() -> None:
    (checked,) = dandang.validate("nowhere.jsonl")
    assert [finding.rule for finding in checked.findings] == ["unreadable-file"]
