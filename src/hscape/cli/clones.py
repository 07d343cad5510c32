"""The commands `clones ...`: growth of clones from serial sequencing, and what phylogenies tell."""

from __future__ import annotations

import typer

from hscape.cli.clones_growth import growth

app = typer.Typer(no_args_is_help=True, help="Clones: growth from serial sequencing.")
app.command()(growth)


@app.callback()
def _clones() -> None:
    """Growth and escape of clones."""
