"""Colors, type and saving, shared by every picture.

Colors are Okabe and Ito's, which people with any color vision tell apart.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

INK, MUTED, BAND, GRID = "#222222", "#666666", "#E8EEF2", "#DDDDDD"
RED_CELL, WHITE_CELL, PLATELET, SIGNAL, MARROW = "#D55E00", "#0072B2", "#CC79A7", "#009E73", "#8A6D3B"
CLONES = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8A6D3B", "#7F3C8D", "#1B5E20", "#B71C1C",
)  # fmt: skip
ORDINARY, REST = "#D9D9D9", "#A6A6A6"


@contextmanager
def _few_words() -> Iterator[None]:
    """Where the home folder cannot be written Matplotlib takes a temporary one, and need not tell a clinician so."""
    logger = logging.getLogger("matplotlib")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def pyplot() -> Any:
    """Matplotlib without a screen, with the package's type and sizes; imported only when a picture is drawn."""
    with _few_words():
        import matplotlib

        matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.rcParams.update(
        {
            "font.family": "DejaVu Sans",
            "font.size": 9,
            "axes.titlesize": 9.5,
            "axes.titleweight": "bold",
            "axes.titlelocation": "left",
            "axes.labelsize": 8.5,
            "axes.edgecolor": MUTED,
            "axes.linewidth": 0.6,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "xtick.color": MUTED,
            "ytick.color": MUTED,
            "xtick.labelsize": 8,
            "ytick.labelsize": 8,
            "text.color": INK,
            "axes.labelcolor": INK,
            "figure.facecolor": "white",
            "savefig.facecolor": "white",
            "svg.fonttype": "none",
            "svg.hashsalt": "hscape",
            "lines.linewidth": 1.5,
        }
    )
    return plt


def save(figure: Any, path: Path) -> None:
    """Write one picture; the same picture gives the same bytes."""
    metadata = {"Date": None} if path.suffix == ".svg" else {"Software": "hscape"}
    figure.savefig(path, dpi=150, metadata=metadata)
