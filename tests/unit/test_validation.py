"""`validate`: inputs never count as evidence, and a changed body turns rows red."""

from hscape import Parameters
from hscape.parameters import records, sources
from hscape.validation import perturbed, steady
from hscape.validation.rows import EXPERIMENTS, Row, targets


def test_every_target_has_a_source_bounds_and_known_parameters():
    assert len(EXPERIMENTS) >= 10
    for name, target in targets().items():
        assert target["source"] in sources()
        assert target["role"] in ("input", "fitted", "predicted")
        assert all(parameter in records() for parameter in target["parameter_ids"]), name
        assert all(low <= high for low, high in target["pass"].values())


def test_a_value_outside_its_bounds_misses_with_one_line():
    row = Row(id="x", what="w", published="p", simulated={"a": 2.0, "b": float("inf")}, bounds={"a": (0, 1), "b": (0, 1)},
              role="predicted", source="s", parameter_ids=(), note="")  # fmt: skip
    assert not row.passed
    assert row.misses() == ["a", "b"]
    assert row.as_dict()["simulated"]["b"] is None


def test_donation_is_reproduced_and_a_short_red_cell_life_breaks_it():
    low, high = targets()["5"]["pass"]["recovery_days"]
    healthy = perturbed.donation(Parameters(), 1)["5"]["recovery_days"]
    short = Parameters().with_values({"red_cell_lifespan_days": 60.0})
    assert low <= healthy <= high
    assert not low <= perturbed.donation(short, 1)["5"]["recovery_days"] <= high
    low, high = targets()["1"]["pass"]["red_cells_per_day"]
    assert low <= steady.production(Parameters(), 1)["1"]["red_cells_per_day"] <= high
    assert steady.production(short, 1)["1"]["red_cells_per_day"] > high
