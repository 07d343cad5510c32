"""`explain` for people: an explanation that can print itself, save its page and hand its draws on."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from hscape.chart import Chart
from hscape.durable import write_durably
from hscape.errors import InputError
from hscape.inference.answer import as_dict
from hscape.inference.arviz_export import to_arviz
from hscape.inference.explain import Explanation, Progress
from hscape.inference.explain import explain as explain_chart
from hscape.parameters import Parameters


@dataclass(frozen=True, kw_only=True)
class ExplainedChart(Explanation):
    """An explanation with what is made of it; every field of `Explanation` is there.

    Example:
        >>> found = hscape.explain(chart, seed=1)  # doctest: +SKIP
        >>> found.save_report("explain-AA-07.html")  # doctest: +SKIP
    """

    def as_dict(self, *, with_deaths: bool = False) -> dict[str, Any]:
        """Plain values as ``hscape explain --json`` prints them; see `hscape.inference.answer.as_dict`."""
        return as_dict(self, with_deaths=with_deaths)

    def report(self, *, with_deaths: bool = False) -> str:
        """The page as HTML text."""
        from hscape.report.explained.page import explained_page

        return explained_page(self, with_deaths=with_deaths)

    def save_report(self, path: str | Path, *, with_deaths: bool = False) -> Path:
        """Write the page; an older file of the name is replaced in one motion.

        Raises:
            InputError: the name does not end in .html, or the folder cannot be written.
        """
        target = check_page(Path(path))
        write_whole(target, self.report(with_deaths=with_deaths).encode("utf-8"))
        return target

    def to_arviz(self) -> Any:
        """Posterior and prior draws as an ArviZ tree.

        Raises:
            InputError: arviz-base is not installed.
        """
        return to_arviz(self)


def explain(
    chart: Chart,
    *,
    seed: int,
    engine: str = "answer",
    parameters: Parameters | None = None,
    with_futures: bool = True,
    progress: Progress | None = None,
) -> ExplainedChart:
    """Explain a chart: who rebuilt the marrow, what is left, what might come, and what is not known.

    Args:
        chart: of one patient; day 0 is the day on which the failure was found.
        seed: 0 to 2**63 - 1; the same seed gives the same bytes.
        engine: ``preview`` (seconds) or ``answer``.
        parameters: prior; the analysis prior by default.
        with_futures: False leaves out the alternatives.
        progress: is told the share done and a word.

    Raises:
        InputError: a child, an empty chart, an unknown engine.
    """
    found = explain_chart(
        chart, seed=seed, engine=engine, parameters=parameters, with_futures=with_futures, progress=progress
    )
    return explained(found)


def explained(found: Explanation) -> ExplainedChart:
    """The same explanation, with what is made of it."""
    return ExplainedChart(**{item.name: getattr(found, item.name) for item in fields(Explanation)})


def check_page(path: Path, where: str = "--out") -> Path:
    """The path of a page, if one can be written there.

    Raises:
        InputError: another ending, no such folder, or it cannot be written.
    """
    if path.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"{where}: '{path.name}' does not end in .html; give a file such as report.html.")
    folder = path.absolute().parent
    if not folder.is_dir():
        raise InputError(f"{where}: the folder {folder} does not exist; make it or give another.")
    if path.is_dir():
        raise InputError(f"{where}: {path} is a folder; give a file such as report.html.")
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(
            f"{where}: the folder {folder} cannot be written ({error.strerror}); give a file in a folder of your own."
        ) from None
    return path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in one motion: a reader sees the old one or the whole new one.

    Raises:
        InputError: it cannot be written.
    """
    try:
        write_durably(path, content)
    except OSError as error:
        raise InputError(f"--out: {path} cannot be written ({error.strerror}); give another file.") from None
