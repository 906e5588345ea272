"""the buyer's own Word forms as the deal names them: which file, which mapping, and where its filled copy goes."""

from __future__ import annotations

from bidkit.scalars import Model, Note, Text


class WordForm(Model):
    """A .docx or .doc of the buyer, filled in place by its mapping.

    `output` is its name among the files that are handed in; left out, it is that of `file`. `when` is an expression
    over the names of templates; where it does not hold, the form is no part of the bid. `volume` is the volume that
    the form belongs to, whose names it may use: none of prices where the volume has none. There it stands in the place
    of the pack's `part`, or where `tender.parts` names its id, under `title`; else it is a file of its own. Of a tender
    with lots, `lot` is the one that it is for.
    """

    id: Text
    file: Text
    map: Text
    title: Note = ""
    output: Note = ""
    when: Note = ""
    volume: Note = ""
    part: Note = ""
    lot: Note = ""
