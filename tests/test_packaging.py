"""The package as others get it: the wheel works from any folder, the versions agree, nothing of a machine leaks in."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import tarfile
import time
import tomllib
import urllib.error
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib import metadata
from pathlib import Path

import pytest
import rdflib
import yaml
from packaging.requirements import Requirement
from rdflib.namespace import OWL, RDF

import dandang
from serving import free_port

#: Folders of the checkout that the wheel carries under dandang/_resources.
CARRIED = ("ontology", "data", "queries", "web/templates", "web/static")

#: No proxy: every address asked here is this machine's own.
LOCAL = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def clean_environment() -> dict[str, str]:
    """The environment less what could lend the checkout's code or data to the installed package."""
    dropped = ("PYTHON", "DANDANG_", "COV_", "COVERAGE_", "VIRTUAL_ENV")
    return {key: value for key, value in os.environ.items() if not key.startswith(dropped)}


def build(root: Path, target: str, folder: Path, *, front_end: bool = False) -> Path:
    """The wheel or sdist of the sources in `root`, built with the pinned hatchling and no network. The front end goes in as it was
    built before, or is left out."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    environment = clean_environment() | (
        {"npm_config_offline": "true"} if front_end else {"DANDANG_SKIP_FRONTEND": "1"}
    )
    subprocess.run(command, cwd=root, check=True, capture_output=True, env=environment, timeout=120)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(root, "wheel", tmp_path_factory.mktemp("wheel"))


@dataclass(frozen=True)
class Installation:
    """A fresh environment that holds the wheel, and an empty folder to run it from."""

    bin: Path
    elsewhere: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.bin / command[0]), *command[1:]],
            cwd=self.elsewhere,
            env=clean_environment(),
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    home = tmp_path_factory.mktemp("clean") / "venv"
    venv.create(home, with_pip=False)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    pip = [sys.executable, "-m", "pip", "--python", str(scripts / "python"), "install", "--quiet"]
    subprocess.run([*pip, "--no-index", "--no-deps", str(wheel)], check=True, env=clean_environment(), timeout=120)
    # The dependencies come from the running environment, so that no network is needed. A folder named in a .pth file
    # comes last on the path and its own .pth files are not read: the checkout's editable install stays out.
    site = next(home.rglob("site-packages"))
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "borrowed.pth").write_text("\n".join(sorted(borrowed)), encoding="utf-8")
    return Installation(bin=scripts, elsewhere=tmp_path_factory.mktemp("elsewhere"))


def published_files(root: Path) -> list[str]:
    """The files that git has or would take; all files where this is not a git checkout (an unpacked sdist)."""
    if (root / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listing = subprocess.run(command, cwd=root, check=True, capture_output=True, encoding="utf-8", timeout=60)
        names = [name for name in listing.stdout.split("\0") if name]
    else:
        ignored = {".venv", "build", "dist", "__pycache__", "node_modules"}
        names = [
            path.relative_to(root).as_posix()
            for path in root.rglob("*")
            if not ignored.intersection(part for part in path.parts) and not path.name.startswith(".coverage")
        ]
    return sorted(name for name in names if (root / name).is_file())


def test_wheel_carries_every_resource_file(root: Path, wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    wanted = {f"dandang/_resources/{name}" for name in published_files(root) if name.startswith(CARRIED)}
    for folder in CARRIED:
        assert any(name.startswith(f"dandang/_resources/{folder}/") for name in wanted), f"{folder}/ is empty"
    assert {name for name in inside if name.startswith("dandang/_resources/")} == wanted
    assert "dandang/py.typed" in inside


def test_wheel_carries_the_front_end(root: Path, wheel: Path, front_end: Path, tmp_path: Path) -> None:
    """The built files and nothing else beside what a wheel without them has."""
    whole = build(root, "wheel", tmp_path, front_end=True)
    with zipfile.ZipFile(wheel) as without, zipfile.ZipFile(whole) as archive:
        more = set(archive.namelist()) - set(without.namelist())
        assert set(without.namelist()) <= set(archive.namelist())
    assert more == {f"dandang/_resources/web/static/built/{path.name}" for path in front_end.iterdir()}


def test_installed_wheel_is_what_runs(installed: Installation) -> None:
    result = installed.run("python", "-c", "import dandang; print(dandang.__file__)")
    assert Path(result.stdout.strip()).is_relative_to(installed.bin.parent), result.stderr


def test_installed_wheel_assesses_a_case(root: Path, installed: Installation) -> None:
    case = min((root / "data" / "cases").glob("*.yaml"))
    result = installed.run("dandang", "assess", str(case), "--format", "json")
    assert result.returncode in (0, 1), result.stderr
    (answer,) = json.loads(result.stdout)
    assert answer["verdict"]
    assert {f"E{number}" for number in range(1, 11)} <= answer["clauses"].keys()


@contextmanager
def serving(installed: Installation) -> Iterator[str]:
    """The address of `dandang serve`, run by the installed package until the block ends."""
    port = free_port()
    log = installed.elsewhere.parent / f"serve-{port}.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [str(installed.bin / "dandang"), "serve", "--host", "127.0.0.1", "--port", str(port)],
            cwd=installed.elsewhere,
            env=clean_environment(),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            deadline = time.monotonic() + 60
            while not answers(port):
                running = server.poll() is None and time.monotonic() < deadline
                assert running, f"no answer from dandang serve:\n{log.read_text(encoding='utf-8', errors='replace')}"
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait(timeout=10)


def split_before(lines: list[list[str]], word: str) -> list[list[list[str]]]:
    """The stages of a Containerfile."""
    stages: list[list[list[str]]] = []
    for line in lines:
        if line[0] == word:
            stages.append([])
        stages[-1].append(line)
    return stages


def answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def test_installed_wheel_serves_a_clause(installed: Installation) -> None:
    with serving(installed) as address, LOCAL.open(f"{address}/clauses/E7", timeout=30) as answer:
        assert answer.status == 200
        page = answer.read().decode("utf-8")
    assert "E7" in page
    assert "挽回损失" in page
    assert list(installed.elsewhere.iterdir()) == [], "running from a folder must leave nothing in it"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="the image is one of Linux")
def test_the_container_image_is_made_as_its_file_says(root: Path, wheel: Path, tmp_path: Path) -> None:
    """The steps of the Containerfile, each as it stands but for the root folder; then its server, asked by its health check."""
    folders = {name: tmp_path / name.strip("/").replace("/", "-") for name in ("/build/", "/opt/dandang")}
    (folders["/build/"]).mkdir()
    text = (root / "docs" / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    for name, folder in folders.items():
        text = text.replace(name, f"{folder}/" if name.endswith("/") else str(folder))
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]
    build, run = (list(group) for group in split_before(lines, "FROM"))
    for kind, rest in build:
        if kind == "COPY":
            *sources, target = rest.split()
            for source in sources:
                found = wheel if source.startswith("dist/") else root / source
                assert fnmatch(found.name, Path(source).name)
                shutil.copy(found, target)
        elif kind == "RUN":
            command = rest.replace("python -m venv", f"{sys.executable} -m venv")
            subprocess.run(command, shell=True, check=True, env=clean_environment(), cwd=tmp_path, timeout=900)
    told = dict(run)
    environment = clean_environment() | dict(pair.split("=", 1) for pair in told["ENV"].split())
    environment["PATH"] = f"{folders['/opt/dandang']}/bin{os.pathsep}{os.environ['PATH']}"
    port = str(free_port())
    command = [*json.loads(told["ENTRYPOINT"]), *json.loads(told["CMD"])]
    command = [{"0.0.0.0": "127.0.0.1", "8018": port}.get(word, word) for word in command]
    server = subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + 60
        while not answers(int(port)) and server.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        health = json.loads(told["HEALTHCHECK"].partition("CMD ")[2].replace("8018", port))
        subprocess.run(health, check=True, env=environment, timeout=30)
    finally:
        server.terminate()
        log, _ = server.communicate(timeout=30)
    assert b'"route": "/healthz"' in log
    assert server.returncode == 0


@pytest.mark.slow
@pytest.mark.usefixtures("front_end")
def test_sdist_is_complete(root: Path, tmp_path: Path) -> None:
    """The sdist holds every published file and the front end; the wheel built from it, without npm, is that of the checkout."""
    wheel = build(root, "wheel", tmp_path / "wheel", front_end=True)
    sdist = build(root, "sdist", tmp_path / "sdist", front_end=True)
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    assert not (unpacked / "web" / "node_modules").exists()
    assert set(published_files(root)) <= {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*")}
    rebuilt = build(unpacked, "wheel", tmp_path / "rebuilt", front_end=True)
    with zipfile.ZipFile(wheel) as first, zipfile.ZipFile(rebuilt) as second:
        assert set(first.namelist()) == set(second.namelist())


def test_versions_agree(root: Path, wheel: Path) -> None:
    version = dandang.__version__
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert wheel.name.split("-")[1] == version, "pyproject.toml reads the version from the package"
    assert str(yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))["version"]) == version
    modules = sorted((root / "ontology").glob("*.ttl"))
    assert modules
    for module in modules:
        graph = rdflib.Graph().parse(module, format="turtle")
        stated = {
            str(value)
            for ontology in graph.subjects(RDF.type, OWL.Ontology)
            for value in graph.objects(ontology, OWL.versionInfo)
        }
        assert stated == {version}, module.name


#: A pin: the name, the extras, the version.
PIN = r"([A-Za-z0-9._-]+)(?:\[([a-z0-9,-]+)\])?==(\S+)"


def pins(file: Path) -> dict[str, str]:
    found = re.findall(rf"^{PIN}", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {name: version for name, _, version in found}


@pytest.mark.parametrize("name", ["build", "run", "test", "lock"])
def test_requirements_are_pinned_by_hash_and_name_no_host(root: Path, name: str) -> None:
    text = (root / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if not entry.startswith("#")]
    assert entries
    for entry in entries:
        assert re.match(rf"{PIN} \\\n\s+--hash=sha256:[0-9a-f]{{64}}", entry), entry.splitlines()[0]
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash=)", text, flags=re.MULTILINE)
    assert not re.search(r"(?:^|\s)/\w", text), "a path of a machine"


def test_pins_of_the_tests_are_those_of_the_program(root: Path) -> None:
    run = pins(root / "requirements" / "run.txt")
    build_tools = pins(root / "requirements" / "build.txt")
    test = pins(root / "requirements" / "test.txt")
    assert run.items() <= test.items()
    assert {name: version for name, version in build_tools.items() if name in test}.items() <= test.items()


def test_pins_cover_the_declared_dependencies(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    def names(requirements: list[str]) -> set[str]:
        return {re.split(r"[<>=!~\[; ]", requirement)[0].lower() for requirement in requirements}

    assert names(project["dependencies"]) <= pins(root / "requirements" / "run.txt").keys()
    assert names(project["optional-dependencies"]["test"]) <= pins(root / "requirements" / "test.txt").keys()


@pytest.mark.parametrize("name", ["run", "test"])
def test_extras_that_packages_ask_of_each_other_stand_in_the_pins(root: Path, name: str) -> None:
    """Without them pip takes the newest release for `package[extra]`, finds no hash for it, and installs nothing."""
    text = (root / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    pinned = {own: set(extras.split(",")) for own, extras, _ in re.findall(rf"^{PIN}", text, flags=re.MULTILINE)}
    asked = [
        requirement
        for own in pinned
        for requirement in map(Requirement, metadata.requires(own) or ())
        if requirement.extras and (requirement.marker is None or requirement.marker.evaluate({"extra": ""}))
    ]
    assert asked, "no package asks for an extra of another: the test looks at nothing"
    for requirement in asked:
        assert requirement.extras <= pinned[requirement.name], requirement


def test_no_path_of_a_machine_is_published(root: Path) -> None:
    machine = re.compile(rb"(?<![\w.])/(?:root|work|home/\w+|Users/\w+|tmp/\w*bash\w*)/")
    found = [
        f"{name}:{number}: {line.decode('utf-8', 'replace').strip()[:120]}"
        for name in published_files(root)
        for number, line in enumerate((root / name).read_bytes().splitlines(), start=1)
        if machine.search(line)
    ]
    assert found == []
