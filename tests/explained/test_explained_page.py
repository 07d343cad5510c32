"""The page of an explanation: whole, offline, honest, the same bytes."""

import base64
import csv
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from hscape.errors import InputError
from hscape.inference.checks import Alarm
from hscape.inference.quantities import chance
from hscape.report.explained import answer_sentences, explain
from hscape.report.explained.result import explained

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.ids, self.links, self.tags, self.captionless = [], [], [], [], 0

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a":
            self.links.append(attributes["href"])
        if tag not in VOID and not self.get_starttag_text().endswith("/>"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def page(found):
    return found.report()


@pytest.fixture(scope="module")
def read(page):
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


def test_the_page_is_whole_offline_and_without_script(page, read):
    assert len(read.ids) == len(set(read.ids))
    assert all(link.startswith(("#", "data:text/csv")) for link in read.links)
    assert all(link[1:] in read.ids for link in read.links if link.startswith("#"))
    names = [tag for tag, _ in read.tags]
    assert "script" not in names
    assert {"main", "nav", "header", "footer"} <= set(names)
    assert "src=" not in page
    assert not re.search(r"https?://(?!www\.w3\.org)", page)


def test_each_picture_has_words_a_table_and_a_file(read, page):
    pictures = [attributes for tag, attributes in read.tags if tag == "svg"]
    assert len(pictures) >= 10
    assert all(p["aria-labelledby"] in read.ids and p["aria-describedby"] in read.ids for p in pictures)
    names = [tag for tag, _ in read.tags]
    assert names.count("table") == names.count("caption")
    files = [link for link in read.links if link.startswith("data:")]
    assert len(files) == len(pictures) - 2  # the two pictures of the chart alone are folded out of tables on the page
    for address in files:
        rows = list(csv.reader(io.StringIO(base64.b64decode(address.partition(",")[2]).decode())))
        assert len(rows) > 1
        assert len({len(row) for row in rows}) == 1


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(found, page):
    again = explain(found.chart, seed=1)
    assert again.report() == page
    assert json.dumps(again.as_dict()) == json.dumps(found.as_dict())
    other = explain(found.chart, seed=2)
    assert other.as_dict()["draws"]["sha256"] != found.as_dict()["draws"]["sha256"]


def test_nothing_is_recommended(page):
    text = re.sub(r"<[^>]+>", " ", page).lower().replace("nothing is recommended", "")
    for word in ("best treatment", "we recommend", "recommended", "should be treated", "optimal", "superior"):
        assert word not in text
    assert "resistance is not safety" in text
    assert "research use only" in text


def test_deaths_are_shown_only_when_asked_for(found, page):
    assert "dead at 24 months" not in page
    assert "dead at 24 months" in found.report(with_deaths=True)
    assert all("dead" not in forecast for forecast in found.as_dict()["forecasts"])
    assert all(len(forecast["dead"]) == 25 for forecast in found.as_dict(with_deaths=True)["forecasts"])


def test_an_untested_clone_is_called_so_and_stays_a_hypothesis(found):
    words = " ".join(answer_sentences(found))
    assert "An undetected escape clone stays a hypothesis: HLA loss (not tested)" in words
    assert "PNH clone (" not in words
    clones = {clone["id"]: clone for clone in found.as_dict()["clones"]}
    assert clones["HLA-loss clone"]["test"] == "not tested"
    assert clones["PNH clone"]["test"] == "found"


def test_share_and_cause_are_told_apart(found):
    causes = replace(found.causes, shares=np.full_like(found.causes.shares, 0.4),
                     by_clone=np.full_like(found.causes.by_clone, 0.05))  # fmt: skip
    words = " ".join(answer_sentences(replace(found, causes=causes)))
    assert "Share is not cause: the PNH clone holds 40 % of the granulocytes, but only 5 %" in words


def test_a_withheld_answer_gives_reasons_and_no_number(found):
    alarm = Alarm("weights", "withheld", "Pareto k of the weights is 0.90; at most 0.7")
    withheld = explained(replace(found, status="withheld", alarms=(alarm,)))
    told = withheld.as_dict()
    for key in ("p_clone_mediated", "log10_bayes_factor", "reserve", "p_recovers_if_insult_ends", "causes_2x2"):
        assert told[key] is None
    assert told["forecasts"] == []
    assert told["clones"][0]["share"] is None
    assert told["alarms"][0]["words"].startswith("Pareto k")
    page = withheld.report()
    assert "The answer is withheld: Pareto k of the weights is 0.90" in page
    assert "Who rebuilt the marrow" not in page
    assert "Blood counts of T-1" in page


def test_the_answer_has_every_key_of_the_contract_and_no_missing_number(found):
    told = found.as_dict()
    wanted = {"status", "engine", "clones", "p_clone_mediated", "log10_bayes_factor", "causes_2x2", "reserve",
              "p_recovers_if_insult_ends", "forecasts", "learnt", "alarms"}  # fmt: skip
    assert wanted <= set(told)
    json.dumps(told, allow_nan=False)
    assert sum(told["causes_2x2"].values()) == pytest.approx(1.0, abs=1e-4)  # printed with six digits
    assert sum(clone["share"] for clone in told["clones"]) == pytest.approx(1.0, abs=1e-3)
    assert [f["name"] for f in told["forecasts"]] == [
        "supportive care", "immunosuppression", "immunosuppression with eltrombopag", "transplant"]  # fmt: skip


def test_what_a_further_reading_would_tell_is_a_share_and_is_on_the_page(found):
    told = found.as_dict()["next_measurements"]
    assert all(0.0 <= one["variance_removed"] <= 1.0 for one in told)
    assert all(one["measurement"] in found.report() for one in told)


def test_probabilities_are_never_finer_than_the_draws():
    assert chance(0.0, 1000) == "below 1 %"
    assert chance(0.0, 20) == "below 5 %"
    assert chance(1.0, 20) == "above 95 %"
    assert chance(0.345, 1000) == "34 %"
    assert chance(None) == "not applicable"


def test_a_hostile_name_becomes_text(make_chart, found):
    hostile = replace(found, chart=replace(found.chart, patient_id="<script>alert(1)</script>"))
    page = explained(replace(hostile, status="withheld")).report()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_page_is_refused_where_it_cannot_be_written(found, page, tmp_path, monkeypatch):
    monkeypatch.setattr("hscape.report.explained.page.explained_page", lambda *a, **k: page)
    with pytest.raises(InputError, match=r"does not end in \.html"):
        found.save_report(tmp_path / "x.pdf")
    with pytest.raises(InputError, match="does not exist"):
        found.save_report(tmp_path / "no" / "x.html")
    path = found.save_report(tmp_path / "x.html")
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.html"]


def test_arviz_is_optional_and_its_absence_is_said(found, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "arviz_base", None)
    with pytest.raises(InputError, match="pip install arviz-base"):
        found.to_arviz()
