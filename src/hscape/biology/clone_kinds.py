"""The catalogue of clones: how each kind arises, what it gains, and what a laboratory would find in its cells.

Drivers of ordinary aging and clones of marrow failure are kinds alike. Nothing here says that a clone rescues:
it says how often a cell changes, and by how much killing, interferon and competition treat it differently.
Resistance to attack is not safety: a protected clone may evolve like any other.
Leaves out: DR15 loss (a reversible phenotype, not a clone); mutants at the progenitor level, which are gone
within months (the assays carry their background).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hscape.biology.drivers import drivers
from hscape.errors import unknown_name
from hscape.parameters import Parameters

WHOLE = 0.999  # a recorded fraction stays below one; from here on it stands for one


@dataclass(frozen=True, slots=True, kw_only=True)
class CloneKind:
    """One kind of clone.

    Args:
        name: in the catalogue.
        rate_per_year: new mutants per stem cell and year.
        fitness_per_year: mean advantage in a full niche.
        fitness_shape: gamma shape of its spread; 0 for none.
        interferon_fitness_per_year: advantage added under full interferon.
        vulnerability_fraction: to contact killing, relative to the parent cell.
        output_fraction: blood made per early progenitor, relative to the parent cell.
        arises_only_in_failure: True if it does not arise in a healthy marrow.
        shown_as: kind of clone in a chart.
        gene: gene that is hit, empty for a chromosomal change.
        chromosome: where.
        copy_state: what becomes of the other copy in a male; X genes are hemizygous there.
        hla_allele: allele that is lost, empty if none.
        variant: the change in words.
    """

    name: str
    rate_per_year: float
    fitness_per_year: float = 0.0
    fitness_shape: float = 0.0
    interferon_fitness_per_year: float = 0.0
    vulnerability_fraction: float = 1.0
    output_fraction: float = 1.0
    arises_only_in_failure: bool = False
    shown_as: str = "gene"
    gene: str = ""
    chromosome: str = ""
    copy_state: str = "heterozygous"
    hla_allele: str = ""
    variant: str = ""


#: Chromosome losses go with short telomeres and forced division of few stem cells; in a healthy marrow of a hundred
#: thousand the same rate would make them common, and they are not seen there.
ONLY_IN_FAILURE = ("monosomy_7", "other_chromosome")
#: What a laboratory finds: kind -> (kind in charts, gene, chromosome, copy state, variant).
_FINDINGS: dict[str, tuple[str, str, str, str, str]] = {
    "HLA_allele_mutation": ("hla_loss", "HLA", "6p", "heterozygous", "loss-of-function mutation"),
    "HLA_6p_CN_LOH": ("hla_loss", "", "6p", "cn_loh", "6p CN-LOH"),
    "PIGA": ("pnh", "PIGA", "X", "heterozygous", "loss-of-function mutation"),
    "BCOR": ("gene", "BCOR", "X", "heterozygous", "loss-of-function mutation"),
    "RUNX1": ("gene", "RUNX1", "21", "heterozygous", "mutation"),
    "monosomy_7": ("chromosome", "", "7", "deletion", "monosomy 7"),
    "other_chromosome": ("chromosome", "", "13", "deletion", "del(13q)"),
    "UPD7q": ("reversion", "", "7q", "cn_loh", "UPD7q"),
    "SAMD9L_cis_loss": ("reversion", "SAMD9L", "7q", "heterozygous", "second mutation in cis"),
    "TERT_promoter": ("reversion", "TERT", "5p", "heterozygous", "promoter mutation"),
}


def _whole(fraction: float) -> float:
    return 1.0 if fraction >= WHOLE else fraction


def catalogue_names() -> list[str]:
    """Names of the clones of marrow failure."""
    return list(_FINDINGS)


def clone_kind(name: str, parameters: Parameters) -> CloneKind:
    """A kind of the catalogue with the numbers in force.

    Raises:
        InputError: no such kind.
    """
    if name not in _FINDINGS:
        raise unknown_name("clone kind", name, _FINDINGS, kind="kind")
    shown_as, gene, chromosome, copy_state, variant = _FINDINGS[name]
    return CloneKind(
        name=name,
        rate_per_year=parameters[f"clone_{name}_rate_per_year"],
        fitness_per_year=parameters[f"clone_{name}_fitness_per_year"],
        interferon_fitness_per_year=parameters[f"clone_{name}_interferon_fitness_per_year"],
        vulnerability_fraction=_whole(parameters[f"clone_{name}_vulnerability_fraction"]),
        output_fraction=_whole(parameters[f"clone_{name}_output_fraction"]),
        arises_only_in_failure=name in ONLY_IN_FAILURE,
        shown_as=shown_as,
        gene=gene,
        chromosome=chromosome,
        copy_state=copy_state,
        variant=variant,
    )


def driver_kinds(which: str, parameters: Parameters) -> list[CloneKind]:
    """Drivers of ordinary aging as kinds: ``none``, ``known`` genes, or ``all``."""
    if which == "none":
        return []
    return [
        CloneKind(
            name=driver.name,
            rate_per_year=driver.rate_per_year,
            fitness_per_year=driver.fitness_per_year,
            fitness_shape=driver.fitness_shape,
            interferon_fitness_per_year=(
                parameters["driver_DNMT3A_interferon_fitness_per_year"] if driver.name.startswith("DNMT3A") else 0.0
            ),
            gene="" if driver.name == "unknown" else driver.name.split("_")[0],
            variant=" ".join(driver.name.split("_")[1:]),
        )
        for driver in drivers(which, parameters)
    ]


def clone_label(kind: CloneKind) -> str:
    """Word for a kind in tables: ``unassigned driver`` stands for no known gene."""
    return kind.name.replace("unknown", "unassigned driver").replace("_", " ")


def kinds_named(names: Iterable[str], parameters: Parameters) -> tuple[CloneKind, ...]:
    """Kinds of the catalogue by name."""
    return tuple(clone_kind(name, parameters) for name in names)
