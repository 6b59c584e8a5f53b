"""What a browser would send of a form on a page."""

from __future__ import annotations

from html.parser import HTMLParser


class Form(HTMLParser):
    """The fields of the form with an id, in the order of the page, as a browser without JavaScript sends them."""

    def __init__(self, page: str, form: str = "case") -> None:
        super().__init__()
        self.form, self.inside = form, False
        self.fields: list[tuple[str, str]] = []
        self.buttons: list[dict[str, str | None]] = []
        self._text: tuple[str, list[str]] | None = None
        self._select: tuple[str, list[str]] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "form":
            self.inside = values.get("id") == self.form
        if not self.inside:
            return
        name, value = values.get("name") or "", values.get("value") or ""
        if tag == "button":
            self.buttons.append(values)
        elif tag == "textarea" and name:
            self._text = (name, [])
        elif tag == "select" and name:
            self._select = (name, [])
        elif tag == "option" and self._select and "selected" in values:
            self._select[1].append(value)
        elif tag == "input" and name:
            kind = values.get("type", "text")
            if kind not in ("checkbox", "radio") or "checked" in values:
                self.fields.append((name, value))

    def handle_data(self, data: str) -> None:
        if self._text:
            self._text[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "textarea" and self._text:
            self.fields.append((self._text[0], "".join(self._text[1]).removeprefix("\n")))
            self._text = None
        elif tag == "select" and self._select:
            self.fields.append((self._select[0], (self._select[1] or [""])[0]))
            self._select = None

    def with_(self, **changes: str | list[str]) -> dict[str, list[str]]:
        """The fields by name, with some changed or added; dots in names are written as double underscores."""
        found: dict[str, list[str]] = {}
        for name, value in self.fields:
            found.setdefault(name, []).append(value)
        for name, value in changes.items():
            found[name.replace("__", ".")] = value if isinstance(value, list) else [value]
        return found
