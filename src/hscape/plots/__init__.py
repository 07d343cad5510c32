"""Pictures: one file each, drawn by matplotlib, saved as SVG and PNG."""

from hscape.plots.drawing import Picture, plot

__all__ = ["Picture", "plot"]
