"""Roads to recovery: what is taken away changes only what hangs on it."""

import dataclasses

import pytest

from hscape.care import CarePlan, Planned, admit
from hscape.cohort.population import draw_case
from hscape.cohort.roads import ROADS, find_road, without_escape, without_own_end, without_treatment

IST = CarePlan(treatments=(Planned(name="horse_atg"), Planned(name="cyclosporine")), relapse="none")


def case(number, plan=IST):
    return draw_case("trial-usa", plan, seed=8, number=number, follow_up_days=745.0)


def test_without_escape_no_clone_is_spared_and_origin_is_the_same():
    before, after = case(3), without_escape(case(3))
    assert all(kind.vulnerability_fraction == 1.0 for kind in after.patient.kinds)
    assert [k.rate_per_year for k in before.patient.kinds] == [k.rate_per_year for k in after.patient.kinds]
    lived = [admit(item, seed=8, number=3).history for item in (before, after)]
    # Until the attack begins nothing differs, so what is there on day 0 is the same.
    assert lived[0].stem_cells[0] == lived[1].stem_cells[0]


def test_without_treatment_nothing_is_given():
    assert admit(without_treatment(case(2)), seed=8, number=2).treatments == ()


def test_without_its_own_end_an_attack_that_has_none_is_unchanged():
    number = next(n for n in range(50) if case(n).attack_ends_after_presentation_days is None)
    assert without_own_end(case(number)) == case(number)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_road_is_named_exactly_for_those_who_recovered(number):
    road = find_road(case(number), seed=8, number=number)
    assert (road.road in ROADS) == road.is_recovered
    assert road.is_recovered or road.road == ""


def test_a_transplanted_marrow_is_the_donors():
    plan = CarePlan(treatments=(Planned(name="transplant", after_diagnosis_days=60),), relapse="none")
    roads = [find_road(dataclasses.replace(case(n), plan=plan), seed=8, number=n).road for n in range(4)]
    assert "donor stem cells, after transplant" in roads
