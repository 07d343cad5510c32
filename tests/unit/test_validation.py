"""`validate`: inputs never count as evidence, and a changed body turns rows red."""

from dataclasses import replace

import pytest

from hscape import InputError, Parameters, validate
from hscape.cohort import design_names
from hscape.parameters import records, sources
from hscape.validation import perturbed, steady
from hscape.validation.clinical import MEASURES
from hscape.validation.gate import BIOLOGY_ROWS, CLINICAL_ROWS, judge
from hscape.validation.no_production import units_per_week
from hscape.validation.row import Row
from hscape.validation.rows import EXPERIMENTS, WITHOUT_DESIGN, clinical_targets, targets


def test_every_target_has_a_source_bounds_and_known_parameters():
    assert sorted(targets()) == sorted(name for answers in EXPERIMENTS.values() for name in answers)
    for name, target in targets().items():
        assert target["source"] in sources()
        assert target["role"] in ("input", "fitted", "predicted")
        assert all(parameter in records() for parameter in target["parameter_ids"]), name
        assert all(low <= high for low, high in target["pass"].values())


def test_every_clinical_target_has_a_design_a_measure_and_a_gate():
    assert {*MEASURES, WITHOUT_DESIGN} == set(clinical_targets())
    for name, target in clinical_targets().items():
        assert target["source"] in sources()
        assert target["role"] in ("fitted", "predicted")
        assert name == WITHOUT_DESIGN or target["design"] in design_names()
    assert sum(target["gate"] for target in clinical_targets().values()) == CLINICAL_ROWS
    assert sum(name.isdigit() for name in targets()) == BIOLOGY_ROWS


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


def row(name, *, passes, part="biology", gate=True):
    return Row(id=name, what="w", published="p", simulated={"a": 0.5}, bounds={"a": (0, 1) if passes else (2, 3)},
               role="predicted", source="s", parameter_ids=(), note="", part=part, gate=gate)  # fmt: skip


@pytest.mark.parametrize(
    ("biology", "clinical", "verdict"), [(18, 12, True), (17, 14, False), (20, 11, False), (20, 14, True)]
)
def test_the_gate_wants_eighteen_and_twelve(biology, clinical, verdict):
    rows = [row(str(i), passes=i < biology) for i in range(20)]
    rows += [row(str(i), passes=i < clinical, part="clinical") for i in range(14)]
    shown = row("50", passes=False, part="clinical", gate=False)
    assert judge([*rows, shown]).passed is verdict
    assert judge(rows[1:]).passed is None


def test_a_row_says_its_interval_and_how_many_people():
    wide = replace(row("x", passes=True), interval={"a": (0.25, 0.75)}, people={"a": 12})
    assert "a 0.5 (0.25 to 0.75, n = 12)" in wide.as_line()
    assert wide.as_dict()["interval"] == {"a": [0.25, 0.75]}
    assert replace(wide, interval={"a": (float("nan"),) * 2}).as_dict()["interval"] == {"a": [None, None]}


def test_unknown_rows_and_parts_are_refused_with_what_there_is():
    with pytest.raises(InputError, match="'99'"):
        validate(only=["99"])
    with pytest.raises(InputError, match="'21'"):
        validate(only=["21"], parts=["biology"])
    with pytest.raises(InputError, match=r"'biologie'.*biology"):
        validate(parts=["biologie"])
    with pytest.raises(InputError, match="names no row"):
        validate(only=[])


def test_without_production_the_units_carry_what_the_body_breaks_down():
    # Settled, what is given equals what dies. A unit holds cells of every age, so they stay for half a lifespan on
    # average; the level swings between the trigger and one transfusion above it.
    p = Parameters()
    volume_dl = 10.0 * p["blood_volume_male_l_per_kg"] * p["body_mass_kg"]
    rise = p["red_cell_transfusion_units_count"] * p["red_cell_unit_hemoglobin_g"] / volume_dl
    mean_level = p["red_cell_transfusion_trigger_g_per_dl"] + 0.5 * rise
    wanted = 7 * mean_level * volume_dl / (0.5 * p["red_cell_lifespan_days"]) / p["red_cell_unit_hemoglobin_g"]
    assert units_per_week(p) == pytest.approx(wanted, rel=0.12)  # the level is looked at once a day or less
    assert units_per_week(p.with_values({"red_cell_lifespan_days": 60.0})) > 1.5 * units_per_week(p)


def test_the_page_says_how_every_row_is_counted(project_folder):
    page = (project_folder / "docs" / "reference" / "validation.md").read_text(encoding="utf-8")
    cells = [
        cell.strip() for line in page.splitlines() if line.startswith("| ") for cell in line.split("|")[1].split(",")
    ]
    assert {cell for cell in cells if cell[0].isdigit()} == {*clinical_targets(), "10", "17", "18", "19", "20"}
    for target in clinical_targets().values():
        assert f"`{target['design']}`" in page or not target["design"]
