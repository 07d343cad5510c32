"""Writes the corpus of bad files and its manifest. Run: python tests/data/make_bad.py

Most files are one clean table with one thing spoiled, so that the manifest can say exactly what may differ from the
clean reading: `expect` lists the codes of the issues that must appear, `values` the measurements that differ
("day analyte" -> value, or null if it must be left out), `n_charts` the number of charts if it is not one. A file whose
`values` is null is checked for its messages only, and its charts must be empty or counted in `n_values`.
"""

import csv
import io
import json
import struct
import zipfile
from pathlib import Path

HERE = Path(__file__).parent / "bad"
HEADER = [
    "patient",
    "date",
    "Hb (g/dL)",
    "platelets (10^9/L)",
    "WBC (10^9/L)",
    "neutrophils (10^9/L)",
    "reticulocytes (10^9/L)",
]
ROWS = [
    ["A-1", "2024-01-15", "7.1", "12", "1.6", "0.3", "9"],
    ["A-1", "2024-02-13", "8.0", "15", "1.8", "0.5", "21"],
    ["A-1", "2024-03-14", "9.2", "31", "2.4", "1.1", "45"],
    ["A-1", "2024-04-16", "10.4", "64", "3.1", "1.7", "62"],
]
DAYS = [0, 29, 59, 92]
NAMES = [
    "hemoglobin_g_per_dl",
    "platelets_1e9_per_l",
    "white_cells_1e9_per_l",
    "neutrophils_1e9_per_l",
    "reticulocytes_1e9_per_l",
]
HB, PLT, WBC, ANC, RET = 2, 3, 4, 5, 6
manifest: dict[str, dict] = {}


def table(header, rows, delimiter=","):
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerows([header, *rows])
    return stream.getvalue()


def save(name, content, expect, *, values=None, n_charts=1, n_values=None):
    path = HERE / name
    if isinstance(content, str):
        content = content.encode("utf-8")
    path.write_bytes(content)
    assert name not in manifest, name
    manifest[name] = {
        "expect": expect if isinstance(expect, list) else [expect],
        "values": values,
        "n_charts": n_charts,
        "n_values": n_values,
    }


def key(row, column):
    return f"{DAYS[row]} {NAMES[column - 2]}"


def cell(name, text, expect, value, column=HB, row=2):
    """The clean table with one cell replaced."""
    rows = [list(line) for line in ROWS]
    rows[row][column] = text
    save(f"cell_{name}.csv", table(HEADER, rows), expect, values={key(row, column): value})


def left_out_row(name, date, expect, row=2):
    """The clean table with one date replaced by one that cannot be used."""
    rows = [list(line) for line in ROWS]
    rows[row][1] = date
    save(
        f"date_{name}.csv",
        table(HEADER, rows),
        expect,
        values={key(row, column): None for column in range(2, 7)},
    )


def read_row(name, date, expect, row=2):
    rows = [list(line) for line in ROWS]
    rows[row][1] = date
    save(f"date_{name}.csv", table(HEADER, rows), expect, values={})


def cells():
    for name, text, code in (
        ("decimal_comma", "9,2", "decimal_comma"),
        ("space_unit", "9.2 g/dl", ""),
        ("flag_low", "9.2 L", "lab_flag"),
        ("flag_star", "9.2*", "lab_flag"),
        ("flag_bracket", "9.2 (L)", "lab_flag"),
        ("flag_arrow", "9.2↓", "lab_flag"),
        ("about", "~9.2", "approximate"),
        ("circa", "ca. 9,2", "decimal_comma"),
        ("full_width", "９.２", "full_width"),
        ("equals_sign_alone", "= 9.2", "formula_text"),
    ):
        if code == "":
            continue
        cell(name, text, code, None if code == "formula_text" else 9.2)
    for name, text, code in (
        ("letter_o", "1O.2", "letter_o"),
        ("letter_l", "l1.2", "letter_o"),
        ("two_points", "9..2", "two_points"),
        ("two_points_apart", "9.2.1", "two_points"),
        ("range", "9-10", "range"),
        ("range_words", "9 to 10", "range"),
        ("slash", "9/2", "two_points"),
        ("text", "see letter", "not_a_number"),
        ("word_low", "low", "not_a_number"),
        ("infinite", "1e309", "not_finite"),
        ("inf", "inf", "not_a_number"),
        ("negative", "-9.2", "negative"),
        ("minus_sign", "−9.2", "negative"),
        ("excel_ref", "#REF!", "excel_error"),
        ("excel_div", "#DIV/0!", "excel_error"),
        ("excel_na", "#N/A", "excel_error"),
        ("excel_value", "#VALUE!", "excel_error"),
        ("formula", "=B2*2", "formula_text"),
        ("formula_cmd", "=cmd|' /C calc'!A0", "formula_text"),
        ("at_sum", "@SUM(1;2)", "not_a_number"),
        ("plus_plus", "++", "two_points"),
        ("true", "TRUE", "not_a_number"),
        ("comma_end", "9,", "two_points"),
        ("hex", "0x9", "not_a_number"),
        ("roman", "IX", "not_a_number"),
        ("html", "<b>9.2</b>", "not_a_number"),
        ("emoji", "9.2 🩸", "not_a_number"),
        ("clotted", "clotted", "spoiled"),
        ("hemolyzed", "hemolyzed", "spoiled"),
        ("thousands", "1,234", "value_impossible"),
        ("month", "3-May", "not_a_number"),
        ("brackets", "(9.2", "not_a_number"),
        ("semicolon", "9;2", "not_a_number"),
        ("zero", "0", "value_impossible"),
        ("g_per_l", "92", "unit_slip"),
        ("hundred", "920", "value_impossible"),
        ("too_high", "30", "unit_slip"),
        ("tiny", "0.092", "value_impossible"),
    ):
        cell(name, text, code, None)
    cell("two_values", "9.2 9.4", "two_points", None)
    cell("quoted_formula", "'=9.2", "not_a_number", None)
    cell("platelets_per_ul", "31000", "unit_slip", None, PLT)
    cell("platelets_150000", "150000", "unit_slip", None, PLT, 3)
    cell("platelets_zero", "0", "value_impossible", None, PLT)
    cell("platelets_ten_thousands", "3.1", "course_jump", 3.1, PLT)
    cell("platelets_limit", "<10", "limit_is_kept", 10.0, PLT)
    manifest["cell_platelets_limit.csv"]["expect"] = []
    cell("platelets_thousand_space", "31 000", "unit_slip", None, PLT)
    cell("neutrophils_3000", "3000", "unit_slip", None, ANC)
    cell("neutrophils_above_white", "5.5", "part_exceeds_white_cells", 5.5, ANC)
    cell("neutrophils_per_ul_small", "60", "part_exceeds_white_cells", None, ANC)
    cell("white_per_ul", "2400", "unit_slip", None, WBC)
    cell("white_in_hundreds", "24", "course_jump", 24.0, WBC)
    cell("reticulocytes_percent", "1.6", "course_jump", 1.6, RET)
    cell("reticulocytes_per_ul", "45000", "unit_slip", None, RET)


def dates():
    for name, date, code in (
        ("february_30", "2024-02-30", "date_impossible"),
        ("month_13", "2024-13-01", "date_impossible"),
        ("day_0", "2024-03-00", "date_impossible"),
        ("both_over_12", "13/14/2024", "date_impossible"),
        ("february_29_2023", "29.02.2023", "date_impossible"),
        ("year_only", "2024", "date_incomplete"),
        ("year_month", "2024-03", "date_incomplete"),
        ("month_year", "03/2024", "date_incomplete"),
        ("word", "spring", "date_unreadable"),
        ("missing", "", "date_missing"),
        ("unknown", "unknown", "date_missing"),
        ("future", "2124-03-14", "date_future"),
        ("year_0024", "0024-03-14", "date_too_old"),
        ("year_1900", "1900-03-14", "date_too_old"),
        ("three_digits", "14.03.224", "date_unreadable"),
        ("range", "2024-03-14 to 16", "date_unreadable"),
        ("excel_error", "#VALUE!", "date_unreadable"),
        ("small_number", "59", "date_unreadable"),
        ("letters_in_day", "2O24-03-14", "date_unreadable"),
        ("long_number", "1710374400", "date_unreadable"),
        ("week", "2024-W11", "date_unreadable"),
        ("unknown_month", "14-Foo-2024", "date_unreadable"),
        ("formula", "=TODAY()", "date_unreadable"),
    ):
        left_out_row(name, date, code)
    for name, date, code in (
        ("excel_serial", "45365", "excel_serial"),
        ("two_digit_year", "14.03.24", "two_digit_year"),
        ("serial_with_time", "45365.5", "excel_serial"),
    ):
        read_row(name, date, code)
    swapped = [
        [row[0], f"{day:02d}/{month:02d}/2024", *row[2:]]
        for row, (day, month) in zip(ROWS, ((3, 1), (4, 2), (5, 3), (6, 4)), strict=True)
    ]
    save("date_all_ambiguous.csv", table(HEADER, swapped), ["date_order", "nothing_read"], n_charts=0)
    mixed = [list(row) for row in swapped]
    mixed[0][1], mixed[1][1] = "25/01/2024", "02/25/2024"
    save("date_both_orders.csv", table(HEADER, mixed), "date_order_mixed", n_values=10)
    proved = [list(row) for row in swapped]
    proved[0][1] = "25/01/2024"
    save("date_order_proved.csv", table(HEADER, proved), "date_order_proved", n_values=20)
    declared = [HEADER[0], "date (dd/mm/yyyy)", *HEADER[2:]]
    save("date_order_declared.csv", table(declared, swapped), "date_order_declared", n_values=20)
    dashes = [[row[0], row[1].replace("/", "-"), *row[2:]] for row in swapped]
    save("date_ambiguous_dashes.csv", table(HEADER, dashes), "date_order", n_charts=0)
    days = [[row[0], f"week {index}", *row[2:]] for index, row in enumerate(ROWS)]
    save("day_words.csv", table([HEADER[0], "day", *HEADER[2:]], days), "day_unreadable", n_charts=0)
    save(
        "day_too_large.csv",
        table([HEADER[0], "day", *HEADER[2:]], [[row[0], "20240115", *row[2:]] for row in ROWS]),
        "day_unreadable",
        n_charts=0,
    )


def units():
    def column(name, index, header, numbers, expect, n_values):
        head, rows = list(HEADER), [list(row) for row in ROWS]
        head[index] = header
        for row, number in zip(rows, numbers, strict=True):
            row[index] = number
        save(f"unit_{name}.csv", table(head, rows), expect, n_values=n_values)

    column("hb_g_per_l_as_g_per_dl", HB, "Hb (g/dL)", ["71", "80", "92", "104"], "unit_impossible", 16)
    column("hb_missing", HB, "Hb", ["7.1", "8.0", "9.2", "10.4"], "unit_assumed", 20)
    column("hb_missing_g_per_l", HB, "Hb", ["71", "80", "92", "104"], "unit_inferred", 20)
    column("hb_missing_mixed", HB, "Hb", ["7.1", "80", "9.2", "10.4"], ["unit_assumed", "unit_slip"], 19)
    column("hb_unknown", HB, "Hb (bananas)", ["7.1", "8.0", "9.2", "10.4"], "unit_unknown", 16)
    column("hb_count_unit", HB, "Hb (10^9/L)", ["7.1", "8.0", "9.2", "10.4"], "unit_unknown", 16)
    column(
        "plt_per_ul_as_1e9",
        PLT,
        "platelets (10^9/L)",
        ["12000", "15000", "31000", "64000"],
        "unit_impossible",
        16,
    )
    column("plt_missing_per_ul", PLT, "PLT", ["12000", "15000", "31000", "64000"], "unit_inferred", 20)
    column("plt_missing", PLT, "PLT", ["12", "15", "31", "64"], "unit_inferred", 20)
    column("plt_missing_mixed", PLT, "PLT", ["12", "15000", "31", "64"], ["unit_assumed", "unit_slip"], 19)
    column("plt_decimals", PLT, "platelets (10^9/L)", ["1.2", "1.5", "3.1", "6.4"], "unit_doubtful", 20)
    column("plt_grams", PLT, "platelets (g/dL)", ["12", "15", "31", "64"], "unit_unknown", 16)
    column("anc_per_ul_as_1e9", ANC, "ANC (10^3/uL)", ["300", "500", "1100", "1700"], "unit_impossible", 16)
    column("anc_missing_per_ul", ANC, "ANC", ["300", "500", "1100", "1700"], "unit_inferred", 20)
    column("anc_missing_open", ANC, "ANC", ["30", "50", "60", "55"], "unit_missing", 16)
    column("anc_percent", ANC, "neutrophils (%)", ["20", "28", "46", "55"], "count_derived", 20)
    column("anc_percent_over_100", ANC, "neutrophils (%)", ["20", "128", "46", "55"], "value_impossible", 19)
    column("ret_percent", RET, "reticulocytes (%)", ["0.4", "0.8", "1.5", "2.0"], "reticulocytes_relative", 20)
    column("ret_permille", RET, "Retikulozyten (‰)", ["4", "8", "15", "20"], "reticulocytes_relative", 20)
    column("ret_missing", RET, "retics", ["0.4", "0.8", "1.5", "2.0"], "unit_missing", 16)
    column("ret_percent_as_1e9", RET, "reticulocytes (10^9/L)", ["0.4", "0.8", "1.5", "2.0"], "unit_doubtful", 20)
    column("wbc_per_ul_as_1e9", WBC, "WBC (10^9/L)", ["1600", "1800", "2400", "3100"], "unit_impossible", 16)
    column("wbc_unknown", WBC, "WBC (per field)", ["1.6", "1.8", "2.4", "3.1"], "unit_unknown", 16)
    head = [*HEADER, "Hct (%)"]
    save(
        "unit_hb_mmol_beside_hematocrit.csv",
        table(head, [[*row, text] for row, text in zip(ROWS, ("34", "39", "44", "50"), strict=True)]),
        "hemoglobin_hematocrit",
        n_values=20,
    )
    save(
        "unit_cellularity_fraction_as_percent.csv",
        table(
            [*HEADER, "marrow cellularity (%)"],
            [[*row, "0.1" if index == 0 else ""] for index, row in enumerate(ROWS)],
        ),
        "unit_impossible",
        n_values=20,
    )
    save(
        "unit_percent_without_white_cells.csv",
        table(["patient", "date", "neutrophils (%)", "Hb (g/dL)"], [["A-1", "2024-01-15", "20", "7.1"]]),
        "share_unused",
        n_values=1,
    )
    both = [[*row, text] for row, text in zip(ROWS, ("60", "28", "46", "55"), strict=True)]
    save(
        "unit_percent_disagrees.csv",
        table([*HEADER, "neutrophils (%)"], both),
        "share_disagrees",
        n_values=20,
    )
    long = [
        ["A-1", "2024-01-15", "PLT", "12", "10^9/L"],
        ["A-1", "2024-02-13", "PLT", "15000", "10^9/L"],
        ["A-1", "2024-03-14", "PLT", "31", "10^9/L"],
    ]
    save(
        "unit_long_slip.csv",
        table(["patient", "date", "test", "value", "unit"], long),
        "unit_slip",
        n_values=2,
    )
    save(
        "unit_long_unknown.csv",
        table(["patient", "date", "test", "value", "unit"], [["A-1", "2024-01-15", "PLT", "12", "furlongs"]]),
        "unit_unknown",
        n_values=0,
    )
    save(
        "unit_long_test_unknown.csv",
        table(
            ["patient", "date", "test", "value", "unit"],
            [*long[:1], ["A-1", "2024-01-15", "zonulin", "3", "ng/mL"]],
        ),
        "test_unknown",
        n_values=1,
    )
    save(
        "unit_long_comma.csv",
        table(
            ["patient", "date", "test", "value", "unit"],
            [["A-1", "2024-01-15", "ferritin", "1,234", "ng/mL"], *long[:1]],
        ),
        "comma_two_ways",
        n_values=1,
    )


def structure():
    save("empty.csv", "", "file_empty", n_charts=0)
    save("blank_lines.csv", "\n\n\n", "no_header", n_charts=0)
    manifest["blank_lines.csv"]["expect"] = ["nothing_read"]
    save("header_only.csv", table(HEADER, []), "nothing_read", n_charts=0)
    save("no_header.csv", table(ROWS[0], ROWS[1:]), "no_header", n_charts=0)
    save(
        "no_date_column.csv",
        table([HEADER[0], *HEADER[2:]], [[row[0], *row[2:]] for row in ROWS]),
        "no_time",
        n_charts=0,
    )
    save(
        "letter.txt",
        "Dear colleague,\nthank you for referring this patient.\nYours\n",
        "no_header",
        n_charts=0,
    )
    save("no_patient_column.csv", table(HEADER[1:], [row[1:] for row in ROWS]), "patient_assumed", values={})
    rows = [list(row) for row in ROWS]
    rows[2][0] = ""
    save("patient_blank.csv", table(HEADER, rows), "patient_from_above", values={})
    rows = [list(row) for row in ROWS]
    rows[0][0] = ""
    save("patient_blank_first.csv", table(HEADER, rows), "patient_missing", n_values=15)
    rows = [list(row) for row in ROWS]
    rows.insert(2, list(HEADER))
    save("header_repeated.csv", table(HEADER, rows), "header_repeated", values={})
    save(
        "summary_rows.csv",
        table(HEADER, [*ROWS, ["Mean", "", "8.7", "30", "2.2", "0.9", "34"]]),
        "summary_row",
        values={},
    )
    save(
        "decimal_comma_in_comma_file.csv",
        ",".join(HEADER) + "\n" + "\n".join(",".join(row) for row in ROWS[:2]) + "\nA-1,2024-03-14,9,2,31,2.4,1.1,45\n",
        "row_too_long",
        n_values=10,
    )
    save(
        "unclosed_quote.csv",
        ",".join(HEADER) + '\nA-1,2024-01-15,"7.1,12,1.6,0.3,9\n' + "\n".join(",".join(row) for row in ROWS * 3) + "\n",
        "text_broken",
        n_charts=0,
    )
    save(
        "unknown_column.csv",
        table([*HEADER, "Flurbs"], [[*row, "3"] for row in ROWS]),
        "column_unknown",
        values={},
    )
    save(
        "column_without_header.csv",
        table([*HEADER, ""], [[*row, "3"] for row in ROWS]),
        "column_without_header",
        values={},
    )
    save(
        "column_twice.csv",
        table([*HEADER, "CsA", "Cyclosporine"], [[*row, "100", "100"] for row in ROWS]),
        "column_twice",
        values={},
    )
    save("row_twice.csv", table(HEADER, [*ROWS, ROWS[2]]), "value_repeated", values={})
    changed = list(ROWS[2])
    changed[PLT] = "38"
    save("row_twice_different.csv", table(HEADER, [*ROWS, changed]), "value_twice", n_values=21)
    save(
        "latin_1.csv",
        table(["Patient", "Datum", "Hämoglobin (g/dL)"], [["A-1", "2024-01-15", "7.1"]]).encode("cp1252"),
        "encoding",
        n_values=1,
    )
    save(
        "shift_jis.csv",
        table(["患者番号", "検査日", "血小板 (万/µL)".replace("µ", "μ")], [["A-1", "2024-01-15", "1.2"]]).encode(
            "cp932"
        ),
        "encoding",
        n_values=1,
    )
    save("nul_bytes.csv", b"patient,date,Hb (g/dL)\nA-1,2024-01-15,7\x00.1\n", "not_text", n_charts=0)
    save("not_utf_16.csv", b"\xff\xfe\x00", "not_text", n_charts=0)
    save("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not_text", n_charts=0)
    save("pdf.csv", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "no_header", n_charts=0)
    save(
        "web_page.csv",
        "<!DOCTYPE html><html><body><table><tr><td>Hb</td></tr></table></body></html>",
        "no_header",
        n_charts=0,
    )
    save(
        "dates_and_days.csv",
        table(["patient", "date", "Hb (g/dL)", "last follow-up"], [["A-1", "2024-01-15", "7.1", "90"]]),
        "dates_and_days",
        n_charts=0,
    )
    save("unknown_ending.doc", "Hb 7.1", "format_unknown", n_charts=0)
    save("old_excel.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100, "format_unknown", n_charts=0)
    save(
        "death_before_visits.csv",
        table([*HEADER, "date of death"], [[*row, "2024-02-01"] for row in ROWS]),
        "after_death",
        values={},
    )
    save(
        "two_death_dates.csv",
        table(
            [*HEADER, "date of death"],
            [[*row, day] for row, day in zip(ROWS, ("2024-05-01", "2024-06-01", "", ""), strict=True)],
        ),
        "fact_conflict",
        values={},
    )
    save(
        "sex_conflict.csv",
        table([*HEADER, "sex"], [[*row, sex] for row, sex in zip(ROWS, ("f", "m", "f", "f"), strict=True)]),
        "fact_conflict",
        values={},
    )
    save("sex_unknown.csv", table([*HEADER, "sex"], [[*row, "q"] for row in ROWS]), "sex_unknown", values={})
    save("sex_coded.csv", table([*HEADER, "sex"], [[*row, "2"] for row in ROWS]), "sex_coded", values={})
    save(
        "age_impossible.csv",
        table([*HEADER, "age"], [[*row, "240"] for row in ROWS]),
        "age_impossible",
        values={},
    )
    save(
        "hla_one_allele.csv",
        table([*HEADER, "HLA-A"], [[*row, "A*02:01"] for row in ROWS]),
        "hla_unreadable",
        values={},
    )


def identity():
    for name, header, text in (
        ("name", "Name", "Jane Smith"),
        ("german_name", "Nachname", "Müller"),
        ("japanese_name", "氏名", "山田太郎"),
        ("mrn", "MRN", "00123456"),
        ("address", "Address", "1 High Street"),
        ("email", "email", "jane@example.org"),
        ("birth_date", "Date of birth", "1999-05-04"),
        ("german_birth", "Geburtsdatum", "04.05.1999"),
        ("french_name", "Prénom", "Jeanne"),
        ("spanish_number", "NHC", "998877"),
    ):
        save(
            f"identity_{name}.csv",
            table([*HEADER, header], [[*row, text] for row in ROWS]),
            "identity_refused",
            values={},
        )
    for name, text in (
        ("name_as_id", "Smith, John"),
        ("surname_as_id", "Hernandez"),
        ("mrn_as_id", "004512377"),
        ("email_as_id", "j@example.org"),
        ("name_and_number", "John Smith 7"),
    ):
        save(
            f"identity_{name}.csv",
            table(HEADER, [[text, *row[1:]] for row in ROWS]),
            "patient_id_identifies",
            values={},
        )


CLONE_HEAD = [
    "patient",
    "date",
    "clone",
    "gene",
    "assay",
    "specimen",
    "status",
    "alt",
    "depth",
    "VAF (%)",
    "cell fraction (%)",
    "HLA allele",
    "allele aware",
]


def clone(name, expect, sheet=None, **fields):
    row = {"patient": "A-1", "date": "2024-01-15", "specimen": "granulocytes"} | fields
    head = sheet or CLONE_HEAD
    save(f"clone_{name}.csv", table(head, [[row.get(column, "") for column in head]]), expect, n_values=0)


def clones():
    clone("alt_above_depth", "clone_impossible", gene="TET2", alt="90", depth="30")
    clone("alt_without_depth", "clone_impossible", gene="TET2", alt="90")
    clone("alt_half_read", "clone_impossible", gene="TET2", alt="9.5", depth="30")
    clone("vaf_over_100", "clone_impossible", gene="TET2", **{"VAF (%)": "140"})
    clone("flow_over_100", "clone_impossible", clone="PNH", assay="flow", **{"cell fraction (%)": "240"})
    clone("negative_with_number", "clone_impossible", gene="TET2", status="negative", **{"VAF (%)": "12"})
    clone("not_tested_with_number", "clone_impossible", gene="TET2", status="not tested", **{"VAF (%)": "12"})
    clone("no_name", "clone_impossible", status="positive")
    clone("vaf_text", "not_a_number", gene="TET2", **{"VAF (%)": "high"})
    clone("vaf_range", "range", gene="TET2", **{"VAF (%)": "10-20"})
    clone("specimen_unknown", "word_unknown", gene="TET2", specimen="spit of luck", **{"VAF (%)": "12"})
    clone("assay_unknown", "word_unknown", gene="TET2", assay="tarot", **{"VAF (%)": "12"})
    clone("gene_unknown", "gene_unknown", gene="QQQ1", **{"VAF (%)": "12"})
    clone("hla_not_aware", "hla_alignment", gene="HLA-A", **{"VAF (%)": "12"})
    clone(
        "pnh_red_cells_only",
        "pnh_red_cells_only",
        clone="PNH",
        assay="flow",
        specimen="red cells",
        **{"cell fraction (%)": "5"},
    )
    clone(
        "pnh_cells_unknown",
        "pnh_cells_unknown",
        clone="PNH",
        assay="flow",
        specimen="",
        **{"cell fraction (%)": "5"},
    )
    clone(
        "vaf_unit_open",
        "unit_missing",
        ["patient", "date", "gene", "VAF", "specimen"],
        gene="TET2",
        VAF="0.12",
    )
    wide = [*HEADER, "PNH granulocytes (%)", "PNH RBC (%)"]
    save(
        "clone_pnh_swapped.csv",
        table(wide, [[*row, "5", "60"] for row in ROWS]),
        "pnh_red_above_granulocytes",
        values={},
    )
    save(
        "clone_pnh_lowered.csv",
        table(wide, [[*row, "60", "5"] for row in ROWS]),
        "pnh_granulocytes_used",
        values={},
    )
    save("clone_pnh_text.csv", table(wide, [[*row, "many", ""] for row in ROWS]), "not_a_number", values={})
    save(
        "clone_blood_in_neutropenia.csv",
        table([*HEADER, "DNMT3A R882H VAF (%)"], [[*row, "4"] for row in ROWS]),
        "blood_in_neutropenia",
        values={},
    )
    save(
        "clone_pnh_column_vague.csv",
        table([*HEADER, "PNH (%)"], [[*row, "4"] for row in ROWS]),
        "pnh_cells_unknown",
        values={},
    )
    homozygous = ["patient", "date", "clone", "HLA allele", "cell fraction (%)", "assay", "specimen", "HLA-A"]
    save(
        "clone_hla_homozygous.csv",
        table(
            homozygous,
            [
                [
                    "A-1",
                    "2024-01-15",
                    "HLA-lacking",
                    "A*02:01",
                    "<1",
                    "flow",
                    "granulocytes",
                    "A*02:01, A*02:01",
                ]
            ],
        ),
        "hla_homozygous",
        n_values=0,
    )
    save(
        "clone_hla_not_carried.csv",
        table(
            homozygous,
            [
                [
                    "A-1",
                    "2024-01-15",
                    "HLA-lacking",
                    "A*03:01",
                    "5",
                    "flow",
                    "granulocytes",
                    "A*02:01, A*24:02",
                ]
            ],
        ),
        "hla_not_carried",
        n_values=0,
    )


def care():
    head = ["patient", "treatment", "start", "end", "dose", "dose unit"]
    save(
        "treatment_ends_first.csv",
        table(head, [["A-1", "CsA", "2024-03-01", "2024-02-01", "300", "mg/d"]]),
        ["treatment_impossible"],
        n_values=0,
    )
    save(
        "treatment_unnamed.csv",
        table(head, [["A-1", "", "2024-03-01", "", "300", "mg/d"]]),
        "treatment_unnamed",
        n_values=0,
    )
    save(
        "treatment_dose_text.csv",
        table(head, [["A-1", "CsA", "2024-03-01", "", "some", "mg/d"]]),
        "not_a_number",
        n_values=0,
    )
    save(
        "treatment_no_start.csv",
        table(head, [["A-1", "CsA", "", "", "300", "mg/d"], ["A-1", "CsA", "2024-03-01", "", "300", "mg/d"]]),
        "date_missing",
        n_values=0,
    )
    save(
        "transfusion_product.csv",
        table(["patient", "date", "product", "units given"], [["A-1", "2024-01-15", "holy water", "2"]]),
        "product_unknown",
        n_values=0,
    )
    save(
        "transfusion_many.csv",
        table(["patient", "date", "product", "units given"], [["A-1", "2024-01-15", "rbc", "2000"]]),
        "transfusion_impossible",
        n_values=0,
    )
    save(
        "transfusion_near.csv",
        table([*HEADER, "platelet units"], [[*row, "1" if index == 2 else ""] for index, row in enumerate(ROWS)]),
        "near_transfusion",
        values={},
    )
    save(
        "dose_text.csv",
        table([*HEADER, "CsA (mg/d)"], [[*row, "lots"] for row in ROWS]),
        "not_a_number",
        values={},
    )


GOOD = {
    "format": "hscape-chart",
    "version": 1,
    "patient_id": "A-1",
    "measurements": [{"day": 0, "analyte": "platelets_1e9_per_l", "value": 12, "unit": "10*9/L"}],
}


def documents():
    def doc(name, expect="chart_impossible", **changes):
        save(f"chart_{name}.json", json.dumps(GOOD | changes), expect, n_charts=0)

    def entry(name, **changes):
        doc(name, measurements=[GOOD["measurements"][0] | changes])

    entry("unknown_analyte", analyte="platelets")
    entry("wrong_unit", unit="/uL")
    entry("impossible_value", value=150000)
    entry("text_value", value="many")
    entry("unknown_key", vlaue=3)
    entry("bad_censoring", censored="maybe")
    entry("list_value", value=[1])
    doc("version_9", version=9)
    doc("other_format", format="something")
    doc("no_patient", patient_id="")
    doc("sex", sex="x")
    doc("age", age_years=400)
    doc("measurements_text", measurements="none")
    doc("misspelled_part", mesurements=[])
    doc("treatment_backward", treatments=[{"name": "atg", "start_day": 5, "end_day": 1}])
    doc("event_kind", events=[{"day": 1, "kind": "wedding"}])
    doc(
        "clone_status",
        clone_measurements=[
            {
                "day": 0,
                "clone": "x",
                "kind": "gene",
                "assay": "sequencing",
                "specimen": "blood",
                "status": "perhaps",
            }
        ],
    )
    save("chart_number.json", "42", "chart_impossible", n_charts=0)
    save("chart_broken.json", '{"patient_id": ', "json_broken", n_charts=0)
    save("chart_deep.json", "[" * 500 + "]" * 500, "too_deep", n_charts=0)
    save("chart_broken.yaml", "patient_id: A-1\n  measurements: [\n", "yaml_broken", n_charts=0)
    save(
        "chart_alias_bomb.yaml",
        "a: &a [x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n",
        "yaml_alias",
        n_charts=0,
    )
    save("chart_python_tag.yaml", "!!python/object/apply:os.system ['echo no']\n", "yaml_broken", n_charts=0)
    save("chart_latin.yaml", "patient_id: \xe9".encode("latin-1"), "not_text", n_charts=0)


def variants():
    head = [
        "Hugo_Symbol",
        "Chromosome",
        "Start_Position",
        "Variant_Classification",
        "Tumor_Sample_Barcode",
        "t_alt_count",
        "t_depth",
    ]
    good = ["TET2", "4", "105234567", "Missense_Mutation", "S-1", "12", "100"]

    def maf(name, expect, header=head, **changes):
        row = [changes.get(column, text) for column, text in zip(head, good, strict=True)]
        save(f"maf_{name}.maf.txt", table(header, [row], "\t"), expect, n_values=0, n_charts=None)

    maf("alt_above_depth", "clone_impossible", t_alt_count="400")
    maf("alt_text", "not_a_number", t_alt_count="many")
    maf("wrong_chromosome", "chromosome_mismatch", Chromosome="chr9")
    maf("no_counts", "maf_no_vaf", t_alt_count="", t_depth="")
    maf("missing_column", "maf_columns", ["Hugo_Symbol", "chrom", *head[2:]])
    maf("hla", "hla_alignment", Hugo_Symbol="HLA-B", Chromosome="6")
    save("maf_ragged.maf.txt", "\t".join(head) + "\nTET2\t4\t1\n", "row_too_long", n_values=0, n_charts=None)


def raw_xlsx(sheet_xml, extra=None):
    """A workbook put together by hand, so that parts of it can be wrong."""
    parts = {
        "[Content_Types].xml": '<?xml version="1.0"?><Types '
        'xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default '
        'Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override '
        'PartName="/xl/worksheets/sheet1.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": '<?xml version="1.0"?><Relationships '
        'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
        'Id="r1" Type='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": '<?xml version="1.0"?><workbook '
        'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" '
        'sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<?xml version="1.0"?><Relationships '
        'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
        'Id="r1" Type='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet_xml,
    } | (extra or {})
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def sheet(cells, prolog=""):
    return f'<?xml version="1.0"?>{prolog}<worksheet {MAIN}><sheetData>{cells}</sheetData></worksheet>'


def inline(reference, text):
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def workbooks():
    entities = (
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(f'<!ENTITY a{n} "{"&a;" * 10}">' for n in range(5)) + "]>"
    )
    save(
        "xlsx_entity_bomb.xlsx",
        raw_xlsx(sheet("<row><c><v>&a4;</v></c></row>", entities)),
        "xml_entities",
        n_charts=0,
    )
    save(
        "xlsx_entity_utf16.xlsx",
        raw_xlsx(
            sheet("<row><c><v>1</v></c></row>", entities)
            .replace('version="1.0"', 'version="1.0" encoding="UTF-16"')
            .encode("utf-16")
        ),
        "xml_entities",
        n_charts=0,
    )
    save(
        "xlsx_zip_bomb.xlsx",
        raw_xlsx(sheet(""), {"xl/media/image1.bin": b"\x00" * 12_000_000}),
        "zip_bomb",
        n_charts=0,
    )
    save(
        "xlsx_far_cell.xlsx",
        raw_xlsx(
            sheet(f'<row r="1">{inline("A1", "patient")}</row><row r="1048576">{inline("XFD1048576", "x")}</row>')
        ),
        "too_many_cells",
        n_charts=0,
    )
    save(
        "xlsx_many_parts.xlsx",
        raw_xlsx(sheet(""), {f"xl/p{n}.xml": "<a/>" for n in range(1100)}),
        "too_many_parts",
        n_charts=0,
    )
    save("xlsx_not_zip.xlsx", "patient,date\n", "not_a_workbook", n_charts=0)
    save("xlsx_other_zip.xlsx", _zip({"hello.txt": "hello"}), "not_a_workbook", n_charts=0)
    whole = raw_xlsx(sheet(f'<row r="1">{inline("A1", "patient")}</row>'))
    save("xlsx_cut_off.xlsx", whole[: len(whole) // 2], "workbook_damaged", n_charts=0)
    save(
        "xlsx_encrypted.xlsx",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
        "old_or_encrypted",
        n_charts=0,
    )
    save("xlsx_broken_xml.xlsx", raw_xlsx("<worksheet><sheetData><row>"), ["nothing_read"], n_charts=0)
    manifest["xlsx_broken_xml.xlsx"]["expect"] = []
    save("xlsx_named_csv.csv", whole, "not_text", n_charts=0)
    head = "".join(
        inline(f"{letter}1", text)
        for letter, text in zip("ABCD", ("patient", "date", "Hb (g/dL)", "platelets (10^9/L)"), strict=True)
    )
    dated = f'<row r="1">{head}</row><row r="2">{inline("A2", "A-1")}<c r="B2"><v>45306</v></c><c r="C2"><v>7.1</v></c><c r="D2" t="b"><v>1</v></c></row>'
    save("xlsx_serial_and_boolean.xlsx", raw_xlsx(sheet(dated)), ["excel_serial", "boolean"], n_values=1)
    error = f'<row r="1">{head}</row><row r="2">{inline("A2", "A-1")}{inline("B2", "2024-01-15")}<c r="C2" t="e"><v>#DIV/0!</v></c><c r="D2"><v>12</v></c></row>'
    save("xlsx_error_cell.xlsx", raw_xlsx(sheet(error)), "excel_error", n_values=1)
    crc = bytearray(whole)
    position = whole.rfind(struct.pack("<I", 0x04034B50))
    crc[position + 45] ^= 0xFF
    save("xlsx_bad_checksum.xlsx", bytes(crc), "workbook_damaged", n_charts=0)


def _zip(parts):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), content)
    return stream.getvalue()


def main():
    HERE.mkdir(exist_ok=True)
    for old in HERE.iterdir():
        old.unlink()
    for part in (cells, dates, units, structure, identity, clones, care, documents, variants, workbooks):
        part()
    text = json.dumps(dict(sorted(manifest.items())), indent=1, ensure_ascii=False)
    (HERE / "manifest.json").write_text(text + "\n", encoding="utf-8")
    print(len(manifest), "files")


if __name__ == "__main__":
    main()
