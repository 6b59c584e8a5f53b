"""The fields of a case file: each key has one method; what it cannot use becomes a finding, and reading goes on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from dandang.cases.nearest import suggested_facts
from dandang.cases.nodes import Mapping_, Node, Scalar, Sequence_
from dandang.cases.tidying import date_of_serial, is_date, tidied, tidied_date, tidied_key
from dandang.cases.words import table_words
from dandang.messages import Text
from dandang.model import Cadre, Case, DecidedSanction, Fact, Finding, Place, Policy, Truth
from dandang.vocabulary import Vocabulary

VALUES: dict[str, tuple[Truth, bool]] = {
    **dict.fromkeys(("yes", "true", "y", "是", "有", "属实", "成立", "√", "✓", "✔"), (True, False)),
    **dict.fromkeys(("no", "false", "n", "否", "无", "没有", "不属实", "不成立", "×", "✗", "✘"), (False, False)),
    **dict.fromkeys(("unknown", "", "~", "null", "?", "\uff1f", "不明", "未知", "待查"), (None, False)),
    **dict.fromkeys(("contested", "有争议", "争议"), (None, True)),
}


class CaseReader:
    """Reads one case from its nodes, collecting findings."""

    def __init__(self, policy: Policy, vocabulary: Vocabulary) -> None:
        self.policy = policy
        self.vocabulary = vocabulary
        self.findings: list[Finding] = []
        self.case_id = ""

    def case(self, node: Mapping_) -> Case:
        """The case of a mapping node."""
        fields = self.fields(node, CASE_KEYS, "case")
        self.case_id = self.identifier(fields.get("id"), node.place)
        return Case(
            id=self.case_id,
            title=self.text(fields.get("title")),
            on=self.date(fields.get("on")),
            decided=self.date(fields.get("decided")),
            cadre=self.cadre(fields.get("cadre")),
            domain=self.concept("domain", fields.get("domain")),
            summary=self.text(fields.get("summary")),
            facts=self.facts(fields.get("facts")),
            sanctions=self.sanctions(fields.get("sanctions")),
            claims=self.claims(fields.get("claims")),
            note=self.text(fields.get("note")),
            place=node.place,
            places={key: value.place for key, value in fields.items()},
        )

    # -- the parts of a case --

    def identifier(self, node: Node | None, place: Place) -> str:
        text = self.text(node)
        if node is not None and text and not all(character.isalnum() or character in "._-" for character in text):
            self.report(
                "bad-id",
                node.place,
                text,
                Text(f"编号“{text}”里有不能用的字符", f'the id "{text}" has characters that cannot be used'),
                Text("只用字母、数字、汉字、. _ -", "use letters, digits, . _ and - only"),
                fix=tidied(text, lambda tidy: all(sign.isalnum() or sign in "._-" for sign in tidy)),
            )
            return ""
        return text

    def cadre(self, node: Node | None) -> Cadre:
        mapping = self.mapping(node, "cadre")
        if mapping is None:
            return Cadre()
        fields = self.fields(mapping, ("rank", "post", "lion"), "cadre")
        lion = fields.get("lion")
        return Cadre(
            self.concept("rank", fields.get("rank")),
            self.text(fields.get("post")),
            self.value(lion)[0] if lion is not None else None,
        )

    def facts(self, node: Node | None) -> tuple[Fact, ...]:
        mapping = self.mapping(node, "facts")
        found: dict[str, Fact] = {}
        for key, value in mapping.pairs if mapping else ():
            fact = self.fact(key, value)
            if fact is None:
                continue
            earlier = found.setdefault(fact.type, fact)
            if earlier is not fact:
                self.twice(key, earlier, fact)
        return tuple(found.values())

    def fact(self, key: Scalar, node: Node) -> Fact | None:
        """One line under `facts`: a plain value, or a mapping with evidence."""
        fields: dict[str, Node] = {"value": node}
        if isinstance(node, Mapping_):
            fields = self.fields(node, ("value", "evidence", "found_by", "on"), "fact")
        value, contested = self.value(fields.get("value"))
        meant = self.fact_type(key)
        if meant is None:
            return None
        iri, positive = meant
        return Fact(
            iri,
            value if positive or value is None else not value,
            contested,
            self.text(fields.get("evidence")),
            self.text(fields.get("found_by")),
            self.date(fields.get("on")),
            place=key.place,
        )

    def fact_type(self, key: Scalar) -> tuple[str, bool] | None:
        candidates = self.vocabulary.fact(key.text)
        if len(candidates) == 1:
            return next(iter(candidates))
        if candidates:
            options = [self.policy.facts[iri].label for iri, _ in sorted(candidates)]
            self.report(
                "ambiguous-fact",
                key.place,
                key.text,
                Text(f"事实“{key.text}”有歧义", f'the fact "{key.text}" is ambiguous'),
                _choose(options, Text("请写明是", "write which one is meant:")),
            )
        else:
            self.report(
                "unknown-fact",
                key.place,
                key.text,
                Text(f"没有名为“{key.text}”的事实", f'there is no fact named "{key.text}"'),
                did_you_mean(suggested_facts(key.text, self.vocabulary)),
                fix=tidied(key.text, lambda tidy: len(self.vocabulary.fact(tidy)) == 1),
            )
        return None

    def twice(self, key: Scalar, earlier: Fact, later: Fact) -> None:
        """A fact stated twice: an error when the values differ, a warning when they agree."""
        label = self.policy.facts[later.type].label
        where = _other(earlier.place)
        if earlier.value != later.value:
            self.report(
                "contradictory-facts",
                key.place,
                key.text,
                Text(
                    f"事实“{label.zh}”前后矛盾（{where.zh}的值不同）",
                    f'the fact "{label.en}" contradicts {where.en}',
                ),
                Text("只保留一处；有争议时写 contested", "keep one of them; write contested if it is disputed"),
            )
        else:
            self.report(
                "repeated-fact",
                key.place,
                key.text,
                Text(
                    f"事实“{label.zh}”写了两次（另一处在{where.zh}）",
                    f'the fact "{label.en}" is stated twice (also at {where.en})',
                ),
                Text("删去一处", "remove one of them"),
                severity="warning",
            )

    def sanctions(self, node: Node | None) -> tuple[DecidedSanction, ...]:
        return tuple(filter(None, (self.sanction(item) for item in self.items(node, "sanctions"))))

    def sanction(self, node: Node) -> DecidedSanction | None:
        if isinstance(node, Scalar):
            measure = self.concept("measure", node)
            return DecidedSanction(measure, place=node.place) if measure else None
        mapping = self.mapping(node, "sanctions")
        if mapping is None:
            return None
        fields = self.fields(mapping, ("measure", "on", "by", "ground"), "sanction")
        decided = DecidedSanction(
            self.concept("measure", fields.get("measure")),
            self.date(fields.get("on")),
            self.text(fields.get("by")),
            self.text(fields.get("ground")),
            node.place,
        )
        if not decided.measure and not self.text(fields.get("measure")):
            self.unnamed_measure(node.place)
        return decided if decided.measure else None

    def unnamed_measure(self, place: Place) -> None:
        self.report(
            "unknown-measure",
            place,
            "",
            Text("处理没有写明措施", "a sanction names no measure"),
            _choose(self.vocabulary.concept_labels("measure"), Text("可用的有", "use one of")),
        )

    def claims(self, node: Node | None) -> tuple[str, ...]:
        found = []
        for item in self.items(node, "claims"):
            text = self.text(item)
            clause = self.policy.by_notation.get(text.upper()) or self.policy.clauses.get(text)
            if clause:
                found.append(clause.iri)
            elif text:
                exemptions = [c.notation for c in self.policy.clauses.values() if c.kind == "ExemptionClause"]
                self.report(
                    "unknown-clause",
                    item.place,
                    text,
                    Text(f"没有条款“{text}”", f'there is no clause "{text}"'),
                    Text(f"容错条款有：{'、'.join(exemptions)}", f"exemption clauses are: {', '.join(exemptions)}"),
                    fix=tidied(text, lambda tidy: tidy.upper() in self.policy.by_notation),
                )
        return tuple(found)

    # -- kinds of values --

    def value(self, node: Node | None) -> tuple[Truth, bool]:
        """Yes, no, unknown or contested."""
        text = self.text(node)
        found = VALUES.get(text.lower())
        if found is None:
            self.report(
                "bad-value",
                node.place if node else None,
                text,
                Text(f"“{text}”不是可用的值", f'"{text}" is not a value that can be used'),
                Text(
                    "请写 yes（是）、no（否）、unknown（不明）或 contested（有争议）",
                    "write yes, no, unknown or contested",
                ),
                fix=tidied(text, lambda tidy: tidy.lower() in VALUES),
            )
            return None, False
        return found

    def concept(self, scheme: str, node: Node | None) -> str:
        """The IRI of a concept of a scheme, by label, notation, slug or IRI."""
        text = self.text(node)
        if node is None or not text:
            return ""
        found = self.vocabulary.concept(scheme, text)
        if found is None:
            names = {"rank": ("职级", "rank"), "domain": ("领域", "domain"), "measure": ("处理措施", "measure")}[scheme]
            self.report(
                f"unknown-{scheme}",
                node.place,
                text,
                Text(f"“{text}”不是已知的{names[0]}", f'"{text}" is not a known {names[1]}'),
                _choose(self.vocabulary.concept_labels(scheme), Text("可用的有", "use one of")),
                fix=tidied(text, lambda tidy: self.vocabulary.concept(scheme, tidy) is not None),
            )
            return ""
        return found

    def date(self, node: Node | None) -> str:
        """A calendar date as YYYY-MM-DD."""
        text = self.text(node)
        if node is None or not text or is_date(text):
            return text
        self.report(
            "bad-date",
            node.place,
            text,
            Text(f"“{text}”不是日期", f'"{text}" is not a date'),
            Text("请写成 2018-09-01 的样子", "write it like 2018-09-01"),
            fix=tidied_date(text) or (date_of_serial(text) if node.place.cell else ""),
        )
        return ""

    def text(self, node: Node | None) -> str:
        if node is None:
            return ""
        if isinstance(node, Scalar):
            return node.text
        self.report(
            "not-text",
            node.place,
            "",
            Text("这里应是一个值，不是列表或分组", "this should be one value, not a list or a group"),
        )
        return ""

    def items(self, node: Node | None, name: str) -> Iterable[Node]:
        if isinstance(node, Sequence_):
            return node.items
        if node is None or (isinstance(node, Scalar) and not node.text):
            return ()
        return (node,)

    def mapping(self, node: Node | None, name: str) -> Mapping_ | None:
        if isinstance(node, Mapping_):
            return node
        if node is not None and not (isinstance(node, Scalar) and not node.text):
            self.report(
                "not-a-group",
                node.place,
                "",
                Text(f"{name} 下应是“键：值”", f"{name} should hold `key: value` lines"),
                Text("键后用半角冒号加一个空格", "put a colon and a space after the key; not a full-width colon"),
            )
        return None

    def fields(self, node: Mapping_, allowed: tuple[str, ...], what: str) -> dict[str, Node]:
        """The known fields of a mapping; unknown and repeated keys are reported."""
        found: dict[str, Node] = {}
        for key, value in node.pairs:
            if key.text not in allowed:
                self.unknown_key(key, allowed)
            elif key.text in found:
                self.repeated_key(key)
            else:
                found[key.text] = value
        return found

    def unknown_key(self, key: Scalar, allowed: tuple[str, ...]) -> None:
        if key.place.cell:
            from dandang.cases.headings import unknown_item

            item = unknown_item(key.text)
            self.report("unknown-key", key.place, key.text, item.message, item.hint, fix=item.fix)
            return
        self.report(
            "unknown-key",
            key.place,
            key.text,
            Text(f"不认识的键“{key.text}”", f'unknown key "{key.text}"'),
            Text(f"这里可用：{'、'.join(allowed)}", f"here one can use: {', '.join(allowed)}"),
            fix=tidied_key(key.text, allowed),
        )

    def repeated_key(self, key: Scalar) -> None:
        name = Text(f"键“{key.text}”", f'the key "{key.text}"')
        if key.place.cell:
            from dandang.cases.headings import item_named

            name = item_named(key.text)
        self.report(
            "repeated-key",
            key.place,
            key.text,
            Text(f"{name.zh}写了两次", f"{name.en} is there twice"),
            Text("只保留一处", "keep one of them"),
        )

    def report(
        self,
        rule: str,
        place: Place | None,
        value: str,
        message: Text,
        hint: Text | None = None,
        *,
        severity: Literal["error", "warning"] = "error",
        fix: str = "",
    ) -> None:
        if fix:
            hint = Text(f"请写成“{fix}”", f'write "{fix}"')
        elif hint and place and place.cell:
            hint = table_words(hint)
        self.findings.append(Finding(rule, message, hint, place, severity, self.case_id, value, fix=fix))


CASE_KEYS = ("id", "title", "on", "decided", "cadre", "domain", "summary", "facts", "sanctions", "claims", "note")


def did_you_mean(close: Iterable[Text]) -> Text:
    """The hint for a fact that is not known, with the names it may have been meant for."""
    names = list(close)
    if not names:
        return Text("可用的事实见 `dandang ask cq-18` 或网页“事实”一栏", "the facts are listed on the page “Facts”")
    zh, en = "、".join(text.zh for text in names), ", ".join(text.en for text in names)
    return Text(f"是不是：{zh}？", f"did you mean: {en}?")


def _other(place: Place | None) -> Text:
    """Where the same thing stands too."""
    if place is None or not (place.cell or place.line):
        return Text("另一处", "the other place")
    if place.cell:
        return Text(f" {place.cell} ", place.cell)
    return Text(f"第 {place.line} 行", f"line {place.line}")


def _choose(options: Iterable[Text], lead: Text) -> Text:
    options = list(options)
    # Labels may hold commas.
    return Text(f"{lead.zh}\uff1a{'；'.join(o.zh for o in options)}", f"{lead.en} {'; '.join(o.en for o in options)}")
