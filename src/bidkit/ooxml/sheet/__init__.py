"""workbooks: an .xlsx made in Excel, in the tag language of the Word templates.

compile    package -> rows as Jinja source, and everything that follows the rows (grid, around, beside, check)
book       context -> rows laid out, formulas and ranges written for them, sheets made once or for each turn of a loop
"""

from __future__ import annotations

from bidkit.ooxml.sheet.book import RenderedWorkbook, WorkbookTemplate
from bidkit.ooxml.sheet.compile import compile_workbook, list_workbook_names

__all__ = ["RenderedWorkbook", "WorkbookTemplate", "compile_workbook", "list_workbook_names"]
