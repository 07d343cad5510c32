"""Charts on the command line: assess, registry, template, convert."""

import json

import pandas as pd
import pytest

from hscape.cli import run


def hscape(capsys, *arguments):
    code = run([str(a) for a in arguments])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def template(capsys, tmp_path):
    path = tmp_path / "clinic.xlsx"
    assert hscape(capsys, "template", "--out", path)[0] == 0
    return path


def test_the_filled_example_of_the_template_is_assessed_in_plain_words(capsys, template):
    code, out, _ = hscape(capsys, "assess", template)
    assert code == 0
    assert "Severity, modified Camitta: severe" in out
    assert "Research use only" in out


def test_json_follows_the_contract(capsys, template):
    code, out, _ = hscape(capsys, "assess", template, "--json")
    data = json.loads(out)
    assert code == 0
    assert set(data) >= {"schema", "version", "fingerprint", "seed", "issues", "patients"}
    patient = data["patients"][0]
    assert set(patient) == {"id", "issues", "verdicts", "fractions"}
    assert set(patient["verdicts"][0]) >= {"rule", "name", "date", "value", "reasons", "source"}
    assert set(patient["fractions"][0]) >= {"clone", "day", "fraction", "formula"}
    assert set(patient["issues"][0]) >= {"sheet", "row", "column", "value", "severity", "message", "fix"}


def test_criteria_choose_the_rules(capsys, template):
    _, out, _ = hscape(capsys, "assess", template, "--json", "--criteria", "severity")
    rules = {verdict["rule"] for verdict in json.loads(out)["patients"][0]["verdicts"]}
    assert rules
    assert all(rule.startswith("severity") for rule in rules)


def test_choices_reach_the_rules(capsys, template, tmp_path):
    _, out, _ = hscape(capsys, "assess", template, "--criteria", "severity.bsh",
                       "--choice", "reticulocytes_below_1e9_per_l=10")  # fmt: skip
    assert "reticulocytes 12 10⁹/L on day 0, not below 10" in out
    code, _, err = hscape(capsys, "assess", template, "--choice", "transfusions_complete=yes")
    assert code == 2
    assert "did you mean transfusions_are_complete" in err


def test_the_registry_takes_a_definition(capsys, template, tmp_path):
    code, _, _ = hscape(capsys, "registry", template, "--out", tmp_path / "r", "--definition", "race")
    assert code == 0
    assert "RACE" in (tmp_path / "r" / "incidence.svg").read_text(encoding="utf-8")
    assert hscape(capsys, "registry", template, "--out", tmp_path / "s", "--definition", "nhi")[0] == 2


def test_a_page_is_written_whole(capsys, template, tmp_path):
    code, out, _ = hscape(capsys, "assess", template, "--out", tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert code == 0
    assert str(tmp_path / "page.html") in out
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert "<script" not in page.lower()


def test_registry_writes_a_row_a_patient(capsys, template, tmp_path):
    code, _, _ = hscape(capsys, "registry", template, "--out", tmp_path / "registry")
    assert code == 0
    table = pd.read_csv(tmp_path / "registry" / "registry.csv")
    assert len(table) == 1
    assert (tmp_path / "registry" / "registry.xlsx").stat().st_size > 1000


def test_convert_keeps_the_chart(capsys, template, tmp_path):
    from hscape.exchange import read_charts

    assert hscape(capsys, "convert", template, tmp_path / "chart.yaml")[0] == 0
    assert hscape(capsys, "convert", tmp_path / "chart.yaml", tmp_path / "again.xlsx")[0] == 0
    first, again = read_charts(tmp_path / "chart.yaml").charts[0], read_charts(tmp_path / "again.xlsx").charts[0]
    assert len(first.measurements) == len(again.measurements)
    assert len(first.clone_measurements) == len(again.clone_measurements)


def test_an_open_question_exits_with_3(capsys, tmp_path):
    path = tmp_path / "visits.csv"
    path.write_text("patient,date,Hb (g/dL),platelets (10^9/L)\nA,03/04/2024,9.1,20\nA,05/06/2024,9.3,22\n")
    code, out, err = hscape(capsys, "assess", path)
    assert code == 3
    assert "AMBER" in out
    assert "--answers" in err


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", b"", "nothing in this file could be read"),
        ("noise.xlsx", b"PK\x03\x04 not really", "nothing in this file could be read"),
    ],
)
def test_unreadable_files_exit_with_2(capsys, tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    code, _, err = hscape(capsys, "assess", tmp_path / name)
    assert code == 2
    assert message in err
    assert "Traceback" not in err


def test_missing_files_and_folders_are_one_sentence(capsys, tmp_path, template):
    code, _, err = hscape(capsys, "assess", tmp_path / "nothing.xlsx")
    assert code == 2
    assert "there is no such file" in err
    code, _, err = hscape(capsys, "assess", template, "--out", tmp_path / "page.docx")
    assert code == 2
    assert "does not end in .html" in err
    code, _, err = hscape(capsys, "assess", template, "--out", tmp_path / "no" / "page.html")
    assert code == 2
    assert "does not exist" in err
    code, _, err = hscape(capsys, "assess", template, "--criteria", "nonsense")
    assert code == 2
    assert "nonsense" in err
