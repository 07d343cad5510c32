"""Pieces of the page: a picture with its numbers, and a section with its head."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hscape.plots.style import pyplot
from hscape.report.explained.tables import Data, as_rows
from hscape.report.html import Markup, join, number, picture, table, tag


def figure_block(draw: Callable[[], Any], title: str, description: str, prefix: str, data: Data) -> Markup:
    """A picture, its numbers folded away, and the same as a file.

    Args:
        draw: makes the figure.
        title: the finding; spoken first by a screen reader.
        description: the picture in words.
        prefix: makes names in the page unique.
        data: the numbers.
    """
    figure = draw()
    drawn = picture(figure, title, description, prefix)
    pyplot().close(figure)
    return join((drawn, numbers_block(data, title)))


def numbers_block(data: Data, title: str) -> Markup:
    """A table that can be unfolded, and a link that saves all rows."""
    rows = [[number(cell) if isinstance(cell, float) else cell for cell in row] for row in data.thinned()]
    told = "" if len(rows) == len(data.rows) else f" ({len(rows)} of {len(data.rows)} rows; the file holds all)"
    return tag(
        "details",
        tag("summary", f"Numbers behind this picture{told}"),
        table(f"Numbers: {title}", data.head, as_rows(rows)),
        download(data),
    )


def download(data: Data) -> Markup:
    """A link that saves the data as a file; it holds the data, so that no network is needed."""
    return tag("p", tag("a", f"Save {data.name}.csv", href=data.address(), download=f"{data.name}.csv"))


def data_table(caption: str, data: Data, class_: str | None = None) -> Markup:
    """All rows as a table."""
    return table(caption, data.head, as_rows(data.rows), class_=class_)


def section(anchor: str, title: str, *parts: object) -> Markup:
    """A section with a heading that names it."""
    return tag("section", tag("h2", title, id=anchor), *parts, aria_labelledby=anchor)


def paragraph(words: str, class_: str | None = None) -> Markup:
    """A paragraph."""
    return tag("p", words, class_=class_)


def terms(pairs: Any) -> Markup:
    """A list of terms."""
    return tag("dl", *(join((tag("dt", name), tag("dd", value))) for name, value in pairs))
