"""Findings in a workbook: marked in a copy of the one that was checked, with a sheet that lists them all.

The copy is the workbook with only those parts written anew that change (`ooxml`), so that whatever else is in it stays as it was.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from zipfile import ZipFile

from dandang.model import Finding, Place
from dandang.ooxml.columns import column_number
from dandang.ooxml.notes import annotate
from dandang.ooxml.package import CONTENT_TYPES, MAIN, OFFICE, Change, Package, before, xml_attribute, xml_text
from dandang.ooxml.sheet import SheetChange, deselected
from dandang.ooxml.styles import PLAIN, Styles
from dandang.ooxml.summary import HEADINGS, TITLE, summary_sheet
from dandang.render.findings.report import SEVERITIES, Report

#: A mark is seen by its note as well as by its colour.
_FILLS = {"error": "F8D7D3", "warning": "F8E7C4", "info": "E1ECF0"}
_RANKS = ("error", "warning", "info")
_WIDTHS = (8, 14, 16, 26, 60, 50, 40)
_AUTHOR = "dandang"
_CELL = re.compile(r"([A-Z]+)(\d+)")
#: What only people put on a list of findings, by the kind of relationship.
_OF_PEOPLE = {"comments", "threadedComment", "vmlDrawing", "drawing", "table"}
#: What a sheet can hold (Excel specifications and limits).
_MOST_LINES, _MOST_LINKS = 1_000_000, 65_000
#: A workbook without a sheet.
_EMPTY = {
    CONTENT_TYPES: '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><bookViews><workbookView/></bookViews><sheets></sheets></workbook>',
}


def findings_workbook(findings: Iterable[Finding], report: Report) -> bytes:
    """A workbook with nothing but the list of findings."""
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for name, text in _EMPTY.items():
            archive.writestr(name, text)
    return annotated_workbook(out.getvalue(), findings, report)


def annotated_workbook(content: bytes, findings: Iterable[Finding], report: Report) -> bytes:
    """The workbook with the cells of findings marked and commented, and the list of all findings as its last sheet, which is the one shown first. Where the
    workbook has such a list from before, the new one takes its place; sheets of other people that have the same name stay."""
    told = list(findings)
    package = Package(content)
    sheets = package.sheets()
    part, styles = _styles(package)
    changes: dict[str, Change] = dict.fromkeys(filter(package.has, sheets.values()), deselected)
    for sheet, cells in _cells(told).items():
        if package.has(sheets.get(sheet, "")):
            texts = {cell: "\n\n".join(_said(finding, report) for finding in own) for cell, own in cells.items()}
            link = annotate(package, sheets[sheet], texts, _AUTHOR)
            changes[sheets[sheet]] = SheetChange(_colours(cells), styles.coloured, notes=link)
    listed = _list(told, report, styles)
    earlier = summary_sheet(content, sheets)
    # One that somebody put notes or pictures on is theirs.
    kinds = {link.kind for link in package.relationships(sheets[earlier])} if earlier else set()
    if earlier and not kinds & _OF_PEOPLE:
        _renew_sheet(package, list(sheets).index(earlier), sheets[earlier], listed)
    else:
        _add_sheet(package, _free_name(sheets, report), listed)
    return package.saved(changes, {part: styles.xml})


# --- marks ------------------------------------------------------------------------------------------------------------


def _cells(findings: Iterable[Finding]) -> dict[str, dict[tuple[int, int], list[Finding]]]:
    """The findings of each cell of each sheet, cells by row and column from 1."""
    found: dict[str, dict[tuple[int, int], list[Finding]]] = {}
    for finding in findings:
        sheet, _, name = (finding.place or Place()).cell.rpartition("!")
        if cell := _CELL.match(name):
            found.setdefault(sheet, {}).setdefault((int(cell[2]), column_number(cell[1])), []).append(finding)
    return found


def _colours(cells: dict[tuple[int, int], list[Finding]]) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = {}
    for (row, column), own in cells.items():
        found.setdefault(row, {})[column] = _FILLS[min((finding.severity for finding in own), key=_RANKS.index)]
    return found


def _said(finding: Finding, report: Report) -> str:
    _, word = SEVERITIES[finding.severity]
    hint = f"\n{finding.hint.in_(report.lang)}" if finding.hint else ""
    return f"{word.in_(report.lang)}{report.say('：', ': ')}{finding.message.in_(report.lang)}{hint} [{finding.rule}]"


# --- the workbook -----------------------------------------------------------------------------------------------------


def _styles(package: Package) -> tuple[str, Styles]:
    """The part of the formats, which a workbook may do without, and what is in it."""
    book = package.workbook()
    part = package.related(book, "styles")
    if not part:
        part = "xl/styles.xml"
        package.declare(part, "styles")
        package.relate(book, "styles", part)
        package.write(part, PLAIN)
    return part, Styles(package.text(part))


def _free_name(taken: Iterable[str], report: Report) -> str:
    title = TITLE.in_(report.lang)
    known = {name.casefold() for name in taken}
    names = (title, *(f"{title} {number}" for number in range(2, len(known) + 3)))
    return next(name for name in names if name.casefold() not in known)


def _add_sheet(package: Package, name: str, text: str) -> None:
    """Add a sheet behind the others, as the one that is shown."""
    book = package.workbook()
    part = package.free("xl/worksheets/sheet{}.xml")
    package.write(part, text)
    package.declare(part, "worksheet")
    link = package.relate(book, "worksheet", part)
    known = package.text(book)
    prefix = re.search(r"<(\w+:)?workbook\b", known)
    ids = [int(number) for number in re.findall(r'\ssheetId="(\d+)"', known)]
    own = f'<{(prefix and prefix[1]) or ""}sheet xmlns:d="{OFFICE}" name={xml_attribute(name)} sheetId="{max(ids, default=0) + 1}" d:id="{link}"/>'
    package.write(book, before(_showing(known, len(ids)), "sheets", own))


def _renew_sheet(package: Package, index: int, part: str, text: str) -> None:
    """Put a list in the place of an earlier one, as the sheet that is shown. The name under which a program keeps the area of the earlier one's filter goes."""
    package.write(part, text)
    book = package.workbook()
    known = _showing(package.text(book), index)
    for name in re.findall(r"<(?:\w+:)?definedName\b[^>]*>[^<]*</(?:\w+:)?definedName>", known):
        if "_xlnm._FilterDatabase" in name and f'localSheetId="{index}"' in name:
            known = known.replace(name, "")
    package.write(book, re.sub(r"<((?:\w+:)?definedNames)>\s*</\1>", "", known))


def _showing(book: str, index: int) -> str:
    """The part that lists the sheets, with the sheet of that number as the one that is shown."""
    return re.sub(
        r'(<(?:\w+:)?workbookView\b)((?:\s(?!activeTab)[\w:]+="[^"]*")*)(?:\sactiveTab="\d+")?',
        rf'\1\2 activeTab="{index}"',
        book,
        count=1,
    )


# --- the list ---------------------------------------------------------------------------------------------------------


def _list(findings: Sequence[Finding], report: Report, styles: Styles) -> str:
    """A line for each finding below a line that counts them; the cell is a link to it."""
    counts: Counter[str] = Counter(finding.severity for finding in findings)
    words = (f"{word.in_(report.lang)} {counts[name]}" for name, (_, word) in SEVERITIES.items())
    plain, bold, link = styles.wrapped(), styles.wrapped(font="<{p}b/>"), styles.wrapped(font="<{p}u/>")
    shown = findings[:_MOST_LINES]
    lines = [
        _line(1, [report.say("，", ", ").join(words)], [0]),
        _line(2, [heading.in_(report.lang) for heading in HEADINGS], [bold] * 7),
    ]
    links: list[str] = []
    for row, finding in enumerate(shown, start=3):
        target = _target(finding) if len(links) < _MOST_LINKS else ""
        lines.append(_line(row, _texts(finding, report), [plain, link if target else plain, *[plain] * 5]))
        if target:
            links.append(f'<hyperlink ref="B{row}" location={xml_attribute(target)}/>')
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in enumerate(_WIDTHS, start=1)
    )
    view = '<sheetViews><sheetView tabSelected="1" workbookViewId="0"><pane ySplit="2" topLeftCell="A3" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    hyperlinks = f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else ""
    rows = "".join(lines)
    return f'<worksheet xmlns="{MAIN}">{view}<cols>{columns}</cols><sheetData>{rows}</sheetData><autoFilter ref="A2:G{len(shown) + 2}"/>{hyperlinks}</worksheet>'


def _line(row: int, texts: Iterable[str], styles: Sequence[int]) -> str:
    """Texts only: nothing in a finding can act as a formula."""
    cells = (
        f'<c r="{letter}{row}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{xml_text(text)}</t></is></c>'
        for letter, text, style in zip("ABCDEFG", texts, styles, strict=False)
    )
    return f'<row r="{row}">{"".join(cells)}</row>'


def _texts(finding: Finding, report: Report) -> Iterator[str]:
    place = finding.place or Place()
    yield SEVERITIES[finding.severity][1].in_(report.lang)
    yield place.cell or str(place)
    yield finding.focus
    yield finding.rule
    yield finding.message.in_(report.lang)
    yield finding.hint.in_(report.lang) if finding.hint else ""
    yield "\n".join(f"{name}「{quote}」" if quote else name for name, quote in report.grounds(finding))


def _target(finding: Finding) -> str:
    """Where a link to the cell of a finding leads."""
    sheet, mark, cell = (finding.place or Place()).cell.rpartition("!")
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{cell}" if mark else ""
