"""Properties of the Word template compiler: a file comes out sound, or the mistakes of its template have places."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from effort import EFFORT
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from lxml import etree
from office_files import DAY, WP, W, parts_of, place_of, q, zipped
from random_documents import LOOKS, Sample, make_template, templates

from bidkit.cache import Store
from bidkit.diagnostic import LANGUAGES, Diagnostic
from bidkit.office import lay_out
from bidkit.ooxml.template import compile_template
from bidkit.readback import read_docx

QUIET = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example, HealthCheck.filter_too_much)
# Making a failing document smaller takes minutes: only where a person waits for it.
PHASES = (Phase.generate, Phase.shrink) if EFFORT > 1 else (Phase.generate,)
MARKS = ("\ufdd0", "\ufdd1")
IGNORED = "A required relationship type"  # settings, fonts, theme: no part of these small files


def documents(count: int) -> Callable[[Any], Any]:
    return settings(
        max_examples=count * EFFORT,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=QUIET,
        phases=PHASES,
    )


def fill(sample: Sample, content: bytes | None = None, store: Store | None = None) -> tuple[bytes, list[Diagnostic]]:
    """What a template becomes, or what is said against it."""
    made, problems = compile_template(content or sample.content, "t.docx", {}, store=store)
    if made is None:
        return b"", problems
    assert not problems
    made.check_names(sample.context)
    result = made.render(sample.context)
    return result.save(DAY), result.problems


def faults_of(content: bytes) -> list[str]:
    """The faults of a finished file: those of the reading back, and what must be unique in all parts together."""
    found = [f"{fault.part}: {fault.text}" for fault in read_docx(content, "o.docx").faults]
    ids: dict[tuple[str, str], str] = {}
    for part, data in parts_of(content).items():
        if not part.startswith("word/") or not part.endswith(".xml"):
            continue
        text = data.decode()
        found += [f"{part}: a mark is left" for mark in MARKS if mark in text]
        for element in etree.fromstring(data).iter(q("w:bookmarkStart"), f"{{{WP}}}docPr"):
            for key in ("id", f"{{{W}}}id", f"{{{W}}}name"):
                identity = (f"{element.tag} {key}", element.get(key, ""))
                if identity[1] and identity in ids:
                    found.append(f"{part}: {identity} stands also in {ids[identity]}")
                ids[identity] = part
    return found


def is_located(problem: Diagnostic) -> bool:
    """Whether a mistake has its file and part, its tag or reason, and a sentence in both languages."""
    place = place_of(problem)
    assert all(problem.message(language) and problem.fix(language) for language in LANGUAGES)
    assert problem.span is not None
    return problem.span.file == "t.docx" and bool(place.get("part")) and bool(place.get("tag") or problem.values)


@documents(20)
@given(sample=templates())
def test_a_template_without_mistakes_becomes_a_sound_file(sample: Sample, tmp_path_factory: Any) -> None:
    from openxml_audit import OpenXmlValidator

    content, problems = fill(sample)
    assert problems == []
    assert faults_of(content) == []
    path = tmp_path_factory.getbasetemp() / "audited.docx"
    path.write_bytes(content)
    assert [str(e.description) for e in OpenXmlValidator().validate(path).errors if IGNORED not in str(e)] == []


@documents(50)
@given(sample=templates(stray=True))
def test_a_template_with_mistakes_is_told_where_or_becomes_a_sound_file(sample: Sample) -> None:
    content, problems = fill(sample)
    assert all(is_located(problem) for problem in problems), problems
    if not problems:
        assert faults_of(content) == []


# tags cut into runs


def cut_runs(sample: Sample, order: random.Random) -> bytes:
    """The template with the text of its runs cut at random places, with what Word leaves between the pieces."""
    parts = dict(sample.parts)
    numbers = iter(range(500, 10**6))
    for part in [name for name in parts if name.startswith("word/") and b"<w:r>" in parts[name]]:
        root = etree.fromstring(parts[part])
        for run in [run for run in root.iter(q("w:r")) if [c.tag for c in run if c.tag != q("w:rPr")] == [q("w:t")]]:
            _cut(run, order, numbers)
        parts[part] = etree.tostring(root)
    return zipped(parts)


def _cut(run: etree._Element, order: random.Random, numbers: Iterator[int]) -> None:
    text = run.findtext(q("w:t")) or ""
    edges = sorted({0, len(text), *(order.randrange(len(text) + 1) for _ in range(order.randrange(4)))})
    pieces = [text[start:end] for start, end in itertools.pairwise(edges)] or [""]
    xml = []
    for _ in pieces:
        number = next(numbers)
        mark = f'<w:bookmarkStart w:id="{number}" w:name="cut{number}"/><w:bookmarkEnd w:id="{number}"/>'
        empty = "<w:r><w:rPr><w:b/></w:rPr></w:r>"
        look = order.choice(LOOKS)
        xml.append(f"<w:r>{f'<w:rPr>{look}</w:rPr>' if look else ''}<w:t xml:space='preserve'></w:t></w:r>")
        xml.append(order.choice(["", "", '<w:proofErr w:type="spellStart"/>', empty, "<w:r><w:t></w:t></w:r>", mark]))
    made = etree.fromstring(f'<x xmlns:w="{W}">{"".join(xml)}</x>')
    texts = [item for item in made.iter(q("w:t")) if item.get("{http://www.w3.org/XML/1998/namespace}space")]
    for item, piece in zip(texts, pieces, strict=True):
        item.text = piece
    made[-1].tail = run.tail
    parent = run.getparent()
    assert parent is not None
    place = parent.index(run)
    parent.remove(run)
    for child in reversed(made):
        parent.insert(place, child)


def outline(content: bytes) -> dict[str, list[str]]:
    """What a reader sees of each part, whatever runs it is made of: elements in order, text joined."""
    found = {}
    for part, data in parts_of(content).items():
        if part.startswith("word/") and part.endswith(".xml"):
            lines: list[str] = [""]
            _walk(etree.fromstring(data), lines)
            found[part] = [line for line in lines if line]
    return found


_UNSEEN = tuple(q(f"w:{name}") for name in ("rPr", "proofErr", "bookmarkEnd", "sectPr"))


def _walk(element: etree._Element, lines: list[str]) -> None:
    name = etree.QName(element).localname
    if element.tag in _UNSEEN or element.get(q("w:name"), "").startswith("cut"):
        return
    if element.tag == q("w:t"):
        lines[-1] += element.text or ""
        return
    if element.tag != q("w:r"):
        kept = (element.get(q("w:val"), ""), element.get("descr", ""), element.get(q("w:name"), ""))
        lines += [f"<{name} {' '.join(kept)}>", ""]
    for child in element:
        _walk(child, lines)
    if element.tag != q("w:r"):
        lines += [f"</{name}>", ""]


@documents(20)
@given(sample=templates(), seed=st.integers(0, 2**32))
def test_the_way_text_is_cut_into_runs_changes_nothing_but_looks(sample: Sample, seed: int) -> None:
    whole, problems = fill(sample)
    cut, problems_of_cut = fill(sample, cut_runs(sample, random.Random(seed)))
    assert problems == problems_of_cut == []
    assert outline(cut) == outline(whole)
    assert faults_of(cut) == []


@documents(20)
@given(sample=templates(stray=True), seed=st.integers(0, 2**32))
def test_the_way_text_is_cut_into_runs_does_not_change_what_is_said_against_it(sample: Sample, seed: int) -> None:
    _, problems = fill(sample)
    assume(problems)
    assert fill(sample, cut_runs(sample, random.Random(seed)))[1] == problems


# the same again


@documents(20)
@given(sample=templates())
def test_the_same_template_gives_the_same_bytes_again_and_from_the_store(sample: Sample, tmp_path_factory: Any) -> None:
    store = Store(tmp_path_factory.mktemp("store"))
    first, _ = fill(sample)
    assert fill(sample)[0] == first
    assert fill(sample, store=store)[0] == first
    assert len(list(store.folder.iterdir())) == 1
    assert fill(sample, store=store)[0] == first


@pytest.mark.office
def test_libreoffice_lays_out_every_random_document() -> None:
    samples = [make_template(random.Random(seed).randrange) for seed in range(36 * EFFORT)]
    # LibreOffice 7.4 does not finish laying out some text boxes that are as sound as the others.
    whole = [sample for sample in samples if "<w:txbxContent>" not in sample.parts["word/document.xml"].decode()]
    files = {f"{number}.docx": fill(sample)[0] for number, sample in enumerate(whole)}
    assert len(files) > 14 * EFFORT
    pdfs, problems = lay_out(files)
    assert problems == []
    assert set(pdfs) == set(files)
