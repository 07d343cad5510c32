"""The page: self-contained, escaped, readable by machines that read aloud, and silent about treatment."""

import re
import xml.dom.minidom
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from hscape.chart import Chart, CloneMeasurement, Event, Measurement, Transfusion, Treatment
from hscape.errors import InputError
from hscape.exchange import Issue, ReadResult, read_charts, write_template
from hscape.report.page import assess_page

NASTY = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>$\\frac{1}{0}$&amp;\u202e"
VOID = {"meta", "br", "link", "img"}
ALLOWED_ATTRIBUTES = {
    "class",
    "id",
    "href",
    "scope",
    "role",
    "tabindex",
    "lang",
    "charset",
    "name",
    "content",
    "http-equiv",
}


class Reader(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self):
        super().__init__()
        self.tags, self.open, self.attributes, self.headings = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.append((tag, dict(attrs), "svg" in self.open))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.append((tag, dict(attrs), "svg" in self.open))


def read(page):
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


def chart(name="AA-1", clone="PNH", gene="PIGA", drug="cyclosporine", **more):
    counts = [(0.0, 0.3), (180.0, 1.5), (360.0, 2.4)]
    measured = [Measurement(day=day, analyte="neutrophils_1e9_per_l", value=value) for day, value in counts]
    measured += [
        Measurement(day=0.0, analyte="platelets_1e9_per_l", value=5.0, censored="below"),
        Measurement(day=360.0, analyte="platelets_1e9_per_l", value=120.0, flags=("after_transfusion",)),
    ]
    clones = [
        CloneMeasurement(
            day=day,
            clone=clone,
            kind="pnh",
            gene=gene,
            assay="flow",
            specimen="granulocytes",
            status="positive",
            cell_fraction=share,
        )
        for day, share in ((0.0, 0.01), (360.0, 0.4))
    ]
    return Chart(
        patient_id=name, sex="female", age_years=30.0, measurements=tuple(measured), clone_measurements=tuple(clones),
        treatments=(Treatment(name=drug, start_day=10.0),), transfusions=(Transfusion(day=355.0, product="platelets"),),
        events=(Event(day=0.0, kind="diagnosis"), Event(day=300.0, kind="infection", detail=name)), **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def nasty_page():
    issues = tuple(
        Issue(
            sheet=NASTY,
            row=3,
            column=NASTY,
            value=NASTY,
            severity=kind,
            message=NASTY,
            fix=NASTY,
            code="x",
            key=NASTY,
            patient_id=patient,
        )
        for kind, patient in (("red", NASTY), ("amber", NASTY), ("grey", ""))
    )
    nasty = chart(NASTY, clone=NASTY, gene=NASTY, drug=NASTY, day_zero_meaning=NASTY)
    return assess_page(ReadResult(charts=(nasty, chart()), issues=issues), title=NASTY)


@pytest.fixture(scope="module")
def page():
    issue = Issue(sheet="Visits", row=4, column="Hb", value="72", severity="amber", message="Is it g/L?", fix="Say so.", code="unit", key="unit:Visits:Hb", patient_id="AA-1")  # fmt: skip
    return assess_page(ReadResult(charts=(chart(),), issues=(issue,)))


def test_nothing_from_a_file_becomes_markup(nasty_page):
    reader = read(nasty_page)
    assert not {"script", "img", "iframe", "object", "embed", "form", "link"} & set(reader.tags)
    assert "<script" not in nasty_page.lower()
    assert "\u202e" not in nasty_page
    for tag, attributes, in_svg in reader.attributes:
        assert not [name for name in attributes if name.startswith("on")], tag
        if not in_svg and tag != "svg":
            assert {name for name in attributes if not name.startswith("aria-")} <= ALLOWED_ATTRIBUTES
        for name in ("href", "xlink:href"):
            assert attributes.get(name, "#").startswith("#")


def test_the_page_needs_no_network(nasty_page):
    assert "Content-Security-Policy" in nasty_page
    assert "default-src 'none'" in nasty_page
    addresses = set(re.findall(r"https?://[^\"'<> ]+", nasty_page)) - set(re.findall(r"<li[^>]*>[^<]*", nasty_page))
    assert {address for address in addresses if "w3.org" not in address} == set()
    assert not re.search(r"url\((?!#)|@import|src=\"", re.sub(r"&[a-z#0-9]+;", "", nasty_page))


def test_names_are_unique_and_links_arrive(nasty_page):
    names = [attributes["id"] for _, attributes, _ in read(nasty_page).attributes if "id" in attributes]
    assert len(names) == len(set(names))
    targets = {attributes["href"][1:] for tag, attributes, _ in read(nasty_page).attributes if tag == "a"}
    assert targets <= set(names)


def test_pictures_are_sound_and_told_in_words(nasty_page):
    drawn = re.findall(r"<svg.*?</svg>", nasty_page, re.S)
    assert len(drawn) == 4
    for one in drawn:
        document = xml.dom.minidom.parseString(one)
        assert document.documentElement.getAttribute("role") == "img"
        assert document.getElementsByTagName("title")
        assert document.getElementsByTagName("desc")


def test_headings_descend_and_tables_have_captions_and_heads(page):
    reader = read(page)
    assert reader.headings[0] == 1
    assert reader.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(reader.headings, reader.headings[1:], strict=False))
    assert reader.tags.count("table") == reader.tags.count("caption") == reader.tags.count("thead")
    assert all("scope" in attributes for tag, attributes, _ in reader.attributes if tag == "th")


def test_the_page_says_what_it_is_and_what_it_is_not(page):
    assert page.count("Research use only") >= 3
    assert "An evidence table, not a diagnosis" in page
    assert "Resistance is not safety" in page
    assert "cannot tell" in page
    assert "Why: " in page
    assert "Is it g/L?" in page
    assert "unit:Visits:Hb" in page
    assert (
        "of the rise of 2.1 × 10⁹/L from day 0 to day 360 (0.3 to 2.4), 0.957 came from PNH and 1.14 from everything else"
        in page
    )


def test_no_escape_clone_no_warning():
    none = replace(chart(), clone_measurements=())
    page = assess_page(ReadResult(charts=(none,)))
    assert "Resistance is not safety" not in page
    assert "No clone was measured" in page


def test_a_negative_escape_clone_gives_no_warning():
    negative = CloneMeasurement(day=0.0, clone="PNH", kind="pnh", assay="flow", specimen="granulocytes", status="negative", detection_limit_fraction=0.01)  # fmt: skip
    page = assess_page(ReadResult(charts=(replace(chart(), clone_measurements=(negative,)),)))
    assert "Resistance is not safety" not in page
    assert "below 1 %" in page


def test_only_the_first_patients_are_drawn(monkeypatch):
    monkeypatch.setattr("hscape.report.page.MAX_PICTURES", 1)
    page = assess_page(ReadResult(charts=(chart("A"), chart("B"))))
    assert page.count("<svg") == 2
    assert "Pictures are drawn for the first 1 of 2 patients" in page
    assert page.index('href="#patient-2"') < page.index('id="patient-1"')


def test_an_empty_file_gives_a_page():
    issue = Issue(
        sheet="x.csv",
        row=None,
        column="",
        value="",
        severity="red",
        message="Nothing.",
        fix="Use the template.",
        code="nothing_read",
    )
    page = assess_page(ReadResult(issues=(issue,)))
    assert "red: blocks" in page
    assert "Use the template." in page
    assert "<svg" not in read(page).tags


def test_an_empty_chart_gives_a_page():
    assert "There is nothing to draw" in assess_page(ReadResult(charts=(Chart(patient_id="X"),)))


def test_the_criteria_choose_the_rules():
    page = assess_page(ReadResult(charts=(chart(),)), criteria="severity")
    assert "severity.cibmtr" in page
    assert "response.nih.6-months" not in page
    with pytest.raises(InputError, match="severit"):
        assess_page(ReadResult(charts=(chart(),)), criteria="severitee")


def test_the_template_gives_the_same_page_twice(tmp_path):
    result = read_charts(write_template(tmp_path / "t.xlsx"))
    page = assess_page(result)
    assert page == assess_page(result)
    assert "Columns and units, as understood" in page
