"""The policy read once: the model and the graph, kept in the user's cache under the hash of the files they come from.

Reading the Turtle files anew takes most of a short command's time. A snapshot is only a copy: with the cache gone, unwritable or switched
off (DANDANG_CACHE=off) everything works, a little slower.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pyoxigraph as ox

from dandang import __version__, resources
from dandang.model import Policy
from dandang.store import Store, dataset_digest


def policy() -> Policy:
    """The policy of the data files."""
    files = resources.data_files()
    content = _kept(f"{dataset_digest(files)}.policy", lambda: pickle.dumps(_read(files), pickle.HIGHEST_PROTOCOL))
    try:
        found = pickle.loads(content)
    except (pickle.UnpicklingError, EOFError, AttributeError, ImportError, IndexError, TypeError, ValueError):
        found = None
    return found if isinstance(found, Policy) else _read(files)


def store() -> Store:
    """A store with the policy graph and its compiled rules."""
    files = resources.data_files()
    content = _kept(f"{dataset_digest(files)}.nq", lambda: _serialised(files))
    found = Store()
    try:
        found.oxigraph.load(content, ox.RdfFormat.N_QUADS)
    except SyntaxError:
        # A damaged file in the cache must not stop anybody.
        found = Store(_graph(files))
    return found


# The modules that read the files are imported only where there is no snapshot.


def _read(files: list[Path]) -> Policy:
    from dandang.policy import load_policy

    return load_policy(files)


def _serialised(files: list[Path]) -> bytes:
    return ox.serialize(_graph(files), format=ox.RdfFormat.N_QUADS) or b""


def _graph(files: list[Path]) -> list[ox.Quad]:
    from dandang.compiled import derived_quads
    from dandang.policy import load_quads

    return [*load_quads(files), *derived_quads(_read(files))]


def kept(name: str, build: Callable[[], bytes]) -> bytes:
    """The content kept under a name with its checksum, built and kept where it is not there yet, is damaged, or is not the user's own. The ending of the
    name says what it is: of each kind one is kept."""
    content = b""

    def built() -> bytes:
        nonlocal content
        content = build()
        return sha256(content).digest() + content

    found = _kept(name, built)
    if found[:32] != sha256(found[32:]).digest():
        folder, found = _folder(), built()
        if folder:
            _keep(folder / name, found)
    return content or found[32:]


def _kept(name: str, build: Callable[[], bytes]) -> bytes:
    """The content kept under a name, built and kept where it is not there yet."""
    folder = _folder()
    if folder is None:
        return build()
    path = folder / name
    try:
        return _own(path)
    except OSError:
        content = build()
        _keep(path, content)
        return content


def _own(path: Path) -> bytes:
    """The content of a file. Raises OSError where it is another's, or others may write in it: a copy is believed."""
    status = path.stat()
    if hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & 0o022):
        raise PermissionError(path)
    return path.read_bytes()


def _keep(path: Path, content: bytes) -> None:
    """Write beside the place and move: a reader never sees half a file. Older snapshots go."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        draft.replace(path)
        for other in path.parent.glob(f"*{path.suffix}"):
            if other != path:
                other.unlink(missing_ok=True)
    except OSError:
        return


def _folder() -> Path | None:
    """The user's own cache folder for this version; None where there is none."""
    if os.environ.get("DANDANG_CACHE", "").lower() == "off":
        return None
    try:
        if sys.platform == "win32":
            base = Path(os.environ["LOCALAPPDATA"])
        else:
            base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except (KeyError, RuntimeError):
        return None
    return base / "dandang" / f"{__version__}-{_code_stamp():x}"


def _code_stamp() -> int:
    """Changes whenever the code that makes a snapshot does: a checkout keeps its version number for months."""
    names = ("model", "policy", "compiled", "store", "snapshot")
    stats = [os.stat(Path(__file__).with_name(f"{name}.py")) for name in names]
    return hash((sys.hexversion, *((stat.st_mtime_ns, stat.st_size) for stat in stats))) & 0xFFFFFFFFFFFF
