"""the buyer's own price forms as the deal names them: which column and which cell takes what of the quote."""

from __future__ import annotations

from pydantic import Field

from bidkit.scalars import Flag, Model, Note, Text, Texts, Whole


class FormColumns(Model):
    """The columns that a line fills, by their titles in the form or by their letters."""

    name: Note = ""
    spec: Note = ""
    brand: Note = ""
    model: Note = ""
    manufacturer: Note = ""
    origin: Note = ""
    unit: Note = ""
    quantity: Note = ""
    list_price: Note = ""
    discount: Note = ""
    unit_price: Note = ""
    tax_rate: Note = ""
    amount: Note = ""
    net: Note = ""
    tax: Note = ""
    gross: Note = ""
    remark: Note = ""

    def titles(self) -> dict[str, str]:
        """The titles by key, of those that are written."""
        return {key: title for key in type(self).model_fields if (title := getattr(self, key))}


class FormSheet(Model):
    """A sheet whose rows are lines: `id` is the title of the column of the buyer's ids, by which they are joined.

    `header` is the row of the titles; it is looked for where it is left out. `category` limits the rows to its lines,
    for forms in which every sheet counts from 1. Rows with one of the texts of `ignore` as their id are no lines.
    `units` says for columns of amounts in what unit they are, where the form itself does not say it clearly: 10000 for
    ten thousands.
    """

    sheet: Text
    header: Whole | None = None
    id: Text
    columns: FormColumns
    category: Note = ""
    ignore: Texts = ()
    units: dict[str, Whole] = Field(default_factory=dict)


class FormCells(Model):
    """The single cells that the quote fills: each a defined name of the form, or `sheet!C5`."""

    total: Note = ""
    words: Note = ""
    evaluated: Note = ""
    evaluated_words: Note = ""
    options: Note = ""
    subtotal: Note = ""
    net: Note = ""
    tax: Note = ""
    currency: Note = ""
    validity_days: Note = ""
    title: Note = ""
    tender_no: Note = ""
    lot: Note = ""
    bidder: Note = ""

    def places(self) -> dict[str, str]:
        """The places by key, of those that are written."""
        return {key: place for key in type(self).model_fields if (place := getattr(self, key))}


class PriceForm(Model):
    """An .xlsx of the buyer, filled in place and handed in as `output`.

    Of a tender with lots, `lot` is the one whose prices it shows. `categories` are cells for the totals of categories,
    `texts` cells for texts that the quote does not have. Nothing that a cell holds is written over, nor a locked cell
    filled, unless `overwrite` says so; a formula always stays. `units` is as in `FormSheet`, for cells and categories.
    """

    file: Text
    output: Text
    lot: Note = ""
    sheets: tuple[FormSheet, ...] = ()
    cells: FormCells = FormCells()
    categories: dict[str, Text] = Field(default_factory=dict)
    texts: dict[str, Text] = Field(default_factory=dict)
    units: dict[str, Whole] = Field(default_factory=dict)
    overwrite: Flag = False
