import pytest

from hscape.genome.genes import find_gene, genes


@pytest.mark.parametrize(
    "symbol", ["PIGA", "BCOR", "BCORL1", "KDM6A", "STAG2", "ATRX", "PHF6", "ZRSR2", "DDX3X", "GATA1"]
)
def test_genes_on_x_have_one_copy_in_a_male(symbol):
    gene = find_gene(symbol)
    assert gene.is_x_linked
    assert [gene.n_copies(sex) for sex in ("male", "female", None)] == [1, 2, None]


@pytest.mark.parametrize("symbol", ["DNMT3A", "TET2", "ASXL1", "TP53", "HLA-A", "CRLF2"])
def test_other_genes_have_two_copies_in_everyone(symbol):
    assert {find_gene(symbol).n_copies(sex) for sex in ("male", "female", None)} == {2}


def test_every_gene_states_chromosome_arm_and_role():
    for gene in genes().values():
        assert gene.arm.startswith(gene.chromosome + "p") or gene.arm.startswith(gene.chromosome + "q")
        assert gene.role
    assert find_gene("piga ") is find_gene("PIGA")
    assert find_gene("NOSUCH") is None
