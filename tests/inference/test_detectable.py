"""First detectable day: half of the draws, in the specimen of the assay, by the assay's limit."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from hscape.biology.clone_kinds import clone_kind
from hscape.dynamics.coarse_record import EARLY_SHARE, GRANULOCYTE, N_COLUMNS
from hscape.inference.detectable import first_detectable, sequencing_limit_share
from hscape.inference.numbers import FIRST_OTHER, HLA, PNH
from hscape.inference.prior import analysis_prior

P = analysis_prior()
DAYS = np.array([0.0, 10.0, 20.0, 30.0])


def problem(sex: str = "female", kind: str = "PIGA") -> SimpleNamespace:
    clone = SimpleNamespace(kind=clone_kind(kind, P))
    return SimpleNamespace(parameters=P, mapping=SimpleNamespace(clones=(clone,)), chart=SimpleNamespace(sex=sex))


def rows(column: int, first_days: list[float], share: float) -> np.ndarray:
    """Courses in which a share is there from a day on, one a draw."""
    found = np.zeros((len(first_days), len(DAYS), N_COLUMNS))
    for draw, first in enumerate(first_days):
        found[draw, first <= DAYS, column] = share
    return found


@pytest.mark.parametrize(
    ("first_days", "expected"), [([10.0, 20.0, 99.0], 20.0), ([10.0, 99.0, 99.0], None), ([0.0, 0.0, 99.0], 0.0)]
)
def test_half_of_the_draws_decide(first_days, expected):
    found = first_detectable(problem(), DAYS, rows(GRANULOCYTE + PNH, first_days, 0.5), PNH)
    assert found == {"sensitive flow": expected, "routine flow": expected}


def test_a_sensitive_assay_sees_what_a_routine_one_does_not():
    share = 0.5 * (P["pnh_flow_sensitive_limit_fraction"] + P["pnh_flow_routine_limit_fraction"])
    found = first_detectable(problem(), DAYS, rows(GRANULOCYTE + PNH, [10.0] * 3, share), PNH)
    assert found == {"sensitive flow": 10.0, "routine flow": None}


def test_each_assay_looks_at_its_own_specimen():
    in_marrow = first_detectable(problem(), DAYS, rows(EARLY_SHARE + HLA, [10.0] * 3, 0.9), HLA)
    in_blood = first_detectable(problem(), DAYS, rows(GRANULOCYTE + HLA, [10.0] * 3, 0.9), HLA)
    assert in_marrow == {"HLA flow": None, "SNP array": 10.0}
    assert in_blood == {"HLA flow": 10.0, "SNP array": None}


@pytest.mark.parametrize(
    ("sex", "kind", "copies"), [("female", "BCOR", 2.0), ("male", "BCOR", 1.0), ("male", "RUNX1", 2.0)]
)
def test_a_gene_on_a_mans_x_is_seen_in_all_reads(sex, kind, copies):
    limit = sequencing_limit_share(problem(sex, kind), FIRST_OTHER)
    assert limit == pytest.approx(copies * P["sequencing_detection_limit_fraction"])
