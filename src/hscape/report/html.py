"""HTML from parts, so that no text can become markup, and pictures as inline SVG."""

from __future__ import annotations

import html
import io
import re
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


class Markup(str):
    """Text that is already HTML; everything else is escaped where it is put into a page."""

    __slots__ = ()


def text(value: object) -> Markup:
    """A value as HTML; markup stays, anything else is escaped and loses control characters."""
    if isinstance(value, Markup):
        return value
    return Markup(html.escape(_CONTROL.sub("", "" if value is None else str(value)), quote=True))


def join(parts: Iterable[object], between: str = "") -> Markup:
    """Parts one after the other, each escaped unless it is markup."""
    return Markup(between.join(text(part) for part in parts))


def tag(name: str, *content: object, **attributes: object) -> Markup:
    """An element. ``class_`` stands for class, and an underscore in another name for a hyphen.

    Example:
        >>> tag("p", "a < b", class_="note")
        '<p class="note">a &lt; b</p>'
    """
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{text(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{told}>{join(content)}</{name}>")


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[object]], *, class_: str | None = None) -> Markup:
    """A table with a caption, heads of columns, and the first cell of each row as its head.

    A cell may be a pair of a value and a class.
    """
    body = []
    for row in rows:
        cells = [_cell("th" if index == 0 else "td", cell) for index, cell in enumerate(row)]
        body.append(tag("tr", *cells))
    columns = [tag("th", name, scope="col") for name in head]
    inside = tag(
        "table", tag("caption", caption), tag("thead", tag("tr", *columns)), tag("tbody", *body), class_=class_
    )
    return tag("div", inside, class_="scroll", tabindex="0", role="region", aria_label=caption)


def _cell(name: str, cell: object) -> Markup:
    value, class_ = cell if isinstance(cell, tuple) else (cell, None)
    return tag(name, value, class_=class_, scope="row" if name == "th" else None)


def bullets(entries: Sequence[object]) -> Markup:
    """A list; a single entry stands alone."""
    if len(entries) == 1:
        return text(entries[0])
    return tag("ul", *(tag("li", entry) for entry in entries)) if entries else Markup("")


def number(value: float | None, digits: int = 4) -> str:
    """A number for reading, empty if there is none."""
    return "" if value is None else f"{value:.{digits}g}" if abs(value) < 10**digits else f"{value:.0f}"


def picture(figure: Any, title: str, description: str, prefix: str) -> Markup:
    """A figure as inline SVG with words for those who cannot see it; its names are made unique by a prefix."""
    buffer = io.StringIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a letter that the font lacks: the browser has its own
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    drawn = buffer.getvalue()
    drawn = drawn[drawn.index("<svg") :]
    drawn = re.sub(r"<metadata>.*?</metadata>", "", drawn, flags=re.S)
    drawn = re.sub(r"<style[^>]*>.*?</style>", "", drawn, flags=re.S)
    drawn = re.sub(r'(\sid=")([^"]+")', rf"\1{prefix}-\2", drawn)
    drawn = re.sub(r"url\(#", f"url(#{prefix}-", drawn)
    drawn = re.sub(r'href="#', f'href="#{prefix}-', drawn)
    drawn = drawn.replace("'DejaVu Sans'", "'DejaVu Sans', Verdana, sans-serif")
    names = (f"{prefix}-name", f"{prefix}-told")
    opening = drawn[: drawn.index(">") + 1]
    opening = re.sub(r'\s(?:width|height)="[^"]*pt"', "", opening)
    opening = opening.replace("<svg", f'<svg role="img" aria-labelledby="{names[0]}" aria-describedby="{names[1]}"', 1)
    words = tag("title", title, id=names[0]) + tag("desc", description, id=names[1])
    drawn = opening + words + drawn[drawn.index(">") + 1 :]
    return tag("figure", Markup(drawn))
