"""Blood products for which a file has no sheet, no column and no test: whether they were given is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hscape.chart import Chart
from hscape.exchange.draft import DraftBook
from hscape.exchange.issues import IssueList, Place
from hscape.exchange.tables import Table

_PRODUCTS = ("red_cells", "platelets")
_COLUMNS = {"red_cell_units": "red_cells", "platelet_units": "platelets"}


def unrecorded_products(tables: Sequence[Table], book: DraftBook) -> tuple[str, ...]:
    """Products that the tables have no place for; a sheet of transfusions, even an empty one, has one for all."""
    if any(table.kind == "transfusions" for table in tables):
        return ()
    if any(column.field == "products_given" for table in tables for column in table.of_role("transfusion")):
        return ()
    seen = {_COLUMNS[column.field] for table in tables for column in table.of_role("transfusion")
            if column.field in _COLUMNS}  # fmt: skip
    for draft in book.drafts.values():
        seen |= {
            _COLUMNS[record.cells["field"]] for record in draft.transfusions if record.cells.get("field") in _COLUMNS
        }
    return tuple(product for product in _PRODUCTS if product not in seen)


def with_unrecorded(chart: Chart, products: Sequence[str]) -> Chart:
    """The chart, with the products that its file has no place for."""
    given = {item.product for item in chart.transfusions}
    return replace(chart, transfusions_not_recorded=tuple(name for name in products if name not in given))


def tell_unrecorded(products: Sequence[str], name: str, issues: IssueList) -> None:
    """One line for the file."""
    words = " and ".join(product.replace("_", " ") for product in products)
    issues.add(
        "grey", "transfusions_unrecorded", Place(sheet=name), "",
        f"The file has no place for transfusions of {words}: none given cannot be told from none written down.",
        "Add a sheet 'Transfusions' (a header alone if none were given), or columns 'rbc units', 'platelet units'.",
    )  # fmt: skip
