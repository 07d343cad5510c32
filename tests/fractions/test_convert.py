"""The formulas against a referee that counts alleles in an explicit mixture of cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hscape.errors import InputError
from hscape.fractions import Copies, cell_fraction_from_baf, cell_fraction_from_vaf, choose_copies

CELLS = 10_000


def count_vaf(n_mutated: int, copies: Copies) -> float:
    """VAF of a mixture, by counting every copy of every cell."""
    mutant = n_mutated * copies.mutant
    total = n_mutated * copies.total + (CELLS - n_mutated) * copies.normal
    return mutant / total


@pytest.mark.parametrize("state", ["heterozygous", "cn_loh", "deletion", "gain", "unknown"])
@pytest.mark.parametrize("n_mutated", [0, 1, 100, 3000, 9999, CELLS])
def test_autosomal_vaf_is_inverted(state, n_mutated):
    copies = choose_copies(state, 2)
    assert cell_fraction_from_vaf(count_vaf(n_mutated, copies), copies) == pytest.approx(n_mutated / CELLS)


@pytest.mark.parametrize("state", ["hemizygous", "unknown", "heterozygous", "gain"])
def test_male_x_vaf_is_inverted(state):
    copies = choose_copies(state, 1)
    assert cell_fraction_from_vaf(count_vaf(2500, copies), copies) == pytest.approx(0.25)


@given(st.integers(1, 4), st.integers(0, 3), st.integers(1, 4), st.integers(0, CELLS))
def test_any_copies_are_inverted(mutant, more, normal, n_mutated):
    copies = Copies(mutant=mutant, total=mutant + more, normal=normal, words="")
    assert cell_fraction_from_vaf(count_vaf(n_mutated, copies), copies) == pytest.approx(n_mutated / CELLS, abs=1e-9)


@pytest.mark.parametrize(("state", "in_clone"), [("cn_loh", ("B", "B")), ("deletion", ("B",))])
def test_baf_is_inverted(state, in_clone):
    for n_clone in (0, 500, 4000, CELLS):
        alleles = (
            n_clone * in_clone.count("B") + (CELLS - n_clone),
            n_clone * len(in_clone) + (CELLS - n_clone) * 2,
        )
        baf = alleles[0] / alleles[1]
        for seen in (baf, 1 - baf):  # the lost haplotype may carry either allele
            assert cell_fraction_from_baf(seen, state) == pytest.approx(n_clone / CELLS)


def test_published_shortcuts():
    """The shortcuts that clinicians use, each a special case."""
    for vaf in (0.01, 0.2, 0.45):
        assert cell_fraction_from_vaf(vaf, choose_copies("heterozygous", 2)) == pytest.approx(2 * vaf)
        assert cell_fraction_from_vaf(vaf, choose_copies("hemizygous", 1)) == pytest.approx(vaf)
        assert cell_fraction_from_vaf(vaf, choose_copies("deletion", 2)) == pytest.approx(2 * vaf / (1 + vaf))
        assert cell_fraction_from_vaf(vaf, choose_copies("gain", 2)) == pytest.approx(2 * vaf / (2 - vaf))


def test_impossible_arguments_are_refused():
    with pytest.raises(InputError, match="outside 0 to 1"):
        cell_fraction_from_vaf(45, choose_copies("heterozygous", 2))
    with pytest.raises(InputError, match="not possible for a gene on X in a male"):
        choose_copies("deletion", 1)
    with pytest.raises(InputError, match="needs a gene on X"):
        choose_copies("hemizygous", 2)
    with pytest.raises(InputError, match="use cn_loh or deletion"):
        cell_fraction_from_baf(0.6, "gain")
    with pytest.raises(InputError, match="not possible"):
        Copies(mutant=3, total=2, normal=2, words="")
