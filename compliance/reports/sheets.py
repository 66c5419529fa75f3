"""Rows as a sheet of a workbook that a person reads: first row fixed, filters, widths, text that never becomes a formula."""

from collections.abc import Sequence
from typing import Any, Final
from unicodedata import east_asian_width

WIDEST: Final = 60


def fill(page: Any, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write header and rows."""
    from openpyxl.styles import Alignment, Font

    for row in (header, *rows):
        page.append(list(row))
    page.freeze_panes = "A2"
    page.print_title_rows = "1:1"
    fit(page)
    for cell in page[1]:
        cell.font = Font(bold=True)
    page.auto_filter.ref = page.dimensions
    for column in page.columns:
        for cell in column:
            if cell.data_type == "f":
                cell.data_type = "s"
        longest = max(_width(str(cell.value or "")) for cell in column)
        page.column_dimensions[column[0].column_letter].width = min(WIDEST, max(10, longest + 2))
        for cell in column if longest > WIDEST else ():
            cell.alignment = Alignment(vertical="top", wrap_text=True)


def _width(text: str) -> int:
    """In digits: a Chinese character is as wide as two."""
    return sum(2 if east_asian_width(one) in "FW" else 1 for one in text)


def fit(page: Any) -> None:
    """Printed lying, as wide as the paper."""
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
