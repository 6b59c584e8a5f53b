"""Options of `validate` that say nothing beside each other: told, and never passed over."""

from __future__ import annotations

from argparse import Namespace

from dandang.errors import BadParameter

#: What goes with which option not at all. A value that is not the default counts as written.
_AGAINST = {
    "fix": ("watch", "format", "output", "outcomes", "workers", "scheduler", "detail"),
    "watch": ("outcomes", "workers", "scheduler"),
    "policy": ("files", "fix", "watch", "outcomes", "workers", "scheduler", "detail", "syntax"),
}
_DEFAULTS = {"format": "text"}


def refuse_combinations(options: Namespace) -> None:
    """Raises BadParameter where an option would be without effect."""
    if options.write and not options.fix:
        raise BadParameter(
            "--write 要和 --fix 连用",
            "--write goes with --fix",
            hint=(
                "写成 --fix --write；要把检查结果写入文件，用 -o",
                "write --fix --write; to write findings to a file use -o",
            ),
        )
    for one, others in _AGAINST.items():
        other = next((name for name in others if _written(options, name)), "") if _written(options, one) else ""
        if other:
            _refuse(one, other)
    if options.watch and "-" in options.files:
        raise BadParameter(
            "标准输入不会再变，不能用 --watch",
            "standard input does not change: --watch needs files",
            hint=("写出文件或者文件夹", "name files or folders"),
        )


def _written(options: Namespace, name: str) -> bool:
    value = getattr(options, name)
    return value is not None if name == "policy" else bool(value) and value != _DEFAULTS.get(name)


def _refuse(one: str, other: str) -> None:
    zh, en = ("要检查的文件", "files to check") if other == "files" else (f" --{other} ", f"--{other}")
    hint = ("去掉其中一个", "leave one of them out")
    raise BadParameter(f"--{one} 不能和{zh}一起用", f"--{one} and {en} do not go together", hint=hint)
