"""Trees from a file: Newick, a table with a tree a row, or a tree sequence; and tables of clades."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

from hscape.clones.phylogeny.newick import read_newick
from hscape.clones.phylogeny.numbers import number
from hscape.clones.phylogeny.tree import Tree
from hscape.clones.phylogeny.treesequence import read_tree_sequence
from hscape.errors import InputError

_TABLES = {".tsv": "\t", ".csv": ","}
_TREE_COLUMNS = ("newick", "tree", "tree_newick")
_AGE_COLUMNS = ("age_years", "sampled_age_years")
_NAME_COLUMNS = ("tree_name", "clone_id", "clone", "id", "name")


def read_text(path: Path) -> str:
    """The text of a file in UTF-8.

    Raises:
        InputError: it is not there, a folder, not readable, or not text.
    """
    if path.is_dir():
        raise InputError(f"{path}: is a folder; give a file.")
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file; check the name.") from None
    except UnicodeDecodeError:
        raise InputError(f"{path.name}: is not text in UTF-8; give Newick text, a table, or a .trees file.") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check its permissions.") from None


def read_trees(path: Path) -> list[Tree]:
    """Every tree of a file, each with a name of its own.

    Args:
        path: ``.trees`` for a tree sequence; ``.tsv`` or ``.csv`` for a table with columns ``newick``,
            ``tree_name`` and, if known, ``age_years`` at sampling; Newick otherwise.

    Raises:
        InputError: the file holds no tree, or one that cannot be read.
    """
    if path.suffix == ".trees":
        if not path.exists():
            raise InputError(f"{path}: there is no such file; check the name.")
        return read_tree_sequence(path)
    text = read_text(path)
    if not text.strip():
        raise InputError(f"{path.name}: the file is empty; give a tree with branch lengths in years.")
    if path.suffix in _TABLES and not text.lstrip().startswith("("):
        return _from_table(text, path.name, _TABLES[path.suffix])
    trees = read_newick(text, path.name)
    return [replace(trees[0], name=path.stem)] if len(trees) == 1 else trees


def table_rows(text: str, where: str, delimiter: str) -> list[dict[str, str]]:
    """Rows of a table by column name.

    Raises:
        InputError: no rows, or a row that is longer or shorter than the header.
    """
    csv.field_size_limit(1 << 30)  # a tree of thousands of colonies is one field
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    rows = list(reader)
    if not rows:
        raise InputError(f"{where}: the table has no rows; give a header and a row for each entry.")
    for i, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise InputError(f"{where}, row {i}: the number of columns differs from the header; mend that row.")
    return rows


def column(rows: list[dict[str, str]], names: tuple[str, ...]) -> str | None:
    """The first of these columns that the table has, whatever its capitals."""
    known = {name.strip().lower(): name for name in rows[0]}
    return next((known[name] for name in names if name in known), None)


def age_number(text: str, where: str) -> float:
    """An age at sampling.

    Raises:
        InputError: it is not a number of years that a person can have.
    """
    oldest = number("tree_oldest_onset_years")
    try:
        age = float(text)
    except ValueError:
        raise InputError(f"{where}: '{text}' is not an age; give years, 0 to {oldest:g}.") from None
    if not 0.0 <= age <= oldest:
        raise InputError(f"{where}: {age:g} is not an age; give years, 0 to {oldest:g}.")
    return age


def _from_table(text: str, where: str, delimiter: str) -> list[Tree]:
    rows = table_rows(text, where, delimiter)
    tree_column, name_column, age_column = (
        column(rows, names) for names in (_TREE_COLUMNS, _NAME_COLUMNS, _AGE_COLUMNS)
    )
    if tree_column is None:
        raise InputError(
            f"{where}: the table has no column {' or '.join(_TREE_COLUMNS)} (it has {', '.join(rows[0])[:200]}); name "
            "the column that holds the Newick text so."
        )
    trees: list[Tree] = []
    for i, row in enumerate(rows, start=2):
        found = read_newick(row[tree_column], f"{where}, row {i}")
        age = age_number(row[age_column], f"{where}, row {i}") if age_column and row[age_column].strip() else None
        for j, tree in enumerate(found, start=1):
            name = row[name_column] if name_column else f"tree_{i - 1}"
            name = name if len(found) == 1 else f"{name}_{j}"
            trees.append(replace(tree, name=name, sampled_age_years=age))
    names = [tree.name for tree in trees]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"{where}: the name '{twice}' stands in more than one row; give each tree a name of its own.")
    return trees


def read_clades(path: Path) -> list[tuple[str, str | None, list[str]]]:
    """Clades from a table with a row a colony: columns ``clone_id``, ``sample`` and, for several trees, ``tree``.

    Returns:
        for each clone its id, its tree if given, and its samples, in the order of the table.

    Raises:
        InputError: a column is missing, or a clone lies in two trees.
    """
    text = read_text(path)
    if not text.strip():
        raise InputError(f"{path.name}: the file is empty; give columns clone_id and sample.")
    delimiter = "\t" if "\t" in text.splitlines()[0] else ","
    rows = table_rows(text, path.name, delimiter)
    clone, sample, tree = (
        column(rows, ("clone_id", "clone")),
        column(rows, ("sample", "label")),
        column(rows, ("tree",)),
    )
    if clone is None or sample is None:
        raise InputError(
            f"{path.name}: needs the columns clone_id and sample (it has {', '.join(rows[0])}); a row for each colony."
        )
    found: dict[str, tuple[str | None, list[str]]] = {}
    for i, row in enumerate(rows, start=2):
        where = row[tree] if tree else None
        kept = found.setdefault(row[clone], (where, []))
        if kept[0] != where:
            raise InputError(
                f"{path.name}, row {i}: clone '{row[clone]}' lies in '{kept[0]}' and '{where}'; a clone is in one tree."
            )
        kept[1].append(row[sample])
    return [(name, where, samples) for name, (where, samples) in found.items()]
