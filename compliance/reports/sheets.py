"""Rows as a sheet of a workbook that a person reads: first row fixed, filters, widths, text that never becomes a formula."""

from collections.abc import Sequence
from typing import Any, Final

WIDEST: Final = 60


def fill(page: Any, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write header and rows."""
    for row in (header, *rows):
        page.append(list(row))
    page.freeze_panes = "A2"
    _fit(page)
    page.auto_filter.ref = page.dimensions
    for column in page.columns:
        for cell in column:
            if cell.data_type == "f":
                cell.data_type = "s"
        longest = max(len(str(cell.value or "")) for cell in column)
        page.column_dimensions[column[0].column_letter].width = min(WIDEST, max(10, longest + 2))


def _fit(page: Any) -> None:
    """Printed lying, as wide as the paper, the first row on every sheet of it."""
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = "1:1"
