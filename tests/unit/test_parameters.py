"""Records: read strictly, changed with care, traced to a source."""

import pytest

from hscape import InputError, Parameters
from hscape.parameters import parse_records, parse_setting, records, sources
from hscape.units import check_unit

GOOD = """
[pool_days]
value = 2.0
range = [1.0, 3.0]
unit = "d"
meaning = "time"
source = "recall"
role = "measured"
"""


def test_every_record_has_a_source_and_lies_in_its_range():
    assert len(records()) > 60
    for record in records().values():
        assert record.source in sources()
        assert record.low <= record.value <= record.high
        assert record.meaning


def test_a_good_record_is_read():
    assert parse_records(GOOD, "file", ["recall"])[0].value == 2.0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('unit = "d"\n', "", r"file.toml \[pool_days\].*unit.*missing"),
        ('unit = "d"', 'unit = "h"', r"ends in _days"),
        ("value = 2.0", "valeu = 2.0", r"unknown key 'valeu'.*did you mean value"),
        ("value = 2.0", "value = 9.0", r"outside its own range"),
        ('role = "measured"', 'role = "guessed"', r"role 'guessed' is not one of measured, fitted, assumed"),
        ('source = "recall"', 'source = "nobody2020"', r"unknown source 'nobody2020'"),
        ('source = "recall"\n', "", r"source missing"),
        ("[pool_days]", "[pool]", r"no unit in its name"),
        ("value = 2.0", "value = = 2", r"not readable as TOML"),
    ],
)
def test_bad_records_are_refused_in_one_sentence(old, new, message):
    with pytest.raises(InputError, match=message) as error:
        parse_records(GOOD.replace(old, new), "file", ["recall"])
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("red_cell_lifespan_days", "not of the form PARAMETER_ID=VALUE"),
        ("red_cell_lifespan=60", "lacks its unit; write red_cell_lifespan_days"),
        ("red_cell_lifespan_days=abc", "'abc' is not a number"),
        ("red_cell_lifespan_days=-1", "-1 is negative"),
        ("red_cell_lifespan_days=0", "zero is not possible"),
        ("red_cell_lifespan_days=nan", "not finite"),
        ("red_cell_lifespan_days=1e9", "hundredfold outside"),
        ("red_cell_lifspan_days=60", "did you mean red_cell_lifespan_days"),
        ("platelets.red_cell_lifespan_days=60", "unknown parameter"),
        ("early_progenitor_input_fraction=1", "not below 1"),
        ("erythropoiesis_fold_max=0.5", "below 1"),
    ],
)
def test_bad_settings(setting, message):
    with pytest.raises(InputError, match=message):
        parse_setting(setting)


def test_an_id_may_carry_its_subject():
    assert parse_setting("red_cells.red_cell_lifespan_days=60") == ("red_cell_lifespan_days", 60.0)


def test_a_changed_copy_leaves_the_original_and_moves_the_fingerprint():
    plain = Parameters()
    changed = plain.with_values({"red_cell_lifespan_days": 60.0})
    assert plain["red_cell_lifespan_days"] == 120.0
    assert changed["red_cell_lifespan_days"] == 60.0
    assert changed.reference("red_cell_lifespan_days") == 120.0
    assert plain.fingerprint() != changed.fingerprint()


def test_a_set_point_moves_the_reference_person():
    changed = Parameters().with_values({"platelets_normal_1e9_per_l": 300.0})
    assert changed.reference("platelets_normal_1e9_per_l") == 300.0


def test_every_unit_suffix_is_legal():
    for record in records().values():
        check_unit("record", record.id, record.unit)


def test_days_of_a_reticulocyte_must_stand_in_order():
    from hscape.biology.balance import constants

    with pytest.raises(InputError, match="must rise in this order"):
        constants(Parameters().with_values({"reticulocyte_blood_min_days": 1.2}))
