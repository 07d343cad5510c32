"""The command `clones tree`: growth rate and onset of clones from phylogenies of single-cell colonies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hscape.cli.common import AsJson, Settings, envelope, print_json, read_parameters, say
from hscape.errors import InputError

_Clade = Annotated[
    list[str] | None,
    typer.Option(help="colonies with commas between them, or the label of an inner node; may be given several times"),
]


def tree(
    file: Annotated[Path, typer.Argument(help="Newick, a table with a column newick (.csv, .tsv), or .trees")],
    vaf: Annotated[Path | None, typer.Option(help="table: age_years, vaf; clone_id, depth_reads if there are")] = None,
    clade: _Clade = None,
    clades: Annotated[
        Path | None, typer.Option(help="table: clone_id, sample, a row a colony; tree if several")
    ] = None,
    age_years: Annotated[str | None, typer.Option(help="age at which the colonies were taken")] = None,
    drop: Annotated[
        list[str] | None, typer.Option(help="tip to leave out (an outgroup); may be given several times")
    ] = None,
    growth: Annotated[str, typer.Option(help="of the tree alone: auto, exponential or logistic")] = "auto",
    out: Annotated[Path | None, typer.Option(help="folder for tables and pictures")] = None,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Growth rate, onset and size of clones from ultrametric trees in years; with --vaf, from both together."""
    from hscape.clones.phylogeny import estimate_growth, read_series
    from hscape.clones.phylogeny.files import age_number

    parameters = read_parameters(settings)
    age = None if age_years is None else age_number(age_years, "--age-years")
    clones = _clones(file, clade or [], clades, set(drop or []))
    series, remarks = read_series(vaf, [clone.name for clone in clones]) if vaf is not None else ({}, [])
    if out is not None:
        from hscape.folders import check_folder

        check_folder(out)
    found = [
        estimate_growth(
            clone,
            series=series.get(clone.name),
            sampled_age_years=clone.whole.sampled_age_years if age is None else age,
            parameters=parameters,
            growth=growth,
        )
        for clone in clones
    ]
    files = _write(out, found) if out is not None else []
    if as_json:
        content = {"clones": [one.as_dict() for one in found], "remarks": remarks}
        print_json(envelope("hscape.clones.tree/1", None, parameters, content | ({"files": files} if out else {})))
        return
    for remark in remarks:
        say(f"hscape: {remark}")
    _describe(found)
    for name in files:
        print(name)


def _clones(file: Path, clade: list[str], clades: Path | None, drop: set[str]) -> list[Any]:
    from hscape.clones.phylogeny import check_ultrametric, chosen_clade, read_trees, whole_tree
    from hscape.clones.phylogeny.files import read_clades
    from hscape.clones.phylogeny.tree import without
    from hscape.clones.phylogeny.ultrametric import check_tips

    trees = read_trees(file)
    for tree_ in trees:
        check_tips(tree_, _place(file, tree_, trees))
    lost = sorted(drop - {label for tree_ in trees for label in tree_.tip_labels})
    if lost:
        raise InputError(f"--drop: no tree has a tip '{lost[0]}'; give the label of a tip as the file has it.")
    if drop:
        trees = [without(tree_, drop) for tree_ in trees]
    trees = [check_ultrametric(tree_, _place(file, tree_, trees)) for tree_ in trees]
    if clade and clades is not None:
        raise InputError("--clade: clades come from the table already; give --clade or --clades, not both.")
    if clade:
        if len(trees) > 1:
            raise InputError(
                f"--clade: {file.name} holds {len(trees)} trees; say with a table (--clades, column tree) "
                "which is meant."
            )
        return _named([chosen_clade(trees[0], _split(text), None, "--clade") for text in clade])
    if clades is None:
        return [whole_tree(tree_) for tree_ in trees]
    by_name = {tree_.name: tree_ for tree_ in trees}
    return [
        chosen_clade(_tree_of(by_name, name, clades, clone), samples, clone, clades.name)
        for clone, name, samples in read_clades(clades)
    ]


def _place(file: Path, tree_: Any, trees: list[Any]) -> str:
    return file.name if len(trees) == 1 else f"{file.name}, {tree_.name}"


def _split(text: str) -> list[str]:
    samples = [part.strip() for part in text.split(",") if part.strip()]
    if not samples:
        raise InputError("--clade: names no colony; give labels of colonies with commas between them.")
    return samples


def _named(clones: list[Any]) -> list[Any]:
    names = [clone.name for clone in clones]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"--clade: '{twice}' is given twice; name each clade once.")
    return clones


def _tree_of(by_name: dict[str, Any], name: str | None, clades: Path, clone: str) -> Any:
    from hscape.errors import unknown_name

    if name is None:
        if len(by_name) > 1:
            raise InputError(f"{clades.name}: there are {len(by_name)} trees, so the table needs a column tree.")
        return next(iter(by_name.values()))
    if name not in by_name:
        raise unknown_name(f"{clades.name}, clone '{clone}'", name, by_name, kind="tree")
    return by_name[name]


def _write(out: Path, found: list[Any]) -> list[str]:
    from hscape.clones.phylogeny.tables import tables
    from hscape.history import canonical_csv
    from hscape.plots.clone_tree import draw_clone
    from hscape.plots.drawing import Picture

    files = []
    for name, table in tables(found).items():
        (out / name).write_text(canonical_csv(table), encoding="utf-8", newline="\n")
        files.append(str(out / name))
    for stem, one in zip(_stems(found), found, strict=True):
        picture = Picture(draw_clone(one))
        files += [str(picture.save(out / f"{stem}.{ending}")) for ending in ("svg", "png")]
        picture.close()
    return files


def _stems(found: list[Any]) -> list[str]:
    """File names: letters, digits and dashes, each its own."""
    stems: list[str] = []
    for one in found:
        clean = "".join(c if c.isalnum() or c in "-_." else "-" for c in one.clone.name)[:80].strip(".") or "clone"
        stems.append(clean if clean not in stems else f"{clean}-{len(stems) + 1}")
    return stems


def _describe(found: list[Any]) -> None:
    width = max(12, *(len(one.clone.name) for one in found)) + 2
    print(f"{'clone':{width}}{'colonies':>8}  {'growth a year':24}{'began, years before':26}{'cells now':30}from")
    for one in found:
        rate, onset, size = one.rate_per_year, one.onset_years, one.size_cells
        print(
            f"{one.clone.name:{width}}{one.clone.n_tips:>8}  {_range(rate, '.3f'):24}{_range(onset, '.1f'):26}"
            f"{'not known' if size is None else _range(size, '.2g'):30}{one.method}"
        )
    for one in found:
        for sentence in (*one.clone.notes, *one.verdict):
            print(f"  {one.clone.name}: {sentence}")
    print("Medians with 95 % intervals; cells rest on the model's rate of division. Research use only.")


def _range(value: Any, form: str) -> str:
    return f"{value.median:{form}} [{value.low:{form}} to {value.high:{form}}]"
