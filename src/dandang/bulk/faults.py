"""What can be wrong with a stream rather than with a case, as findings."""

from __future__ import annotations

from dandang.messages import Text
from dandang.model import Finding, Place


def syntax_fault(error: Exception, place: Place) -> Finding:
    """A line that does not parse. The other lines of its case are checked all the same."""
    detail = getattr(error, "msg", None) or str(error)
    return Finding(
        "malformed-line",
        Text(f"这一行不合语法：{detail}", f"this line does not parse: {detail}"),
        Text(
            "请改正或者删去这一行；本案件其余各行照常检查",
            "correct the line or remove it; the rest of the case was checked",
        ),
        place,
        value="",
    )


def syntax_end(error: Exception, place: Place) -> Finding:
    """A syntax error behind which nothing can be read."""
    detail = getattr(error, "msg", None) or str(error)
    return Finding(
        "malformed-file",
        Text(f"语法错误，读到这里为止：{detail}", f"syntax error, nothing behind it was read: {detail}"),
        Text("请改正后再检查；前面的案件已经检查", "correct it and check again; the cases before it were checked"),
        place,
    )


def cut_off(place: Place) -> Finding:
    """Packed data that ends in the middle."""
    return Finding(
        "truncated-file",
        Text("压缩文件不完整，读到这一行为止", "the packed file is cut off; it was read up to this line"),
        Text(
            "请重新传送或者重新压缩文件；前面的案件已经检查",
            "transfer or pack the file again; the cases before this line were checked",
        ),
        place,
    )


def damaged(place: Place) -> Finding:
    """Packed data that cannot be unpacked."""
    return Finding(
        "damaged-file",
        Text("压缩文件已损坏，读到这一行为止", "the packed file is damaged; it was read up to this line"),
        Text(
            "请重新传送或者重新压缩文件；前面的案件已经检查",
            "transfer or pack the file again; the cases before this line were checked",
        ),
        place,
    )


def lost(error: OSError, place: Place) -> Finding:
    """A source that stops being readable: a disk, a network."""
    reason = error.strerror or str(error)
    return Finding(
        "truncated-file",
        Text(f"读到这一行为止，后面读不出来（{reason}）", f"it was read up to this line and no further ({reason})"),
        Text(
            "请检查磁盘或者网络后再查；前面的案件已经检查",
            "look after the disk or the network and check again; the cases before this line were checked",
        ),
        place,
    )


def line_too_long(place: Place, most: int) -> Finding:
    """A line that no case can be."""
    limit = most >> 20
    return Finding(
        "line-too-long",
        Text(f"这一行超过 {limit} MB，已跳过", f"this line is longer than {limit} MB and was passed over"),
        Text("每行一件案件；请检查是否缺少换行", "one case to a line: check whether line breaks are missing"),
        place,
    )


def case_too_long(place: Place, most: int) -> Finding:
    """A case that is cut, so that it need not be held."""
    limit = most >> 20
    return Finding(
        "case-too-long",
        Text(
            f"从这一行起的案件超过 {limit} MB，已分段检查",
            f"the case from this line on is longer than {limit} MB and was checked in pieces",
        ),
        Text(
            "请检查同一编号下是否混有其他内容；分段检查的结果不能当作整件案件的结果",
            "check whether other things stand under the same id; what is found in pieces does not hold for the whole",
        ),
        place,
    )


def detached(place: Place) -> Finding:
    """Statements about blank nodes that belong to no case."""
    return Finding(
        "detached-node",
        Text(
            "没有案件指向这里的空白节点，所写内容没有检查",
            "no case leads to the blank node here, and what is said of it was not checked",
        ),
        Text(
            "案件要用 IRI 作名称；在 N-Triples 和 N-Quads 里，空白节点的各行写在所属案件的后面",
            "name the case by an IRI; in N-Triples and N-Quads put the lines about blank nodes behind those of their case",
        ),
        place,
    )


def empty(place: Place) -> Finding:
    """A file with nothing in it."""
    return Finding(
        "no-cases",
        Text("文件里没有案件", "there is no case in the file"),
        Text("请检查是否选错文件", "check whether this is the right file"),
        place,
    )


def repeated(identifier: str, place: Place, first: Place) -> Finding:
    """A case that a run has had already. It was checked by itself."""
    return Finding(
        "duplicate-id",
        Text(f"案件“{identifier}”重复出现，前一处在 {first}", f'the case "{identifier}" comes again; first at {first}'),
        Text("每件案件用自己的编号，并且各行连在一起", "give each case an id of its own and keep its lines together"),
        place,
        focus=identifier,
        value=identifier,
    )


def given_up(place: Place) -> Finding:
    """A chunk whose worker died again and again."""
    return Finding(
        "not-checked",
        Text(
            "从这一行起的一批案件没有检查：工作进程多次意外结束",
            "a batch of cases from this line on was not checked: its worker process died repeatedly",
        ),
        Text("可能是内存不足；请减少工作进程后再试", "memory may be short: try again with fewer workers"),
        place,
    )
