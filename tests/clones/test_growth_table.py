"""Bad tables: one sentence, or a repair that is told; nothing is lost."""

import pandas as pd
import pytest

from hscape.clones.growth.read_table import read_table
from hscape.clones.growth.table_cells import columns_of
from hscape.errors import InputError


def table(**changes):
    base = {
        "person": ["A"] * 3, "variant": ["TP53 R175H"] * 3, "gene": ["TP53"] * 3, "age_years": ["60", "63", "66"],
        "alt": ["10", "20", "40"], "depth": ["1000"] * 3,
    }  # fmt: skip
    base |= changes
    return pd.DataFrame({key: value for key, value in base.items() if value is not None})


def vafs(*values, **changes):
    return table(alt=None, depth=None, vaf=list(values), **changes)


def codes(readings):
    return [issue.code for issue in readings.issues]


def test_a_plain_table_is_read_without_a_word():
    readings = read_table(table())
    (one,) = readings.trajectories
    assert list(one.alt) == [10, 20, 40]
    assert list(one.years) == [60, 63, 66]
    assert one.has_age
    assert one.has_depth
    assert readings.issues == ()


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (vafs("0.01", "1.3", "0.02"), ["row 3", "vaf", "1.3", "0 to 1"]),
        (vafs("0.01", "-0.1", "0.02"), ["row 3", "-0.1"]),
        (vafs("0.01", "many", "0.02"), ["row 3", "'many' is not a number"]),
        (table(alt=["10", "2000", "40"]), ["row 3", "2000", "1000", "depth"]),
        (table(alt=["10", "2.5", "40"]), ["whole numbers"]),
        (table(alt=["10", "", "40"]), ["row 3", "alt", "empty"]),
        (table(age_years=["60", "", "66"]), ["row 3", "age_years", "empty"]),
        (table(age_years=["60", "inf", "66"]), ["row 3", "not finite"]),
        (table(person=["A", "", "A"]), ["row 3", "person", "empty"]),
        (table(person=None), ["person", "missing"]),
        (table(variant=None), ["variant", "missing"]),
        (table(age_years=None), ["age_years, time_years or time_days"]),
        (table(depth=None), ["neither vaf nor alt with depth"]),
        (table(gene=["TP53", "TET2", "TP53"]), ["row 3", "TP53", "TET2", "keeps one"]),
        (table(sex=["other"] * 3), ["sex", "female, male"]),
        (table(copy_state=["triple"] * 3), ["copy_state", "triple", "cn_loh"]),
        (table(treated_from_years=["64"] * 3, treated_until_years=["61"] * 3), ["before it begins"]),
        (table(detection_limit_fraction=["2"] * 3), ["0.01 for 1%"]),
    ],
)
def test_impossible_tables_get_one_sentence(bad, words):
    with pytest.raises(InputError) as caught:
        read_table(bad)
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message, message


@pytest.mark.parametrize(
    "percent", [vafs("1", "2", "4"), vafs("0.5%", "2%", "4%"), vafs("1", "2", "4").rename(columns={"vaf": "VAF (%)"})]
)
def test_percent_is_divided_and_told(percent):
    readings = read_table(percent)
    assert readings.trajectories[0].vaf[1] == pytest.approx(0.02)
    assert "vaf_percent" in codes(readings)


def test_a_single_slip_above_one_is_not_taken_for_percent():
    with pytest.raises(InputError, match=r"12 is outside 0 to 1"):
        read_table(vafs("0.1", "12", "0.14"))


def test_unordered_visits_are_sorted_and_told():
    readings = read_table(table(age_years=["66", "60", "63"]))
    assert list(readings.trajectories[0].alt) == [20, 40, 10]
    assert codes(readings) == ["unordered"]


def test_readings_of_one_moment_are_added_and_told():
    readings = read_table(table(age_years=["60", "63", "63"]))
    assert list(readings.trajectories[0].alt) == [10, 60]
    assert list(readings.trajectories[0].depth) == [1000, 2000]
    assert codes(readings) == ["duplicate"]


def test_zero_counts_single_visits_and_blank_rows_are_kept_and_told():
    assert codes(read_table(table(alt=["0"] * 3))) == ["never_seen"]
    one = read_table(table().iloc[:1])
    assert codes(one) == ["single_visit"]
    assert len(one.trajectories) == 1
    blank = read_table(table(alt=["10", "", "40"], depth=["1000", "", "1000"]))
    assert codes(blank) == ["not_tested"]
    assert blank.trajectories[0].years.size == 2


def test_below_a_limit_and_decimal_comma():
    readings = read_table(vafs("<0.01", "0,02", "0.04"))
    assert list(readings.trajectories[0].below) == [True, False, False]
    assert readings.trajectories[0].vaf[1] == pytest.approx(0.02)


def test_days_sex_and_zygosity_reach_the_trajectory():
    readings = read_table(
        table(age_years=None, day=["0", "365.25", "730.5"], gene=["BCOR"] * 3, sex=["male"] * 3, variant=["x"] * 3)
    )
    one = readings.trajectories[0]
    assert list(one.years) == [0, 1, 2]
    assert not one.has_age
    assert one.copies.normal == 1  # BCOR lies on X
    loh = read_table(table(copy_state=["cn_loh"] * 3)).trajectories[0]
    assert loh.copies.mutant == 2


def test_synonyms_of_columns():
    found = columns_of(pd.DataFrame(columns=["Patient ID", "Mutation", "Age", "AO", "DP"]))
    assert found == {"person": "Patient ID", "variant": "Mutation", "age_years": "Age", "alt": "AO", "depth": "DP"}


@pytest.mark.parametrize(
    ("dates", "from_name", "value"),
    [("age_years", "treated_from_days", "23376"), ("time_days", "treated_from_years", "64")],
)
def test_dates_of_treatment_are_read_in_the_unit_of_their_own_header(dates: str, from_name: str, value: str) -> None:
    visits = ["60", "63", "66"] if dates == "age_years" else ["21915", "23010.75", "24106.5"]
    read = read_table(table(**{"age_years": None, dates: visits, from_name: [value] * 3}))
    ((begin, _),) = read.trajectories[0].treated
    assert begin == pytest.approx(64.0)  # 23376 days are 64 years of 365.25
