"""The shipped example charts: readable without a question, alike in both forms, with their truth beside."""

import pytest

from hscape import examples
from hscape.clinic import assess
from hscape.errors import InputError
from hscape.exchange import read_charts


@pytest.mark.parametrize("name", examples.names())
def test_both_forms_are_read_without_blocking_or_asking(name):
    for ending in examples.ENDINGS:
        result = read_charts(examples.example_path(name, ending))
        assert len(result.charts) == 1
        assert [issue.message for issue in result.issues if issue.severity == "red"] == []


@pytest.mark.parametrize("name", examples.names())
def test_the_chart_holds_no_truth_and_the_truth_is_complete(name):
    chart = read_charts(examples.example_path(name, "yaml")).charts[0]
    assert chart.day_zero_meaning == "diagnosis"
    truth = examples.truth(name)
    assert set(truth["stem_cells_count"]) == {"0_months", "6_months", "12_months", "24_months"}
    text = examples.example_path(name, "yaml").read_text(encoding="utf-8")
    assert not any(word in text for word in truth["hidden"])


@pytest.mark.parametrize("name", ["intact-regrowth", "recovery-without-atg", "pnh-clone"])
def test_who_came_back_also_responds_by_the_rules(name):
    chart = read_charts(examples.example_path(name, "yaml")).charts[0]
    values = {verdict.rule: verdict.value for verdict in assess(chart)}
    assert examples.truth(name)["road"]["is_recovered"]
    if name != "recovery-without-atg":  # the rule needs a start of treatment
        assert values["response.nih.12-months"] in ("complete response", "partial response")


def test_an_unknown_example_is_named_with_the_nearest():
    with pytest.raises(InputError, match="intact-regrowth"):
        examples.example_path("intact-regrow")
    with pytest.raises(InputError, match="xlsx"):
        examples.example_path("refractory", "pdf")
