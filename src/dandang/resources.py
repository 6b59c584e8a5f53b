"""Finds ontology, data, queries and web files, in a checkout or in an installed wheel."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent.parent


def root() -> Path:
    """The folder that holds ontology/, data/, queries/ and web/."""
    if (_CHECKOUT / "ontology").is_dir() and (_CHECKOUT / "pyproject.toml").is_file():
        return _CHECKOUT
    return _PACKAGE / "_resources"


def ontology_files() -> list[Path]:
    """The OWL modules; not the shapes."""
    return sorted((root() / "ontology").glob("*.ttl"))


def shapes_file(name: str) -> Path:
    """One of the shapes graphs: reading, case, policy, assessment or style."""
    return root() / "ontology" / "shapes" / f"{name}.ttl"


def shape_examples(name: str) -> Path:
    """The bad and good examples for the rules of a shapes graph: reading, case or policy."""
    return root() / "ontology" / "shapes" / "examples" / f"{name}.yaml"


def scheme_files() -> list[Path]:
    """The SKOS schemes: domains, ranks, sanctions, fact types …"""
    return sorted((root() / "data" / "schemes").glob("*.ttl"))


def policy_files() -> list[Path]:
    """The policy documents shipped with dandang and, after them, those of the folders in DANDANG_DATA."""
    files = sorted((root() / "data" / "policies").rglob("*.ttl"))
    for folder in filter(None, os.environ.get("DANDANG_DATA", "").split(os.pathsep)):
        files += sorted(Path(folder).rglob("*.ttl"))
    return files


def case_files() -> list[Path]:
    """The example cases."""
    return sorted((root() / "data" / "cases").glob("*.yaml"))


def query_files(room: str) -> list[Path]:
    """The SPARQL files of one room of queries/: competency, pages or checks."""
    return sorted((root() / "queries" / room).glob("*.rq"))


def web_folder(name: str) -> Path:
    """web/templates or web/static."""
    return root() / "web" / name


def static_file(name: str) -> Path | None:
    """A file below web/static by its name there (`built/editor.js`), or None where there is none: no path can climb out of the
    folder."""
    folder = web_folder("static")
    path = folder / name
    return path if path in folder.rglob("*") and path.is_file() else None


def data_files() -> list[Path]:
    """All files that the policy is read from: schemes, then documents."""
    return [*scheme_files(), *policy_files()]
