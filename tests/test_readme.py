"""What the READMEs show is what the program does."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import dandang
from dandang.cli import main
from dandang.cli.parser import build_parser

READMES = ("README.md", "README.zh.md")


def blocks(root: Path, name: str, language: str) -> list[str]:
    text = (root / name).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def without_receipt(text: str) -> list[str]:
    """The lines but the one with the date and the dataset's hash."""
    return [line.rstrip() for line in text.rstrip().splitlines() if " · dandang " not in line]


@pytest.mark.parametrize("name", READMES)
def test_commands_print_what_is_shown(
    root: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root)
    found = blocks(root, name, "console")
    assert found
    for block in found:
        command, _, shown = block.partition("\n")
        assert command.startswith("$ dandang ")
        assert main(shlex.split(command)[2:]) == 0
        assert without_receipt(capsys.readouterr().out) == without_receipt(shown)


@pytest.mark.parametrize("name", READMES)
def test_every_command_is_named(root: Path, name: str) -> None:
    text = (root / name).read_text(encoding="utf-8")
    help_ = build_parser("en").format_help()
    for command in re.findall(r"^    (\w+)  ", help_, re.MULTILINE):
        assert f"dandang {command}" in text, command


@pytest.mark.parametrize("name", READMES)
def test_the_case_shown_is_the_case_shipped(root: Path, name: str) -> None:
    shipped = (root / "data/cases/2018-017-old-community-renewal.yaml").read_text(encoding="utf-8")
    assert shipped in blocks(root, name, "yaml")


def test_the_python_example_runs(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root)
    (example,) = blocks(root, "README.md", "python")
    exec(compile(example, "README.md", "exec"), {})
    assert "undetermined" in capsys.readouterr().out


def test_the_public_surface_is_what_it_says() -> None:
    for name in dandang.__all__:
        assert getattr(dandang, name)
    with pytest.raises(AttributeError):
        _ = dandang.nothing  # type: ignore[attr-defined]
