"""`validate`: case files, or with `--policy` the policy data. Returns the exit status."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import compress
from typing import TYPE_CHECKING

from dandang import __version__, resources
from dandang.cases.reading import ReadCase, without_duplicates
from dandang.cli.inputs import Readings, case_files, chosen_rules, is_dump
from dandang.cli.output import print_findings, spare_sources
from dandang.cli.settings import settings
from dandang.errors import ResourceMissing, UnreadableFile
from dandang.messages import Text
from dandang.model import Finding, Place, Policy, Rule
from dandang.namespaces import DD

if TYPE_CHECKING:
    import pyoxigraph as ox

#: More cases than these are checked by the compiled shapes, which take seconds to make ready and then a fraction of a millisecond a case.
_FEW = 100


def validate(options: Namespace) -> int:
    """`dandang validate FILES`: exit 1 when anything is wrong, warnings and hints alone leave it 0."""
    from dandang.cli.combining import refuse_combinations

    refuse_combinations(options)
    if options.policy is not None:
        return _validate_policy(options)
    files = case_files(options.files)
    if not options.fix and not options.watch and (options.outcomes or is_dump(files, options)):
        return _validate_dump(files, options)
    checking = _Checking(options)
    if options.fix:
        from dandang.cli.fixing import fix

        return fix(checking.files(), checking.policy, options, checking.errors_in)
    if options.watch:
        from dandang.cli.watching import watch

        return watch(checking.run, checking.files, options.lang)
    return checking.run()


def _validate_dump(files: Sequence[str], options: Namespace) -> int:
    from dandang.bulk.records import Task
    from dandang.cli.dumps import Dump, findings_of
    from dandang.render.findings import Report
    from dandang.validation import case_rules

    spare_sources([*files, options.output], options.outcomes)
    rules = case_rules()
    chosen = _chosen(options, rules)
    dump = Dump(files, options, Task(outcomes=bool(options.outcomes), detail=options.detail))
    report = Report(options.lang, rules, dump.run.engine.policy, __version__)
    findings = findings_of(dump, lambda finding: finding.rule in chosen, options.outcomes)
    return print_findings(findings, dump.told, report, options, files)


def _chosen(options: Namespace, rules: Mapping[str, Rule]) -> set[str]:
    """The rules to report: those of the command line, else those of the settings."""
    own = settings()
    return chosen_rules(options.select or own.get("select", []), options.ignore or own.get("ignore", []), rules)


class _Checking:
    """The check of the files that the options name, ready to be run again."""

    def __init__(self, options: Namespace) -> None:
        from dandang.policy import load_quads, read_policy
        from dandang.validation import CaseValidator, case_rules

        self.options = options
        self.quads = load_quads(resources.data_files())
        self.policy = read_policy(self.quads)
        self.rules = case_rules()
        self.validator = CaseValidator(self.policy, self.quads)
        self.chosen = _chosen(options, self.rules)

    def files(self) -> list[str]:
        """The files there are now."""
        return case_files(self.options.files)

    def run(self) -> int:
        """Checks them and prints what was found."""
        from dandang.render.findings import Report

        files = self.files()
        found = Readings(files, self.policy, self.options.syntax)
        checked = self._check(without_duplicates(found.read))
        findings = [*found.bad_lines, *(finding for findings in checked for finding in findings)]
        report = Report(self.options.lang, self.rules, self.policy, __version__)
        # What could not be checked at all is told whichever rules are asked for.
        wanted = [*found.unusable, *(finding for finding in findings if finding.rule in self.chosen)]
        status = print_findings(wanted, found.told, report, self.options, files)
        return 2 if found.unusable else status

    def errors_in(self, read: Sequence[ReadCase]) -> int:
        """How many of the errors that are to be reported there are in cases."""
        checked = self._check(without_duplicates(list(read)))
        return sum(
            finding.severity == "error" and finding.rule in self.chosen for findings in checked for finding in findings
        )

    def _check(self, read: Sequence[ReadCase]) -> list[list[Finding]]:
        """The findings of each case: a few by pyshacl, which takes 50 ms a case and tells the closest alternatives; more by the compiled shapes."""
        if len(read) <= _FEW:
            return self.validator.check(read, closest=True, detail=self.options.detail)
        from dandang.bulk.single import SingleChecker

        day = date.today().isoformat()
        checker = SingleChecker(self.policy, self.quads)
        quick = [checker.check(item, today=day) for item in read]
        slow = iter(self.validator.check([item for item, found in zip(read, quick, strict=True) if found is None]))
        checked = [next(slow) if found is None else found for found in quick]
        return self._detailed(read, checked) if self.options.detail else checked

    def _detailed(self, read: Sequence[ReadCase], checked: Sequence[list[Finding]]) -> list[list[Finding]]:
        """The findings as pyshacl tells them, of each case that has some of the shapes."""
        flagged = [any(finding.component for finding in findings) for findings in checked]
        again = iter(self.validator.check(list(compress(read, flagged)), closest=True, detail=True))
        return [next(again) if told else findings for told, findings in zip(flagged, checked, strict=True)]


def _validate_policy(options: Namespace) -> int:
    """`dandang validate --policy [FOLDER]`: the shapes of policy data, and the quotes of sources that lie in the folder."""
    from hashlib import sha256
    from pathlib import Path

    from dandang.audit import audit as audit_text
    from dandang.cases.files import decode, read_bytes
    from dandang.policy import load_quads
    from dandang.render.findings import Report
    from dandang.store import Index
    from dandang.turtle_lines import Places, located
    from dandang.validation import validate_policy, without_data
    from dandang.validation.rules import read_rules

    folder = Path(options.policy) if options.policy else None
    if folder and not folder.is_dir():
        raise UnreadableFile("没有这个文件夹", "there is no such folder", place=Place(options.policy))
    own = sorted(folder.rglob("*.ttl")) if folder else []
    if folder and not own and not any(folder.glob("*.txt")):
        hint = (
            "文件夹里要有 .ttl 数据文件，或者 .txt 来源文本",
            "it should hold data files (.ttl) or source texts (.txt)",
        )
        raise UnreadableFile(
            "文件夹里没有政策数据", "there is no policy data in the folder", hint=hint, place=Place(options.policy)
        )
    # A folder may be loaded already, through DANDANG_DATA.
    files = list({path.resolve(): path for path in (*resources.data_files(), *own)}.values())
    quads = load_quads(files)
    places = Places({str(path): path.read_text(encoding="utf-8") for path in files})
    findings = [*without_data(own), *located(validate_policy(quads), places)]
    digests = {Index(quads).value(iri, DD + "sourceDigest"): iri for iri in Index(quads).of_type(DD + "Source")}
    for path in sorted(folder.glob("*.txt")) if folder else ():
        text = decode(read_bytes(str(path)), str(path))
        source = digests.get(sha256(text.encode()).hexdigest())
        if source:
            findings = [*findings, *located(audit_text(text, quads, name=str(path), source=source).findings, places)]
    files_of_rules = map(resources.shapes_file, ("reading", "policy"))
    rules = {rule.slug: rule for file in files_of_rules for rule in read_rules(file).values()}
    report = Report(options.lang, rules, _as_far_as_readable(quads, findings), __version__)
    checked = Text(f"{len(files)} 个数据文件", f"{len(files)} data file(s)")
    return print_findings(findings, lambda: checked, report, options, map(str, files))


def _as_far_as_readable(quads: list[ox.Quad], findings: Iterable[Finding]) -> Policy:
    """The policy whose clauses a report names; an empty one where the findings say already why it cannot be read. Raises ResourceMissing."""
    from dandang.policy import read_policy

    try:
        return read_policy(quads)
    except ResourceMissing:
        if not any(finding.severity == "error" for finding in findings):
            raise
        return read_policy([])
