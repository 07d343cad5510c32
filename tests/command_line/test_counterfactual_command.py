"""`simulate` with a cause and `counterfactual`, as a user types them."""

import json

import pandas as pd
import pytest

from hscape.cli import run


def test_simulate_with_a_cause_writes_care_and_reserve(tmp_path, capsys):
    assert run(["simulate", "viral-suppression", "--seed", "3", "--out", str(tmp_path), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {"care.csv", "reserve.png", "reserve.svg", "counts.png"} <= set(answer["files"])
    assert answer["care"]["diagnosis_day"] > 0
    care = pd.read_csv(tmp_path / "care.csv")
    assert care.loc[care["name"] == "diagnosis", "day_after_diagnosis"].tolist() == [0.0]


def test_the_tables_end_with_death(tmp_path, capsys):
    assert run(["simulate", "hla-escape", "--seed", "4", "--out", str(tmp_path), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["care"]["death"]
    days = pd.read_csv(tmp_path / "history.csv")["day"]
    assert days.max() <= answer["care"]["diagnosis_day"] + answer["care"]["last_day_after_diagnosis"]


def test_many_patients_share_one_care_table(tmp_path, capsys):
    arguments = ["simulate", "viral-suppression", "--seed", "3", "--patients", "3", "--workers", "2", "--json"]
    assert run([*arguments, "--out", str(tmp_path)]) == 0
    assert set(pd.read_csv(tmp_path / "care.csv")["patient"]) == {0, 1, 2}


def test_a_counterfactual_by_label(tmp_path, capsys):
    arguments = ["counterfactual", "hla-escape", "--seed", "3", "--without-escape", "HLA allele mutation #1"]
    assert run([*arguments, "--out", str(tmp_path), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    last = answer["months"][-1]
    assert last["month"] == 24
    assert last["marrow_output_fold_changed"] < 0.1 * last["marrow_output_fold_as_it_was"]
    assert answer["attribution"]["months"][-1]["escape_fraction"] > 0.9
    assert "stem_cells_count_difference" in pd.read_csv(tmp_path / "comparison.csv")


def test_a_counterfactual_for_people(capsys):
    assert run(["counterfactual", "immune-aplastic-anemia", "--seed", "3", "--without-treatment", "horse_atg"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Without horse_atg")
    assert "not thereby safe" in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["healthy"], "has no cause"),
        (["hla-escape", "--without", "PIGB"], "did you mean PIGA"),
        (["hla-escape", "--without-treatment", "horse_atg"], "is not in the plan"),
        (["hla-escape", "--patients", "3", "--without", "PIGA"], "leave the other options out"),
        (["hla-escape", "--earlier-treatment", "99999"], "give more than 0 and less than"),
        (["hla-escape", "--earlier-treatment", "nan"], "earlier-treatment"),
        (["hla-escape", "--earlier-treatment", "-5"], "earlier-treatment"),
    ],
)
def test_bad_counterfactuals_are_one_sentence(arguments, message, capsys):
    assert run(["counterfactual", *arguments, "--seed", "1"]) == 2
    shown = capsys.readouterr().err
    assert message in shown
    assert "Traceback" not in shown
