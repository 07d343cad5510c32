"""Pictures of charts and registries: what is drawn is what the chart holds."""

import io
from dataclasses import replace

import matplotlib.pyplot as plt
import pytest

from hscape.chart import Chart, CloneMeasurement, DoseStep, Event, Measurement, Transfusion, Treatment
from hscape.clinic.thresholds import threshold
from hscape.errors import InputError
from hscape.fractions import RiseShare
from hscape.plots.chart_clones import describe_clones, draw_chart_clones, rise_in_words
from hscape.plots.chart_counts import PANELS, describe_counts, draw_chart_counts, reference
from hscape.plots.registry_curves import draw_incidence, draw_responses, draw_swimmer, registry_pictures
from hscape.registry import registry_table


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def count(day, value, analyte="neutrophils_1e9_per_l", **more):
    return Measurement(day=day, analyte=analyte, value=value, **more)


def clone(day, share=None, status="positive", name="PNH", **more):
    return CloneMeasurement(
        day=day, clone=name, kind="pnh", assay="flow", status=status, cell_fraction=share,
        **({"specimen": "granulocytes"} | more),
    )  # fmt: skip


def words(figure):
    return [item.get_text() for item in figure.findobj(plt.Text) if item.get_text()]


def saved(figure):
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg")
    return buffer.getvalue()


def panel(figure, title):
    return next(axis for axis in figure.axes if axis.get_title(loc="left").startswith(title))


def test_thresholds_are_those_of_the_records():
    chart = Chart(
        patient_id="A", measurements=(count(0.0, 0.3), count(30.0, 1.0), count(0.0, 9.0, "platelets_1e9_per_l"))
    )
    figure = draw_chart_counts(chart)
    for title, names in (
        ("Neutrophils", ("severe_neutrophils", "very_severe_neutrophils")),
        ("Platelets", ("severe_platelets",)),
    ):
        levels = {line.get_ydata()[0] for line in panel(figure, title).lines if list(line.get_xdata()) == [0, 1]}
        assert {threshold(f"{name}_below_1e9_per_l") for name in names} <= levels


def test_values_after_transfusion_are_hollow_and_limits_are_arrows():
    chart = Chart(
        patient_id="A",
        measurements=(
            count(0.0, 10.0, "platelets_1e9_per_l", censored="below"),
            count(5.0, 40.0, "platelets_1e9_per_l", flags=("after_transfusion",)),
            count(50.0, 30.0, "platelets_1e9_per_l"),
        ),
        transfusions=(Transfusion(day=4.0, product="platelets"),),
    )
    figure = draw_chart_counts(chart)
    lines = panel(figure, "Platelets").lines
    hollow = [line for line in lines if line.get_markerfacecolor() == "white" and line.get_marker() == "o"]
    assert list(hollow[0].get_xdata()) == [5.0]
    assert any("arrow" in str(line.get_marker()) for line in lines)
    assert "Platelets given" in words(figure)
    assert any("Hollow" in text for text in words(figure))


def test_formulas_in_names_are_not_read_as_formulas():
    name = r"$\frac{1}{0}$ <b>"
    chart = Chart(
        patient_id=name, day_zero_meaning=name, measurements=(count(0.0, 0.4), count(90.0, 2.0)),
        clone_measurements=(clone(0.0, 0.1, name=name), clone(90.0, 0.2, name=name)),
        treatments=(Treatment(name=name, start_day=0.0, dose=1.0, dose_unit=name),),
    )  # fmt: skip
    for draw in (draw_chart_counts, draw_chart_clones):
        assert "<b>" not in saved(draw(chart))


def test_an_empty_chart_is_drawn():
    chart = Chart(patient_id="A")
    assert "no values in the chart" in words(draw_chart_counts(chart))
    assert "no clone measurement with a number" in words(draw_chart_clones(chart))
    assert "no values" in describe_counts(chart)
    assert describe_clones(chart) == ""


def test_reference_of_hemoglobin_follows_sex_and_age():
    hemoglobin = PANELS[0]
    woman = reference(Chart(patient_id="A", sex="female", age_years=30.0), hemoglobin)
    man = reference(Chart(patient_id="A", sex="male", age_years=30.0), hemoglobin)
    assert woman[0] < man[0]
    assert reference(Chart(patient_id="A"), hemoglobin) == (woman[0], man[1])
    low, high = reference(Chart(patient_id="A", sex="male", age_years=4.0), hemoglobin)
    assert low == threshold("normal_hemoglobin_child_under_5_g_per_dl")
    assert high is None
    draw_chart_counts(Chart(patient_id="A", age_years=4.0, measurements=(count(0.0, 9.0, "hemoglobin_g_per_dl"),)))


def test_four_results_of_a_clone_are_drawn_as_four_things():
    chart = Chart(
        patient_id="A",
        clone_measurements=(
            clone(0.0, status="negative", detection_limit_fraction=0.01),
            clone(100.0, 0.2),
            clone(50.0, status="not_tested", name="never"),
            clone(50.0, status="not_assessable", name="homozygous"),
            clone(50.0, 0.05, name="red", specimen="red_cells"),
        ),
    )
    figure = draw_chart_clones(chart)
    axis = panel(figure, "Share of cells")
    triangle = [line for line in axis.lines if line.get_marker() == "v"]
    assert len(triangle) == 1
    assert triangle[0].get_ydata()[0] == pytest.approx(1.0)
    text = " ".join(words(figure))
    assert "never" not in text
    assert "Not assessable: homozygous (day 50)" in text
    assert "lower limit only" in text


def test_an_impossible_share_is_a_cross_above_all_cells():
    share = CloneMeasurement(day=0.0, clone="X", kind="gene", gene="TET2", assay="sequencing", specimen="blood", status="positive", alt=800, depth=1000)  # fmt: skip
    figure = draw_chart_clones(Chart(patient_id="A", sex="female", clone_measurements=(share,)))
    crosses = [line for line in panel(figure, "Share of cells").lines if line.get_marker() == "x"]
    assert crosses[0].get_ydata()[0] == pytest.approx(160.0)


def test_the_rise_is_split_as_arithmetic():
    chart = Chart(
        patient_id="A", measurements=(count(0.0, 0.5), count(200.0, 2.5)),
        clone_measurements=(clone(0.0, 0.1), clone(200.0, 0.8)),
    )  # fmt: skip
    text = " ".join(words(draw_chart_clones(chart))).replace("\n", " ")
    assert (
        "of the rise of 2 × 10⁹/L from day 0 to day 200 (0.5 to 2.5), 1.95 came from PNH and 0.05 from everything else"
        in text
    )
    assert "does not say why" in text


@pytest.mark.parametrize(
    ("clone_change", "rest_change", "verdict", "said"),
    [
        (0.5, -0.2, "clone", "cells of X changed by +0.5, everything else by -0.2"),
        (-0.2, 0.1, "no rise", "did not rise by more than half"),
        (0.3, 0.3, "cannot tell", "cannot be told"),
        (0.0, 1.0, "rest", "Only the rest rose"),
    ],
)
def test_rises_in_words(clone_change, rest_change, verdict, said):
    rise = RiseShare(
        clone="X",
        from_day=0.0,
        to_day=9.0,
        clone_change=clone_change,
        rest_change=rest_change,
        verdict=verdict,
        reason="",
    )
    assert said in rise_in_words(rise)


def patient(name, end=400.0, **more):
    low = [
        count(0.0, 0.3),
        count(0.0, 9.0, "platelets_1e9_per_l"),
        count(0.0, 12.0, "reticulocytes_1e9_per_l"),
        count(0.0, 7.0, "hemoglobin_g_per_dl"),
    ]
    high = [
        entry
        for day in (60.0, 100.0, 190.0, 380.0)
        for entry in (
            count(day, 2.0),
            count(day, 150.0, "platelets_1e9_per_l"),
            count(day, 70.0, "reticulocytes_1e9_per_l"),
            count(day, 12.5, "hemoglobin_g_per_dl"),
        )
        if day < end
    ]
    events = (Event(day=0.0, kind="diagnosis"), *more.pop("events", (Event(day=end, kind="last_follow_up"),)))
    return Chart(
        patient_id=name, sex="male", age_years=40.0, events=events,
        measurements=(*low, *high, Measurement(day=0.0, analyte="marrow_cellularity_fraction", value=0.05)),
        treatments=(Treatment(name="horse_atg", start_day=10.0, end_day=14.0), Treatment(name="cyclosporine", start_day=10.0, dose=300.0, dose_unit="mg/d", taper=(DoseStep(day=200.0, dose=100.0),))),
    )  # fmt: skip


@pytest.fixture(scope="module")
def charts():
    return [
        patient("A"),
        patient("B", 150.0, events=(Event(day=150.0, kind="death"),)),
        patient("C", 300.0, events=(Event(day=120.0, kind="transplant"), Event(day=300.0, kind="last_follow_up"))),
    ]


def test_a_swimmer_plot_marks_what_happened(charts):
    figure = draw_swimmer(charts)
    text = words(figure)
    assert {
        "A",
        "B",
        "C",
        "severity: severe",
        "complete response",
        "death",
        "transplant",
        "alive, last seen",
        "horse ATG",
    } <= set(text)
    bars = [patch for patch in figure.axes[0].patches if hasattr(patch, "get_width")]
    assert max(bar.get_width() for bar in bars) == pytest.approx((400 - 10) / (365.25 / 12))
    with pytest.raises(InputError, match="definition"):
        draw_swimmer(charts, definition="nhi")
    with pytest.raises(InputError, match="severity"):
        draw_swimmer(charts, severity="x")
    with pytest.raises(InputError, match="no patient has a day"):
        draw_swimmer([Chart(patient_id="Z", day_zero_meaning="first visit in the file")])


def test_a_swimmer_plot_says_how_many_it_leaves_out(charts, monkeypatch):
    monkeypatch.setattr("hscape.plots.registry_swimmer.MAX_PATIENTS", 2)
    assert "1 more patients are not drawn" in " ".join(words(draw_swimmer(charts)))


def test_incidence_shows_numbers_at_risk_and_competing_events(charts):
    figure = draw_incidence(registry_table(charts), events=("response", "death"))
    text = words(figure)
    assert "at risk" in text
    assert "first confirmed response (3)" in text
    assert "death (1)" in text


def test_a_curve_says_how_many_were_tested_and_is_not_drawn_from_few(charts):
    text = words(draw_incidence(registry_table(charts), events=("evolution", "relapse")))
    assert "not estimable: 0 of 3 tested" in text
    assert any(
        "Clonal evolution: 3 never tested, not in the risk set" in line.replace("\n", " ") for line in [" ".join(text)]
    )
    test = CloneMeasurement(
        day=190.0, clone="karyotype", kind="chromosome", assay="karyotype", specimen="marrow", status="negative",
        karyotype="46,XY[20]",
    )  # fmt: skip
    many = [replace(charts[0], patient_id=f"T{n}", clone_measurements=(test,)) for n in range(10)]
    assert "10 of 13 tested" in [
        axis.get_legend().get_title().get_text()
        for axis in draw_incidence(registry_table([*charts, *many]), events=("evolution",)).axes
    ]


def test_incidence_of_nobody(charts):
    untreated = Chart(patient_id="Z", day_zero_meaning="first visit in the file")
    assert "nobody to count" in words(draw_incidence(registry_table([untreated]), events=("relapse",)))


def test_responses_add_up_to_the_patients(charts):
    figure = draw_responses(registry_table(charts), definitions=("nih", "race"))
    for axis in figure.axes:
        tops = {}
        for bar in axis.patches:
            tops[round(bar.get_x(), 3)] = max(tops.get(round(bar.get_x(), 3), 0), bar.get_y() + bar.get_height())
        assert set(tops.values()) == {3.0}
    with pytest.raises(InputError, match="definition"):
        draw_responses(registry_table(charts), definitions=("nhi",))


def test_a_registry_has_three_pictures(charts):
    assert list(registry_pictures(charts)) == ["swimmer", "incidence", "responses"]
    untreated = Chart(patient_id="Z", day_zero_meaning="first visit in the file")
    assert "swimmer" not in registry_pictures([untreated])
    assert registry_pictures([]) == {}
