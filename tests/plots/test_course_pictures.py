"""Pictures of a course with care: they are drawn, marked at diagnosis, and the same bytes twice."""

from dataclasses import replace

import pytest

from hscape import InputError, Patient, load_scenario, plot, simulate
from hscape.care import admit
from hscape.plots.course_axis import course_axis


@pytest.fixture(scope="module")
def lived():
    return admit(replace(load_scenario("immune-aplastic-anemia").case(), follow_up_days=400.0), seed=3)


@pytest.mark.parametrize("what", ["reserve", "counts", "clones"])
def test_pictures_of_a_course_with_care(lived, what, tmp_path):
    for name in ("a.svg", "b.svg"):
        picture = plot(lived, what, title="A course")
        picture.save(tmp_path / name)
        picture.close()
    text = (tmp_path / "a.svg").read_text()
    assert text == (tmp_path / "b.svg").read_text()
    assert "after diagnosis" in text


def test_the_axis_counts_from_diagnosis_and_names_what_was_given(lived):
    time = course_axis(lived.history, lived)
    assert time.place(lived.diagnosis_day) == 0.0
    assert "diagnosis" in time.words()
    assert "horse ATG" in time.words()


def test_without_care_the_axis_is_that_of_the_course():
    history = simulate(Patient(), days=28, seed=1)
    assert course_axis(history).label == "Day"
    plot(history, "reserve").close()
    with pytest.raises(InputError, match="give one of counts, clones, reserve"):
        plot(history, "wheel")
