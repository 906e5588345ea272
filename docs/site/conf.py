"""Sphinx's settings for both languages: `make_site.py` gives the language and where the pages lie."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx
from sphinx.locale import _

sys.path.insert(0, str(Path(__file__).parent))

from chinese import SearchByPairs

from bidkit import __version__

project = "bidkit"
version = release = __version__
language = "zh_CN"  # make_site.py says which
extensions = ["myst_parser"]
myst_heading_anchors = 6
myst_links_external_new_tab = False
highlight_language = "none"
smartquotes = False
pygments_style = "default"
pygments_dark_style = "native"

html_theme = "furo"
html_title = f"bidkit {version}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
templates_path = ["_templates"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_use_index = False
html_theme_options: dict[str, Any] = {"top_of_page_buttons": ["edit"]}  # the place of the switch of languages

OWN_WORDS = {"On this page": "本页内容", "Back to top": "回到顶部", "Skip to content": "跳到正文"}
"""What the theme says in English only."""
WRITTEN = ("template", "sheet", "data", "result", "message", "names", "csv")
"""What the guides call their blocks, and lists: text, to whoever colours code."""


def name_other(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Give each page the address of the same page in the other language."""
    is_zh = str(app.config.language).startswith("zh")
    folder, lang, label = ("en", "en", "English") if is_zh else ("zh", "zh-CN", "中文")
    up = "../" * (pagename.count("/") + 1)
    if is_zh:
        context["_"] = lambda text: OWN_WORDS.get(text) or _(text)
    context["other"] = {"href": f"{up}{folder}/{pagename}.html", "lang": lang, "label": label}


def setup(app: Sphinx) -> None:
    """Register what the pages need beyond Sphinx's own."""
    app.add_search_language(SearchByPairs)
    for name in WRITTEN:
        app.add_lexer(name, TextLexer)
    app.connect("html-page-context", name_other)
