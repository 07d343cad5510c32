"""Scenarios with a cause: what is shipped is lived, what nobody can have or give is refused in one sentence."""

import pytest

from hscape import InputError, load_scenario
from hscape.care import admit
from hscape.scenario import parse_scenario

WITH_CAUSE = (
    "chemotherapy-lasting", "hla-escape", "immune-aplastic-anemia", "immune-untreated", "samd9", "telomere", "transplant",
    "viral-suppression",
)  # fmt: skip
TYPED = {"age_years": 40, "hla_typing": {"A": ["A*02:06", "A*24:02"]}}
RESTRICTED = {"type": "immune", "restricting_allele": "A*02:06"}


def failing(person=None, cause=None, care=None, **more):
    return {
        "name": "x", "person": person or {"age_years": 40}, "days": 100, "cause": cause or {"type": "immune"},
        "care": care or {}, **more,
    }  # fmt: skip


def treated(**treatment):
    return failing(care={"treatments": [treatment]})


@pytest.mark.parametrize("name", WITH_CAUSE)
def test_shipped_scenarios_with_a_cause_become_cases(name):
    scenario = load_scenario(name)
    case = scenario.case()
    assert case.follow_up_days == scenario.days
    assert {kind.name for kind in case.patient.kinds} == set(scenario.failure_clone_names())


def test_failure_clones_are_all_of_the_cause_none_or_named():
    assert "TERT_promoter" in parse_scenario(failing(cause={"type": "telomere"})).failure_clone_names()
    assert parse_scenario(failing({"age_years": 40, "failure_clones": "none"})).failure_clone_names() == ()
    named = parse_scenario(failing({"age_years": 40, "failure_clones": ["PIGA"]}))
    assert [kind.name for kind in named.case().patient.kinds] == ["PIGA"]


def test_loss_of_the_restricting_allele_escapes_and_without_restriction_it_does_not():
    restricted = parse_scenario(failing(TYPED, RESTRICTED | {"restricted_share": 0.9})).case()
    loss = next(kind for kind in restricted.patient.kinds if kind.name == "HLA_allele_mutation")
    assert (loss.vulnerability_fraction, loss.gene, loss.hla_allele) == (pytest.approx(0.1), "HLA-A", "A*02:06")
    free = parse_scenario(failing()).case()
    assert next(kind for kind in free.patient.kinds if kind.shown_as == "hla_loss").vulnerability_fraction == 1.0


def test_founder_clones_are_reported_in_a_course_with_care():
    person = {"age_years": 40, "life_before": False, "failure_clones": "none",
              "clones": [{"name": "mine", "stem_cells": 900, "vulnerability_fraction": 0.1}]}  # fmt: skip
    lived = admit(parse_scenario(failing(person)).case(), seed=1)
    rows = lived.history.clones[lived.history.clones["clone"] == "mine"]
    assert rows["stem_cells_count"].iloc[0] == 900
    assert rows["stem_cell_fraction"].iloc[-1] > 0.5


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (treated(type="horse_atg"), "has no after_diagnosis_days; write how many days"),
        (treated(after_diagnosis_days=14), r"treatments\[0\] has no type; give one of"),
        (treated(type=["x"], after_diagnosis_days=14), "type came as list; write a word"),
        (treated(type="horse_agt", after_diagnosis_days=14), "unknown treatment 'horse_agt'; did you mean horse_atg"),
        (
            treated(type="eltrombopag", after_diagnosis_days=14, dose_mg_per_day=5000),
            "dose_mg_per_day 5000 is not possible",
        ),
        (
            treated(type="cyclosporine", after_diagnosis_days=14, full_days=-10),
            "would taper cyclosporine before its start",
        ),
        (
            failing(care={"treatments": [{"type": "transplant", "after_diagnosis_days": 20}] * 2}),
            "two transplants 20 days",
        ),
        (failing(care={"rescue": [{"type": "prayer"}]}), "unknown rescue after no response 'prayer'"),
        (
            failing({"age_years": 40, "failure_clones": ["UPD7q"]}),
            "undoes an inherited defect that this person does not",
        ),
        (failing({"age_years": 40, "failure_clones": ["PIGB"]}), "unknown clone 'PIGB'; did you mean PIGA"),
        (failing({"age_years": 40, "failure_clones": ["PIGA", "PIGA"]}), "names PIGA twice"),
        (
            failing(
                {
                    "age_years": 40,
                    "sex": "female",
                    "life_before": False,
                    "clones": [{"name": "lost", "stem_cells": 5, "chromosome": "Y"}],
                }
            ),
            "lies on chromosome Y, which this person does not have",
        ),
        (failing({"age_years": 40, "clones": [{"name": "a", "stem_cells": 5}]}), "write life_before: false"),
        (failing({"age_years": 9}), "the blood of the model is an adult's"),
        (failing(cause=RESTRICTED), "no person.hla_typing of A"),
        (failing(TYPED, {"type": "immune", "restricting_allele": "A*01:01"}), "not in the patient's typing"),
        (failing(TYPED, {"type": "immune", "restricting_allele": "DRB1*15:01"}), "not of class I"),
        (
            failing({"age_years": 40, "hla_typing": {"A": ["A*02:06", "A*02:06"]}}, RESTRICTED),
            "6p CN-LOH cannot lose it",
        ),
        (failing(cause={"type": "imune"}), "unknown cause 'imune'; did you mean immune"),
        (failing(cause={"type": ["immune"]}), "unknown cause"),
        (failing(cause={"killing_per_day": 1}), "cause has no type"),
        (failing(cause={"type": "immune", "killing": 1}), "'killing' lacks its unit; write killing_per_day"),
        (failing(cause={"type": "immune", "killing_per_day": -1}), "cause.killing_per_day '-1' is not possible"),
        (failing(kernel="mean"), "a cause needs chance and blood"),
        ({"name": "x", "person": {"age_years": 40}, "days": 9, "care": {}}, "care is there but no cause"),
        (failing(care={"presentation": {"platelets": 20}}), "platelets_1e9_per_l"),
    ],
)
def test_what_nobody_can_have_or_give(data, message):
    with pytest.raises(InputError, match=message) as error:
        parse_scenario(data, "file.yaml")
    assert str(error.value).startswith("file.yaml")
    assert "\n" not in str(error.value)
