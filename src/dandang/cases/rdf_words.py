"""What the parser of RDF says about a syntax error, in both languages."""

from __future__ import annotations

import re

from dandang.messages import Text

#: Where it says once more what the place of the error says.
_PLACE = re.compile(r"^Parser error (at|between) line .*?: ", re.DOTALL)
#: What it says, and the same in Chinese with the parts that differ.
_WORDS = tuple(
    (re.compile(pattern, re.DOTALL), zh)
    for pattern, zh in (
        (r"Unexpected end( of file)?", "文件在这里没有写完，少了句点、括号或者引号"),
        (r"(.*) is not a valid RDF object", "“{0}”不能作值：文字要加半角引号，名称要写成 前缀:名称 或者 <IRI>"),
        (r"(.*) is not a valid predicate", "“{0}”不能作属性；分号、逗号要用半角"),
        (r"(.*) is not a valid subject or graph name", "“{0}”不能写在这里；多半是前面少了半角的分号、逗号、句点或者引号"),
        (r"The prefix (.*) has not been declared", "前缀 {0} 没有声明，请在开头写 @prefix {0} <…> ."),
        (r"Unknown prefix (.*)", "前缀 {0} 没有声明，请在开头写 xmlns:{0}\"…\""),
        (r"Line jumps are not allowed in string literals.*", "引号里不能直接换行，请写成 \\n，或者用三个引号"),
        (r"Invalid IRI code point (.*)", "IRI 里不能有 {0}"),
        (r"error while parsing IRI (.*): Invalid IRI code point (.*)", "IRI {0} 里不能有 {1}"),
        (r"No scheme found in an absolute IRI", "IRI 不完整，应以 http:// 之类开头"),
        (r"Expecting a datatype IRI after \^\^.*", "^^ 后面缺少类型，例如 xsd:date"),
        (r"(.*) is not allowed at the beginning of a prefix name", "{0} 不能写在这里；引号、括号要用半角"),
        (r"blank node property lists should end with a '\]'", "方括号没有成对"),
        (r"The PREFIX (keyword|declaration) should be followed by .*", "@prefix 后面应是前缀和尖括号里的 IRI，例如 @prefix ex: <http://…> ."),
        (r"A language code should always start with a letter", "@ 后面应是语言代码，例如 @zh"),
        (r"Unexpected escape character (.*)", "反斜杠后面的写法不对：{0}；要写反斜杠本身，请写两个"),
        (r"A dot is expected at the end of statements", "这一句的末尾缺少句点"),
        (r"Triples must be followed by a dot", "这一行的末尾缺少句点"),
        (r"The (subject|predicate|object) of a triple must be .*", "这一行应是“<主语> <属性> 值 .”，IRI 用尖括号，文字用半角双引号"),
        (r"XML namespaces are required in RDF/XML", "标签要有命名空间，根标签应是 <rdf:RDF xmlns:rdf=…>"),
        (r"Unexpected text event: (.*)", "这里不能有文字：{0}"),
        (r"(@\w+) value must be (null, )?(a string|an object)?.*", "{0} 的值写法不对"),
        (r"Term definition value must be .*", "@context 里的定义写法不对"),
    )
)  # fmt: skip
_REMOTE = Text(
    "@context 是一个网址，不会去读取；请写 https://w3id.org/dandang/case.context.jsonld，或者把内容直接写在文件里",
    "the @context is an address, which is not fetched; write https://w3id.org/dandang/case.context.jsonld, or put the context into the file",
)


def problem(error: Exception) -> Text:
    """What is wrong. What is rare is told as the parser tells it."""
    said = _PLACE.sub("", getattr(error, "msg", None) or str(error))
    if "LoadDocumentCallback" in said:
        return _REMOTE
    for pattern, zh in _WORDS:
        found = pattern.fullmatch(said)
        if found:
            return Text(zh.format(*found.groups()), said)
    return Text(said, said)
