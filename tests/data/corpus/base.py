"""A clean table, and how a file with one thing spoiled is written and noted in the manifest."""

import csv
import io
from pathlib import Path

HERE = Path(__file__).parents[1] / "bad"
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
