"""Every picture of a cohort, drawn and saved beside its tables."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from hscape.cohort.summary import eligible
from hscape.durable import one_sentence
from hscape.plots.cohort_incidence import draw_incidence
from hscape.plots.cohort_recovery import draw_recovery
from hscape.plots.cohort_responses import draw_responses
from hscape.plots.cohort_survival import draw_survival
from hscape.plots.drawing import Picture

if TYPE_CHECKING:
    from hscape.cohort import Design


def save_pictures(folder: Path, design: Design, table: pd.DataFrame) -> list[str]:
    """Draw what there is to draw; SVG and PNG, all or none.

    Args:
        folder: the results' folder, with ``courses.parquet``.
        design: the cohort.
        table: the patients' table.

    Returns:
        Names of the files.
    """
    arms = [arm.name for arm in design.arms]
    taken = eligible(table)
    if taken.empty or "treatment_day" not in table:
        return []
    months = design.follow_up_months
    drawn: dict[str, Callable[[], Any]] = {
        "responses": lambda: draw_responses(table, arms, design.responses),
        "incidence": lambda: draw_incidence(table, arms, definition=design.responses[0], months=months),
        "survival": lambda: draw_survival(table, arms, months=months),
        "recovery": lambda: draw_recovery(folder / "courses.parquet", taken["patient"].tolist(), arms, months=months),
    }
    with one_sentence(folder), tempfile.TemporaryDirectory(dir=folder, prefix=".unfinished-") as name:
        for what, draw in drawn.items():
            picture = Picture(draw())
            for ending in ("svg", "png"):
                picture.save(Path(name) / f"{what}.{ending}")
            picture.close()
        files = sorted(path.name for path in Path(name).iterdir())
        for file in files:
            (Path(name) / file).replace(folder / file)
    return files
