"""DocxTemplate: docxtpl's own interface over the compiler, so that a script changes its imports and nothing else."""

from __future__ import annotations

import io
import os
import zlib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import jinja2
from jinja2 import meta
from jinja2.defaults import DEFAULT_NAMESPACE
from jinja2.filters import FILTERS
from jinja2.tests import TESTS

from bidkit.cache import open_store
from bidkit.diagnostic import Diagnostic, load_messages
from bidkit.ooxml import opc
from bidkit.ooxml.exchange import Replacements, find_pictures, replace_parts
from bidkit.ooxml.links import make_url_id
from bidkit.ooxml.picture import read_source
from bidkit.ooxml.rendered import Rendered, Template
from bidkit.ooxml.template import compile_template

if TYPE_CHECKING:
    from docx.document import Document

    from bidkit.ooxml.subdoc import Subdoc

_LENT = ("filters", "tests", "globals_")
File = str | os.PathLike[str] | IO[bytes] | bytes


_FIXES = dict.fromkeys(("TP04", "TP08"), "give it in the context, or render with compat=True")
"""What to do in a script, where there is no deal to fill in."""


class TemplateError(jinja2.TemplateError):
    """A template or its values are wrong; the text lists every mistake with its place."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(_describe(problem) for problem in self.diagnostics))

    @property
    def docx_context(self) -> list[str]:
        """The mistakes as lines; docxtpl has the lines around the first one here."""
        return str(self).splitlines()


def _describe(problem: Diagnostic, lang: str = "en") -> str:
    names = load_messages(lang)["places"]
    place = problem.span.place if problem.span else ()
    shown = ", ".join(names[kind].format(value) for kind, value in place)
    file = problem.span.file if problem.span else ""
    where = ": ".join(filter(None, (file, shown)))
    near = problem.values.get("near")
    fix = _FIXES.get(problem.code) if not near else None
    return f"{where}: {problem.code} {problem.message(lang)}; {fix or problem.fix(lang)}".removeprefix(": ")


class DocxTemplate:
    """A Word template that is filled and saved, as often as wanted.

    Args:
        template_file: path, stream or bytes; read at once.

    Raises:
        OSError: the file cannot be read.
    """

    def __init__(self, template_file: File) -> None:
        self.template_file = template_file
        self.allow_missing_pics = False
        self.is_rendered = False
        self.is_saved = False
        self._content = read_source(template_file)
        self._name = Path(template_file).name if isinstance(template_file, (str, os.PathLike)) else "template.docx"
        self._replacements = Replacements()
        self._source: Document | None = None
        self._rendered: Rendered | None = None
        self._result: Document | None = None
        self._compiled: tuple[tuple[Any, ...], Mapping[str, Any], Template] | None = None

    def render(
        self,
        context: Mapping[str, Any],
        jinja_env: jinja2.Environment | None = None,
        autoescape: bool = False,
        *,
        compat: bool = False,
    ) -> None:
        """Fill the template.

        Args:
            jinja_env: its filters, tests and globals may be used; it is not changed.
            autoescape: without effect: texts are always escaped, and `|safe`, Markup and `Xml` are the way around it.
            compat: unknown names print nothing, None and lists as in Python; otherwise they are mistakes.

        Raises:
            TemplateError: the template is wrong, or a value cannot be printed where its tag stands.
        """
        rendered = self._compile(jinja_env, compat).render(context)
        if rendered.problems:
            raise TemplateError(rendered.problems)
        self._rendered, self._result = rendered, None
        self.is_rendered, self.is_saved = True, False

    def save(self, filename: str | os.PathLike[str] | IO[bytes], created: date | None = None) -> None:
        """Write the file, filled if `render` has been called, with its replacements.

        Args:
            filename: a path, or a stream that is written to.
            created: the day that its properties name; without it the template's own.

        Raises:
            OSError: it cannot be written.
            ValueError: something to be replaced is not there.
        """
        content = self._make_content(created)
        if self._replacements:
            content = replace_parts(content, self._replacements, self.allow_missing_pics)
        if isinstance(filename, (str, os.PathLike)):
            Path(filename).write_bytes(content)
        else:
            filename.write(content)
        self.is_saved = True

    def new_subdoc(self, docpath: File | None = None) -> Subdoc:
        """A document to be printed by `{{p … }}`: an empty one to be built with python-docx, or that of a file.

        It belongs to the next render and those after it, until another one is made behind a render.
        """
        from bidkit.ooxml.subdoc import Subdoc

        if self.is_rendered:
            self._source = self._rendered = self._result = None
            self.is_rendered = False
        return Subdoc(self, docpath)

    def get_docx(self) -> Document:
        """The template as a python-docx document, or, once it is filled, the result; what is changed there is kept."""
        if self._rendered is not None:
            if self._result is None:
                self._result = _open(self._make_content(None))
            return self._result
        if self._source is None:
            self._source = _open(self._content)
        return self._source

    @property
    def docx(self) -> Document:
        """The same as `get_docx()`."""
        return self.get_docx()

    def __getattr__(self, name: str) -> Any:
        """What python-docx's document has."""
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.get_docx(), name)

    def is_source(self, document: Document) -> bool:
        """Whether the next render compiles this document."""
        return document is self._source

    def build_url_id(self, url: str) -> str:
        """An id for `url_id` of rich text, good in every part."""
        return make_url_id(url)

    def replace_pic(self, embedded_file: str, dst_file: File) -> None:
        """Show another picture in place of that of this name, title or description; its frame is kept."""
        self._replacements.pictures[embedded_file] = read_source(dst_file)

    def replace_media(self, src_file: File, dst_file: File) -> None:
        """Exchange the media file that has the content of the first for the second."""
        self._replacements.media[zlib.crc32(read_source(src_file))] = read_source(dst_file)

    def replace_embedded(self, src_file: File, dst_file: File) -> None:
        """Exchange the embedded file that has the content of the first for the second."""
        self._replacements.embedded[zlib.crc32(read_source(src_file))] = read_source(dst_file)

    def replace_zipname(self, zipname: str, dst_file: File) -> None:
        """Exchange the package's member of this name."""
        self._replacements.members[zipname] = read_source(dst_file)

    def reset_replacements(self) -> None:
        """Forget all that is to be replaced."""
        self._replacements = Replacements()

    def get_pic_map(self) -> dict[str, tuple[str, bytes]]:
        """By the name of each picture: its part and its content."""
        parts = _read(self._make_content(None), self._name)
        found = {placed.names[0]: placed.target for placed in find_pictures(parts) if placed.names}
        return {name: (target, parts[target]) for name, target in found.items() if target in parts}

    def get_undeclared_template_variables(
        self, jinja_env: jinja2.Environment | None = None, context: Mapping[str, Any] | None = None
    ) -> set[str]:
        """The names, before any dot, that the template takes from its context and this context lacks.

        Raises:
            TemplateError: the template is wrong.
        """
        template = self._compile(jinja_env)
        used: set[str] = set()
        for part in template.parts.values():
            used |= meta.find_undeclared_variables(template.environment.parse(part.compiled.source))
        return used - set(template.environment.globals) - set(context or ())

    def _compile(self, jinja_env: jinja2.Environment | None, compat: bool = False) -> Template:
        content = self._content if self._source is None else _pack(self._source)
        options = {**_read_environment(jinja_env), "compat": compat}
        key = content, *((kind, name, id(each)) for kind in _LENT for name, each in options[kind].items()), compat
        if self._compiled is not None and self._compiled[0] == key:
            return self._compiled[2]
        store = open_store("templates")
        template, problems = compile_template(content, self._name, **options, load=self._load, store=store)
        if template is None:
            raise TemplateError(problems)
        self._compiled = key, options, template  # holding the options keeps their ids their own
        return template

    def _load(self, name: str) -> bytes | None:
        """A file that the template includes, from the template's own folder."""
        if not isinstance(self.template_file, (str, os.PathLike)):
            return None
        folder = Path(self.template_file).resolve().parent
        path = (folder / name).resolve()
        return path.read_bytes() if path.is_relative_to(folder) and path.is_file() else None

    def _make_content(self, created: date | None) -> bytes:
        if self._result is not None:
            return _pack(self._result)
        if self._rendered is not None:
            return self._rendered.save(created)
        return self._content if self._source is None else _pack(self._source)


def _read_environment(given: jinja2.Environment | None) -> dict[str, Any]:
    """What a script's own environment adds to Jinja's."""
    if given is None:
        return {"filters": {}, "tests": {}, "globals_": {}}

    def added(names: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in names.items() if known.get(name) is not value}

    return {
        "filters": added(given.filters, FILTERS),
        "tests": added(given.tests, TESTS),
        "globals_": added(given.globals, DEFAULT_NAMESPACE),
    }


def _read(content: bytes, name: str) -> Mapping[str, bytes]:
    package, problems = opc.read_package(content, name)
    if package is None:
        raise TemplateError(problems)
    return package


def _open(content: bytes) -> Document:
    import docx

    return docx.Document(io.BytesIO(content))


def _pack(document: Document) -> bytes:
    """A python-docx document as a file, with fixed times."""
    buffer = io.BytesIO()
    document.save(buffer)
    return opc.write_package(_read(buffer.getvalue(), "template.docx"))
