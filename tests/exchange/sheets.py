"""Small files for the tests of the readers, and what was read of them."""

import xlsxwriter


def save(tmp_path, text, name="a.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def workbook(tmp_path, sheets, name="a.xlsx"):
    path = tmp_path / name
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    for title, rows in sheets.items():
        sheet = book.add_worksheet(title)
        for index, row in enumerate(rows):
            sheet.write_row(index, 0, row)
    book.close()
    return path


def codes(result, severity=None):
    return {issue.code for issue in result.issues if severity is None or issue.severity == severity}


def values(chart, analyte):
    return [(entry.day, entry.value) for entry in chart.series(analyte)]
