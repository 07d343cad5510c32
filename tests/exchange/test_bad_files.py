"""The corpus of bad files: each gets its messages, none a traceback, and nothing changes without being said."""

import json
from pathlib import Path

import pytest
from tests.data import make_bad
from tests.data.corpus import base

from hscape.exchange import read_charts

BAD = Path(__file__).parent.parent / "data" / "bad"
MANIFEST = json.loads((BAD / "manifest.json").read_text(encoding="utf-8"))
CLEAN = {
    f"{day} {name}": value
    for day, values in zip(
        (0, 29, 59, 92),
        ((7.1, 12, 1.6, 0.3, 9), (8.0, 15, 1.8, 0.5, 21), (9.2, 31, 2.4, 1.1, 45), (10.4, 64, 3.1, 1.7, 62)),
        strict=True,
    )
    for name, value in zip(
        (
            "hemoglobin_g_per_dl",
            "platelets_1e9_per_l",
            "white_cells_1e9_per_l",
            "neutrophils_1e9_per_l",
            "reticulocytes_1e9_per_l",
        ),
        values,
        strict=True,
    )
}
SECRETS = (
    "Smith",
    "Müller",
    "山田",
    "Jeanne",
    "Hernandez",
    "00123456",
    "004512377",
    "4512377",
    "998877",
    "High Street",
    "example.org",
    "1999",
)


def test_the_corpus_has_at_least_200_files_and_no_strays():
    names = {path.name for path in BAD.iterdir()} - {"manifest.json"}
    assert names == set(MANIFEST)
    assert len(names) >= 200
    assert max(path.stat().st_size for path in BAD.iterdir() if path.name != "manifest.json") < 120_000


@pytest.mark.parametrize("name", sorted(MANIFEST))
def test_each_bad_file_gets_its_messages(name):
    expected = MANIFEST[name]
    result = read_charts(BAD / name)  # a traceback fails here
    codes = {issue.code for issue in result.issues}
    assert set(expected["expect"]) <= codes, codes
    if expected["expect"] or expected["n_charts"] == 0:
        assert result.issues
    for issue in result.issues:
        assert len(issue.message) > 10
        if issue.severity != "grey":
            assert issue.fix, issue
    if expected["n_charts"] is not None:
        assert len(result.charts) == expected["n_charts"], result.issues
    found = {
        f"{entry.day:g} {entry.analyte}": entry.value
        for chart in result.charts
        for entry in chart.measurements
        if "derived" not in entry.flags
    }
    if expected["values"] is not None:
        wanted = {**CLEAN, **expected["values"]}
        assert found == {key: value for key, value in wanted.items() if value is not None}
    if expected["n_values"] is not None:
        assert sum(len(chart.measurements) for chart in result.charts) == expected["n_values"]


@pytest.mark.parametrize("name", [name for name in sorted(MANIFEST) if name.startswith("cell_")])
def test_the_message_names_the_row_and_the_column(name):
    expected = MANIFEST[name]
    for code in expected["expect"]:
        (issue,) = [issue for issue in read_charts(BAD / name).issues if issue.code == code]
        assert issue.row in (4, 5)
        assert issue.column
        assert issue.value


@pytest.mark.parametrize("name", [name for name in sorted(MANIFEST) if name.startswith("identity_")])
def test_nothing_that_identifies_a_person_gets_in(name):
    result = read_charts(BAD / name)
    told = repr(result.charts) + repr([issue for issue in result.issues])
    for secret in SECRETS:
        assert secret not in told


def test_the_corpus_is_what_its_generator_writes(tmp_path, monkeypatch):
    monkeypatch.setattr(base, "HERE", tmp_path)
    make_bad.main()
    assert json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8")) == MANIFEST
    for name in MANIFEST:
        if not name.endswith(".xlsx"):  # zip libraries may differ in how they pack
            assert (tmp_path / name).read_bytes() == (BAD / name).read_bytes(), name
