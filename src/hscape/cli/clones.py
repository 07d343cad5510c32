"""The group `clones`: growth and onset of clones from data."""

from __future__ import annotations

import typer

from hscape.cli import clones_tree

app = typer.Typer(
    name="clones",
    add_completion=False,
    no_args_is_help=True,
    help="Growth and onset of clones from phylogenies and sequencing.",
    rich_markup_mode=None,
)
app.command("tree")(clones_tree.tree)


@app.callback()
def _group() -> None:
    """Keep the group a group while it holds a single command."""
