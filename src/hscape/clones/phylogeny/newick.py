"""Newick, read strictly and written: several trees in a text, quoted labels, comments in brackets.

The parser is our own because the libraries read a missing branch length as zero and a forgotten comma as a
label, and give up on deep trees; here both are errors with the place in the text.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from hscape.clones.phylogeny.tree import Tree, grow
from hscape.errors import InputError

_TOKEN = re.compile(r"\s+|\[[^\]]*\]|'(?:[^']|'')*'|[(),:;]|[^\s()\[\]',:;]+|.", re.DOTALL)
_NOT_A_TREE = "give a Newick text such as ((a:1,b:1):2,c:3); with branch lengths in years"


@dataclass
class _Growing:
    """A tree while its text is read."""

    parents: list[int] = field(default_factory=list)
    lengths: list[float] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    def add(self, parent: int) -> int:
        self.parents.append(parent)
        self.lengths.append(math.nan)
        self.labels.append("")
        return len(self.parents) - 1


def read_newick(text: str, where: str) -> list[Tree]:
    """Read every tree of a text.

    Args:
        text: Newick, each tree ended by a semicolon (the last one may lack it).
        where: name of the file, for errors.

    Raises:
        InputError: what came is not Newick, or a branch has no length, or none that can be.
    """
    tokens = [(m.group(), m.start()) for m in _TOKEN.finditer(text)]
    tokens = [(word, at) for word, at in tokens if not word.isspace() and not word.startswith("[")]
    if not tokens:
        raise InputError(f"{where}: the file is empty; {_NOT_A_TREE}.")
    if tokens[0][0] != "(":
        raise InputError(f"{where}: begins with '{tokens[0][0][:20]}' where a tree begins with '('; {_NOT_A_TREE}.")
    if tokens[-1][0] != ";":
        tokens.append((";", len(text)))
    trees: list[Tree] = []
    start = 0
    for i, (word, _) in enumerate(tokens):
        if word == ";":
            place = f"{where}, tree {len(trees) + 1}"
            trees.append(_read_one(tokens[start:i], place, f"tree_{len(trees) + 1}"))
            start = i + 1
    return trees


def _read_one(tokens: list[tuple[str, int]], where: str, name: str) -> Tree:
    found, node, last = _Growing(), -1, ";"
    for word, at in tokens:
        place = f"{where}, character {at + 1}"
        if last == ":":
            found.lengths[node] = _length(word, place)
            last = "length"
        elif word == "(":
            _follow(last, ("(", ",", ";"), word, place)
            node = found.add(node)
            last = "("
        elif word in (",", ")"):
            if last in ("(", ","):
                node = found.add(node)
            if node < 0 or found.parents[node] < 0:
                raise InputError(f"{place}: '{word}' stands outside of every pair of parentheses; {_NOT_A_TREE}.")
            node = found.parents[node]
            last = word
        elif word == ":":
            if last in ("(", ","):
                node = found.add(node)
            _follow(last, ("(", ",", ")", "label"), word, place)
            last = ":"
        else:
            if last in ("(", ","):
                node = found.add(node)
            _follow(last, ("(", ",", ")"), word, place)
            found.labels[node] = word[1:-1].replace("''", "'") if word[0] == "'" and len(word) > 1 else word
            last = "label"
    if node != 0 or last == ":":
        raise InputError(f"{where}: ends with {_open(found, node)} open; close every parenthesis, {_NOT_A_TREE}.")
    return _finish(found, where, name)


def _open(found: _Growing, node: int) -> str:
    n = 0
    while node > 0:
        node = found.parents[node]
        n += 1
    return "a parenthesis" if n == 1 else f"{n} parentheses" if n else "a branch length"


def _follow(last: str, allowed: tuple[str, ...], word: str, place: str) -> None:
    if last not in allowed:
        raise InputError(f"{place}: '{word[:20]}' came where a comma or a closing parenthesis is due; {_NOT_A_TREE}.")


def _length(word: str, place: str) -> float:
    try:
        number = float(word)
    except ValueError:
        raise InputError(f"{place}: '{word[:20]}' is not a branch length; write a number of years.") from None
    if not math.isfinite(number):
        raise InputError(f"{place}: the branch length {word} is not finite; write a number of years.")
    if number < 0:
        raise InputError(
            f"{place}: the branch length {number:g} is negative; a branch lasts zero years or more, so mend the tree "
            "(some programs write negative lengths when they force a tree to be ultrametric)."
        )
    return number


def _finish(found: _Growing, where: str, name: str) -> Tree:
    missing = [i for i, length in enumerate(found.lengths) if math.isnan(length) and i > 0]
    if missing:
        label = next((found.labels[i] for i in missing if found.labels[i]), "an inner node")
        raise InputError(
            f"{where}: {len(missing)} branches have no length, the first above {label}; give every branch a length "
            "in years."
        )
    if found.lengths and math.isnan(found.lengths[0]):
        found.lengths[0] = 0.0
    return grow(name, found.parents, found.lengths, found.labels)


def write_newick(tree: Tree, digits: int = 9) -> str:
    """One tree as a line of Newick, with its stem."""
    children: list[list[int]] = [[] for _ in range(tree.n_nodes)]
    for i in range(1, tree.n_nodes):
        children[tree.parent[i]].append(i)
    text = [""] * tree.n_nodes
    for i in range(tree.n_nodes - 1, -1, -1):
        inner = "(" + ",".join(text[j] for j in children[i]) + ")" if children[i] else ""
        length = f":{tree.length_years[i]:.{digits}g}" if i > 0 or tree.stem_years > 0 else ""
        text[i] = inner + _label(tree.labels[i]) + length
    return text[0] + ";"


def _label(label: str) -> str:
    if re.fullmatch(r"[^\s()\[\]',:;]*", label):
        return label
    return "'" + label.replace("'", "''") + "'"
