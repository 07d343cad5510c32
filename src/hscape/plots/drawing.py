"""`plot`: the pictures that belong to an object."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hscape.errors import InputError
from hscape.plots.style import save

if TYPE_CHECKING:
    from hscape.care import VirtualPatient
    from hscape.history import History


@dataclass(frozen=True, slots=True)
class Picture:
    """One drawn figure."""

    figure: Any

    def save(self, path: str | Path) -> Path:
        """Write as ``.svg``, ``.png`` or ``.pdf``.

        Raises:
            InputError: another ending, or the folder cannot be written.
        """
        target = Path(path)
        if target.suffix not in (".svg", ".png", ".pdf"):
            raise InputError(f"picture: '{target.name}' does not end in .svg, .png or .pdf; choose one of them.")
        try:
            save(self.figure, target)
        except OSError as error:
            raise InputError(
                f"picture: {target} cannot be written ({error.strerror}); choose another folder."
            ) from None
        return target

    def close(self) -> None:
        """Give its memory back."""
        import matplotlib.pyplot as plt

        plt.close(self.figure)


def plot(
    history: History | VirtualPatient,
    what: str = "counts",
    *,
    title: str | None = None,
    patient: VirtualPatient | None = None,
) -> Picture:
    """Draw a history.

    Args:
        history: what happened; a virtual patient stands for his or her whole history.
        what: ``counts`` (small multiples), ``clones`` (stacked shares) or ``reserve`` (stem cells beside counts).
        title: above the picture.
        patient: whose history this is, for diagnosis, treatments and happenings on the axis.

    Raises:
        InputError: an unknown picture, or counts of a history without blood.
    """
    course: Any = history
    if not hasattr(course, "run"):
        patient, course = course, course.history
    heading = title if title is not None else "Simulated course"
    if what == "counts":
        if not course.run.with_blood:
            raise InputError("plot: this history has no blood counts; simulate with with_blood=True or plot 'clones'.")
        from hscape.plots.counts import draw_counts

        return Picture(draw_counts(course, heading, patient))
    if what == "clones":
        from hscape.plots.clones import draw_clones

        return Picture(draw_clones(course, heading, patient))
    if what == "reserve":
        if not course.run.with_blood:
            raise InputError("plot: this history has no blood; simulate with with_blood=True or plot 'clones'.")
        from hscape.plots.reserve import draw_reserve

        return Picture(draw_reserve(course, heading, patient))
    raise InputError(f"plot: '{what}' is not known; give one of counts, clones, reserve.")
