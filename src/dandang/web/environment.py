"""The templates, once for each language: what a template says in two languages is settled when it is compiled, not whenever it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from functools import cache
from types import CodeType, MappingProxyType
from typing import Any

from flask.sansio.app import App
from flask.templating import Environment
from jinja2 import BytecodeCache, Template, nodes
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer

from dandang.web.language import language
from dandang.web.library import Library
from dandang.web.routing import library
from dandang.web.words import Words


class _Settled(NodeTransformer):
    """Calls of functions that depend on nothing but the language, with constants, replaced by their results."""

    def __init__(self, functions: Mapping[str, Callable[..., str]]) -> None:
        self._functions = functions

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        """The text that a call stands for; any other call as it is."""
        self.generic_visit(node)
        function = self._functions.get(node.node.name) if isinstance(node.node, nodes.Name) else None
        constant = [item.value for item in node.args if isinstance(item, nodes.Const)]
        if function is None or node.kwargs or len(constant) != len(node.args) or node.dyn_args or node.dyn_kwargs:
            return node
        return nodes.Const(function(*constant), lineno=node.lineno, environment=node.environment)


class _Generator(CodeGenerator):
    """Generates plainer code than Jinja, from a template in which the language is settled."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        assert isinstance(self.environment, PageEnvironment)
        _Settled(self.environment.settled).visit(node)
        super().visit_Template(node, frame)

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        """A plain call: no function of ours and no macro wants to be given the context, which Jinja finds out anew at each call."""
        if forward_caller or node.dyn_args or node.dyn_kwargs:
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for argument in (*node.args, *node.kwargs):
            self.visit(argument, frame)
            self.write(", ")
        self.write(")")


class _Compiled(BytecodeCache):
    """The code of templates in one language: the same whatever graph they show."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key, bucket.checksum] = bucket.code


@cache
def _compiled(lang: str) -> _Compiled:
    return _Compiled()


class PageEnvironment(Environment):
    """Flask's environment, which gives the templates of the language of the request. `settled` are the functions of a language that
    templates mostly call with constants."""

    code_generator_class = _Generator
    settled: Mapping[str, Callable[..., str]] = MappingProxyType({})

    def __init__(self, app: App, **options: Any) -> None:
        super().__init__(app, **options)
        self._speaking: dict[tuple[str, Library], PageEnvironment] = {}

    def get_template(
        self, name: str | Template, parent: str | None = None, globals: MutableMapping[str, Any] | None = None
    ) -> Template:
        """A template in the language of the request; those that it imports come from the same environment."""
        if self.overlayed:
            return super().get_template(name, parent, globals)
        key = language(), library()
        if key not in self._speaking:
            self._speaking[key] = self._for(Words(*key))
        return self._speaking[key].get_template(name, parent, globals)

    def _for(self, words: Words) -> PageEnvironment:
        own = self.overlay(bytecode_cache=_compiled(words.lang))
        assert isinstance(own, PageEnvironment)
        own.globals = {**self.globals, **words.globals()}
        own.settled = words.settled()
        return own
