"""Designs: the shipped ones load, and whatever is wrong is one sentence that says where."""

from __future__ import annotations

import copy

import pytest
import yaml

from hscape.cohort import Checks, design_names, load_design, parse_design
from hscape.errors import InputError
from tests.cohort import fakes


@pytest.fixture
def good():
    from importlib import resources

    return yaml.safe_load(resources.files("hscape.cohort.designs").joinpath("race-like.yaml").read_text())


@pytest.mark.parametrize("name", design_names())
def test_shipped_designs_load(name):
    design = load_design(name, fakes.CHECKS)
    assert design.name == name
    assert design.what


def set_at(data, path, value):
    *way, last = path
    for key in way:
        data = data[key]
    if value is KeyError:
        del data[last]
    else:
        data[last] = value


BAD = [
    (("populaton",), "x", r"design: unknown key 'populaton'; did you mean population\?"),
    (("arms", 1, "treatment"), [], r"arms\[1\]: unknown key 'treatment'; did you mean treatments"),
    (("visits", "every_day"), 3, r"visits: unknown key 'every_day'; did you mean every_days"),
    (("population",), KeyError, r"population is missing; add it"),
    (("follow_up_months",), -3, r"follow_up_months '-3' is not possible: it must be greater than 0"),
    (("follow_up_months",), "24", r"follow_up_months '24' is not possible: it must be a number"),
    (("follow_up_months",), float("nan"), r"follow_up_months 'nan' is not possible"),
    (("arms", 0, "share"), 0.6, r"the shares of the arms add to 1\.1, not to 1"),
    (("arms", 0, "name"), "with eltrombopag", r"two arms have the same name"),
    (("arms",), [], r"arms is not possible"),
    (("visits", "routine"), "nih", r"visits: it must hold either every_days or routine"),
    (("era",), "1980s", r"era '1980s' is not possible: it must be 'modern' or '1970s'"),
    (("eligibility", "severity"), ["awful"], r"severity\[0\] 'awful' is not possible"),
    (("eligibility", "age_years"), [40, 20], r"eligibility: age_years ends before it begins"),
    (("responses",), ["nhi"], r"responses\[0\] 'nhi' is not possible"),
    (("arms", 0, "treatments", 0), {"start_day": 3}, r"arms\[0\]\.treatments\[0\] has no type"),
    (("arms", 0, "treatments", 0, "start_day"), float("inf"), r"treatments\[0\]: holds something"),
    (("arms", 0, "rescue", 0), "transplant", r"rescue\[0\] 'transplant' is not possible"),
    (("censoring", "lost_per_year"), 99, r"lost_per_year '99' is not possible"),
]


@pytest.mark.parametrize(("path", "value", "message"), BAD)
def test_a_bad_design_is_one_sentence(good, path, value, message):
    data = copy.deepcopy(good)
    set_at(data, path, value)
    with pytest.raises(InputError, match=message) as raised:
        parse_design(data)
    text = str(raised.value)
    assert "\n" not in text
    assert text.endswith((".", "?"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "came as NoneType"),
        ("- a", "came as list"),
        ("name: [", "in line"),
        ("name: a\nname: b", "the key 'name' is written twice"),
        ("a: !!python/object/apply:os.system [ls]", "could not determine a constructor"),
    ],
)
def test_a_file_that_is_no_design_is_one_sentence(tmp_path, text, message):
    (tmp_path / "x.yaml").write_text(text)
    with pytest.raises(InputError, match=message):
        load_design(tmp_path / "x.yaml")


def test_a_missing_file_and_a_missing_name(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        load_design(tmp_path / "none.yaml")
    with pytest.raises(InputError, match="unknown design 'race'; did you mean race-like"):
        load_design("race")


def test_the_checks_see_every_treatment_with_its_place(good):
    seen = []
    checks = Checks(lambda m, w: seen.append((m["type"], w)), fakes.nothing, fakes.nothing, fakes.nothing)
    parse_design(good, "file", checks)
    assert seen[0] == ("horse_atg", "file: arms[0].treatments[0]")
    assert len(seen) == 5


def test_arms_keep_their_shares_and_adding_patients_moves_nobody():
    arms = [
        fakes.design().arms[0].model_copy(update={"name": name, "share": share})
        for name, share in (("a", 0.5), ("b", 0.3), ("c", 0.2))
    ]
    design = fakes.design(arms=arms)
    for n in (10, 100, 1000, 3001):
        for arm in arms:
            n_arm = sum(design.arm_of(number).name == arm.name for number in range(n))
            assert abs(n_arm - arm.share * n) <= 4
