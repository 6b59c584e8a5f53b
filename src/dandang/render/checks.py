"""Findings, and the closing lines of audits and reasoning."""

from __future__ import annotations

from collections.abc import Iterable

from dandang.messages import Text
from dandang.model import (
    Finding,
)
from dandang.namespaces import shorten


def findings_text(findings: Iterable[Finding], lang: str) -> str:
    """Findings, one after the other, with their severity as a word."""
    words = {"error": Text("错误", "error"), "warning": Text("注意", "warning"), "info": Text("提示", "info")}
    return "\n".join(f"{words[found.severity].in_(lang)} {found.render(lang)}" for found in findings)


def audit_text(quotes: int, exact: int, passages: int, same_text: bool | None, clean: bool) -> Text:
    """The closing line of an audit."""
    same = {
        True: Text("来源文本与建图时相同", "the source is the text the graph was made from"),
        False: Text("来源文本与建图时不同", "the source differs from the text the graph was made from"),
        None: Text("图谱没有记录来源文本的摘要", "the graph records no digest of the source"),
    }[same_text]
    whole = (
        Text("全部文字都有着落", "every word is accounted for")
        if clean
        else Text("有问题，见上", "see the findings above")
    )
    return Text(
        f"{exact}/{quotes} 条引文逐字相符，{passages} 段叙述性文字；{whole.zh}；{same.zh}",
        f"{exact}/{quotes} quotes exact, {passages} narrative passages; {whole.en}; {same.en}",
    )


def reasoning_text(
    consistent: bool, unsatisfiable: Iterable[str], inferred: Iterable[tuple[str, str]], reasoner: str
) -> Text:
    """What the reasoner found."""
    empty, pairs = list(unsatisfiable), list(inferred)
    lines = [
        Text(
            f"{reasoner}：本体{'一致' if consistent else '不一致'}",
            f"{reasoner}: the ontology is {'' if consistent else 'in'}consistent",
        ),
        Text(f"不可满足的类：{'、'.join(empty) or '无'}", f"unsatisfiable classes: {', '.join(empty) or 'none'}"),
        Text(f"推出的分类 {len(pairs)} 条", f"{len(pairs)} inferred classifications"),
        *(Text(f"  {shorten(sub)} ⊑ {shorten(sup)}", f"  {shorten(sub)} ⊑ {shorten(sup)}") for sub, sup in pairs),
    ]
    return Text("\n".join(line.zh for line in lines), "\n".join(line.en for line in lines))
