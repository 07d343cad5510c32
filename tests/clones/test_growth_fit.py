"""The fit against simulated truth and plain expectation, and the command."""

import json

import numpy as np
import pandas as pd
import pytest

from hscape.chart import Chart, CloneMeasurement, Treatment
from hscape.cli import run
from hscape.clones import fit_growth
from hscape.clones.growth.competition import Course, others_of, parents_of
from hscape.clones.growth.read_chart import readings_of_charts
from hscape.parameters import Parameters

AGES = [60.0, 63.0, 66.0, 69.0, 72.0]


def series(vaf, *, person="A", variant="v", gene="DNMT3A", depth=5000, ages=AGES, **more):
    alt = np.round(np.asarray(vaf) * depth).astype(int)
    return pd.DataFrame(
        {"person": person, "variant": variant, "gene": gene, "age_years": ages, "alt": alt, "depth": depth, **more}
    )


def logistic(share, rate):
    odds = share / (1 - share) * np.exp(rate * (np.array(AGES) - AGES[0]))
    return 0.5 * odds / (1 + odds)


def test_a_clean_course_is_found_and_onset_lies_before_it():
    (clone,) = fit_growth(series(logistic(0.04, 0.12))).clones
    fitness = clone.fitness_per_year
    # The reads were made without scatter; a clean fit must be centered within a fourth of its own interval.
    assert abs(fitness.median - 0.12) < 0.25 * (fitness.high - fitness.low)
    assert clone.verdict == "growing"
    assert 0 <= clone.onset_years.low < clone.onset_years.median < 60
    assert clone.size_first.low < 4000 < clone.size_first.high
    assert clone.learnt > 0.8


def test_decline_flat_and_two_visits():
    (down,) = fit_growth(series(logistic(0.4, -0.25))).clones
    assert down.verdict == "shrinking"
    assert down.net_growth_per_year.high < 0
    (two,) = fit_growth(series(logistic(0.04, 0.12)[:2], ages=AGES[:2])).clones
    (five,) = fit_growth(series(logistic(0.04, 0.12))).clones
    assert two.learnt < five.learnt
    width = two.net_growth_per_year.high - two.net_growth_per_year.low
    assert width > 2 * (five.net_growth_per_year.high - five.net_growth_per_year.low)


def test_what_is_not_seen_is_not_learnt():
    (never,) = fit_growth(series(np.zeros(5))).clones
    assert never.verdict == "not learnt"
    assert never.learnt == 0.0
    (once,) = fit_growth(series([0.05], ages=[60.0])).clones
    assert once.verdict == "not learnt"
    assert once.learnt < 0.05


def test_a_fit_clone_lowers_the_others():
    slow = series(np.full(5, 0.05), variant="slow", gene="TET2")
    alone = fit_growth(slow).clones[0]
    big = series(logistic(0.3, 0.25), variant="big", gene="SRSF2")
    both = fit_growth(pd.concat([slow, big])).clones[0]
    assert both.mean_fitness_others_per_year > 0.05
    assert both.fitness_per_year.median > alone.fitness_per_year.median + 0.03
    # Net growth is what the readings show, whoever else is there.
    assert abs(both.net_growth_per_year.median - alone.net_growth_per_year.median) < 0.03


def test_pigeonhole_and_mean_fitness():
    years = np.array([60.0, 65.0])
    large, small, lone = (
        Course(years, np.array([0.7, 0.8]), 0.2),
        Course(years, np.array([0.4, 0.5]), 0.1),
        Course(years, np.array([0.1, 0.1]), 0.3),
    )
    assert parents_of([small, large]) == [1, None]
    assert parents_of([large, lone]) == [None, None]
    assert others_of([large, lone], [None, None], 1)[0] == pytest.approx(0.75 * 0.2)
    assert others_of([small, large], [1, None], 0)[0] == pytest.approx((0.75 - 0.45) * 0.2)
    assert others_of([small, large], [1, None], 1)[0] == 0.0


def test_variants_that_move_together_are_one_clone():
    vaf = np.array([0.02, 0.11, 0.06, 0.2, 0.3])
    fit = fit_growth(pd.concat([series(vaf, variant="a", depth=20_000), series(vaf * 1.02, variant="b", depth=20_000),
                                series(vaf[::-1] * 0.5, variant="c", depth=20_000)]))  # fmt: skip
    first, second, third = fit.clones
    assert first.group == second.group == "a"
    assert third.group == "c"
    assert 0.9 <= first.p_same_group <= 1.0


def test_growth_falls_on_treatment_for_an_escape_clone_only():
    on = np.where(np.array(AGES) > 66.0, np.array(AGES) - 66.0, 0.0)
    off = np.array(AGES) - 60.0 - on
    escape = [
        series(0.01 * np.exp(0.4 * off - 0.1 * on), person=f"E{k}", gene="PIGA", sex="female", treated_from_years=66.0)
        for k in range(3)
    ]
    driver = [
        series(0.01 * np.exp(0.2 * (off + on)), person=f"D{k}", gene="DNMT3A", sex="female", treated_from_years=66.0)
        for k in range(3)
    ]
    fit = fit_growth(pd.concat([*escape, *driver]))
    words = {gene.gene: gene.treatment_verdict for gene in fit.genes}
    assert words == {"PIGA": "falls on treatment", "DNMT3A": "no change seen"}
    clone = fit.clones[0]
    assert clone.growth_off_treatment_per_year.low > clone.growth_on_treatment_per_year.high - 0.2
    assert clone.treatment_change_per_year.high < 0


def test_every_seed_and_number_of_workers_gives_the_same():
    data = pd.concat([series(logistic(0.04, 0.12)), series(logistic(0.1, 0.0), person="B")])
    first, second = fit_growth(data, 1), fit_growth(data, 2, workers=3)
    assert first.as_dict() == second.as_dict()


def test_a_chart_is_read():
    found = [CloneMeasurement(day=day, clone="TET2 x", kind="gene", assay="sequencing", specimen="blood", status="positive",
                              gene="TET2", alt=alt, depth=1000) for day, alt in ((0.0, 20), (700.0, 30), (1400.0, 60))]  # fmt: skip
    chart = Chart(patient_id="P1", sex="female", age_years=50.0, clone_measurements=tuple(found),
                  treatments=(Treatment(name="cyclosporine", start_day=365.25),))  # fmt: skip
    (one,) = readings_of_charts([chart], Parameters()).trajectories
    assert one.has_age
    assert one.treated == ((51.0, float("inf")),)
    assert list(one.alt) == [20, 30, 60]
    assert fit_growth(chart).clones[0].gene == "TET2"


def test_the_command(tmp_path, capsys):
    path = tmp_path / "serial.csv"
    series(logistic(0.04, 0.12)).to_csv(path, index=False)
    assert run(["clones", "growth", str(path), "--json", "--seed", "1", "--out", str(tmp_path / "out")]) == 0
    answer = json.loads(capsys.readouterr().out)
    clone = answer["clones"][0]
    assert answer["schema"] == "hscape.clone_growth/1"
    assert {"person", "id", "gene", "net_growth_per_year", "fitness_per_year", "onset_years", "p_growing"} <= set(clone)
    for name in ("net_growth_per_year", "fitness_per_year", "onset_years"):
        assert clone[name]["low"] <= clone[name]["median"] <= clone[name]["high"]
    assert answer["interval_percent"] == 95
    names = {file.name for file in (tmp_path / "out").iterdir()}
    assert names == {"clones.csv", "genes.csv", "trajectories.png", "forest.png", "learnt.png"}
    assert run(["clones", "growth", str(path)]) == 0
    assert "growing" in capsys.readouterr().out


def test_the_command_refuses_in_one_sentence(tmp_path, capsys):
    for name, text in (("empty.csv", ""), ("head.csv", "person,variant\n"), ("cols.csv", "a,b\n1,2\n")):
        path = tmp_path / name
        path.write_text(text)
        assert run(["clones", "growth", str(path)]) == 2
        told = capsys.readouterr().err.strip().splitlines()
        assert len(told) == 1
        assert told[0].startswith("hscape: ")
    assert run(["clones", "growth", str(tmp_path / "none.csv")]) == 2
    assert "there is no such file" in capsys.readouterr().err
