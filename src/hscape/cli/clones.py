"""The commands `clones ...`: growth of clones from serial sequencing, and what phylogenies tell."""

from __future__ import annotations

import typer

from hscape.cli.clones_growth import growth
from hscape.cli.clones_tree import tree

app = typer.Typer(
    name="clones",
    add_completion=False,
    no_args_is_help=True,
    help="Growth and onset of clones from serial sequencing and from phylogenies.",
    rich_markup_mode=None,
)
app.command()(growth)
app.command("tree")(tree)
