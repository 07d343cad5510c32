import pytest

from hscape.chart import Chart, CloneMeasurement, Event, HlaLocus, Measurement, Treatment
from hscape.errors import InputError


def platelets(day, value, **more):
    return Measurement(day=day, analyte="platelets_1e9_per_l", value=value, **more)


def test_entries_are_ordered_and_the_source_does_not_count():
    first = Chart(patient_id="A", measurements=(platelets(5, 10, source="a"), platelets(1, 20, source="b")))
    second = Chart(patient_id="A", measurements=(platelets(1, 20, source="c"), platelets(5, 10)))
    assert first == second
    assert [entry.day for entry in first.series("platelets_1e9_per_l")] == [1, 5]
    assert first.last_day == 5


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: platelets(1, 150000), "outside 0 to 3000 10\\*9/L"),
        (lambda: platelets(1, float("nan")), "not finite"),
        (lambda: platelets(1, -1), "outside 0"),
        (
            lambda: Measurement(day=0, analyte="platelets", value=1),
            "lacks its unit; write platelets_1e9_per_l",
        ),
        (lambda: platelets(1, 3, flags=("odd",)), "unknown flag"),
        (lambda: Treatment(name="atg", start_day=5, end_day=2), "before it starts"),
        (lambda: HlaLocus(locus="A", alleles=("A*02:01", "")), "not two alleles"),
        (lambda: Event(day=1, kind="birthday"), "kind of event"),
        (lambda: Chart(patient_id=""), "patient_id is empty"),
        (lambda: Chart(patient_id="A", sex="m"), "unknown sex"),
        (
            lambda: CloneMeasurement(
                day=0,
                clone="x",
                kind="gene",
                assay="sequencing",
                specimen="blood",
                status="positive",
                alt=9,
                depth=3,
            ),
            "alt cannot exceed depth",
        ),
        (
            lambda: CloneMeasurement(
                day=0, clone="x", kind="gene", assay="sequencing", specimen="blood", status="positive", alt=9
            ),
            "no depth",
        ),
    ],
)
def test_impossible_entries_are_refused(make, message):
    with pytest.raises(InputError, match=message):
        make()


def test_reads_win_over_a_reported_fraction():
    entry = CloneMeasurement(
        day=0,
        clone="x",
        kind="gene",
        assay="sequencing",
        specimen="blood",
        status="positive",
        alt=10,
        depth=100,
        vaf_fraction=0.4,
    )
    assert entry.measured_vaf_fraction == 0.1
