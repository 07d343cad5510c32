"""Tables of an odd shape, and columns that identify a person."""

from tests.data.corpus.base import HEADER, PLT, ROWS, manifest, save, table


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
