"""Copies of papers: what they hide, what they are called, how they share pages, what they weigh, and whose they are."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
import yaml
from PIL import Image, ImageDraw
from workspace import COMPANY, NOW, edit, make_picture, make_workspace, run_check, sign_all, write

from bidkit.appendix import Appendix, Attachment, load_appendix, make_pages
from bidkit.appendix.marks import Mark
from bidkit.appendix.scans import Hidden, Unfit, make_copy
from bidkit.build import Options, build_deal
from bidkit.context import make_context
from bidkit.diagnostic import Severity
from bidkit.office import find_office
from bidkit.pdf.reading import ReadPdf, read_pdf
from bidkit.readback import read_docx
from bidkit.reports import Result
from bidkit.source import Workspace

MARK = Mark("FOR TENDER 1 ONLY", "7F7F7F", 30, 0.25)
NUMBER = "991101199001011231"
CARD: dict[str, Any] = {
    **{
        "id": "card",
        "kind": "id-card",
        "title": "法定代表人身份证",
        "holder": "顾明澈",
    },
    **{"number": NUMBER, "issuer": "云汀市公安局", "issued": "2020-04-20", "valid_until": "2040-04-20"},
    **{"files": ["files/front.png", "files/back.png"], "sensitivity": "personal"},
}
FACTS = "  affiliates: []\n  signers: {legal_representative: {sex: 男, age: 50, position: 董事长}}\n"
BOX = Hidden(1, 0.1, 0.4, 0.9, 0.6)


def save(picture: Image.Image, kind: str, **more: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **more)
    return stream.getvalue()


def page(size: tuple[int, int] = (1000, 1400)) -> Image.Image:
    """A white page with red stripes across its middle."""
    picture = Image.new("RGB", size, "white")
    for part in range(40, 60, 4):
        box = (0, size[1] * part // 100, size[0], size[1] * (part + 2) // 100)
        ImageDraw.Draw(picture).rectangle(box, fill="red")
    return picture


def with_text(*texts: str) -> bytes:
    """A PDF with a text in the middle of each page, that can be searched."""
    pdf = pikepdf.new()
    for text in texts:
        made = pdf.add_blank_page(page_size=(600, 800))
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        made.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        made.Contents = pdf.make_stream(f"BT /F1 24 Tf 100 400 Td ({text}) Tj ET".encode())
    pdf.Root.Metadata = pdf.make_stream(" ".join(texts).encode())
    stream = io.BytesIO()
    pdf.save(stream)
    return stream.getvalue()


def make_card_deal(folder: Path, **attachments: Any) -> Path:
    """A deal with an ID card of two sides."""
    deal = make_workspace(folder, credentials=["business-licence", "iso9001", "card"], attachments=attachments)
    write(folder / "catalog/credentials/card.yaml", yaml.safe_dump(CARD, allow_unicode=True))
    for name in ("front", "back"):
        write(folder / f"catalog/credentials/files/{name}.png", save(page((1012, 638)), "PNG"))
    return deal


def build(deal: Path) -> Result:
    sign_all(deal)
    result = build_deal(deal, Options(now=NOW))
    assert result.folder is not None, [item.message("en") for item in result.diagnostics]
    return result


def colours(picture: Image.Image, box: Hidden) -> set[str]:
    """What is to be seen in a part of a page."""
    found = set()
    part = picture.convert("RGB").crop(box.fit(picture.size))
    for red, green, blue in {part.getpixel((x, y)) for x in range(0, part.width, 7) for y in range(0, part.height, 7)}:  # type: ignore[misc]
        found.add("red" if red > 150 and green < 120 else "white" if min(red, green, blue) > 150 else "black")
    return found


class TestMasks:
    @pytest.mark.parametrize("mark", [None, MARK])
    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
    def test_what_is_hidden_is_gone_from_the_pixels_and_nothing_else(self, kind: str, mark: Mark | None) -> None:
        made = make_copy(save(page(), kind), f".{kind.lower()}", mark, (BOX,))
        picture = Image.open(io.BytesIO(made.content))
        assert "red" not in colours(picture, Hidden(1, 0.12, 0.41, 0.88, 0.59))
        assert "red" in colours(picture, Hidden(1, 0, 0.4, 0.08, 0.6))

    def test_pages_of_a_tiff_are_hidden_each_by_itself(self) -> None:
        content = save(page(), "TIFF", save_all=True, append_images=[page(), page()])
        made = make_copy(content, ".tif", None, (Hidden(2, 0, 0, 1, 1),))
        drawn = [item.render(scale=1).to_pil() for item in pypdfium2.PdfDocument(made.content)]
        whole = Hidden(1, 0, 0, 1, 1)
        assert ["red" in colours(picture, whole) for picture in drawn] == [True, False, True]

    def test_a_hidden_page_of_a_pdf_keeps_no_text_and_the_others_stay(self) -> None:
        made = make_copy(with_text("first page", NUMBER, "last page"), ".pdf", MARK, (Hidden(2, 0, 0.3, 1, 0.7),))
        texts = [item.get_textpage().get_text_bounded() for item in pypdfium2.PdfDocument(made.content)]
        assert [text.strip() for text in texts] == ["first page", "", "last page"]
        with pikepdf.open(io.BytesIO(made.content)) as pdf:
            objects = [item for item in pdf.objects if isinstance(item, pikepdf.Stream)]
            assert not any(NUMBER.encode() in item.read_bytes() for item in objects if item.get("/Subtype") != "/Image")
            assert "/Metadata" not in pdf.Root
        picture = pypdfium2.PdfDocument(made.content)[1].render(scale=2).to_pil()
        assert picture.size == (1200, 1600)
        assert colours(picture, Hidden(1, 0.1, 0.35, 0.9, 0.65)) <= {"black"}

    def test_a_mask_on_a_page_that_is_not_there_is_refused(self) -> None:
        for content, suffix in ((with_text("x"), ".pdf"), (save(page(), "PNG"), ".png")):
            with pytest.raises(Unfit):
                make_copy(content, suffix, None, (Hidden(2, 0, 0, 1, 1),))

    def test_masks_are_used_where_the_deal_asks_and_originals_stay(self, tmp_path: Path) -> None:
        mask = {"left": "10%", "top": "40%", "width": "80%", "height": "20%"}
        record = yaml.safe_dump(CARD | {"masks": [mask]}, allow_unicode=True)
        for asked, seen in (("true", False), ("false", True)):
            deal = make_card_deal(tmp_path / asked, mask=asked, watermark={"show": "false"})
            write(tmp_path / asked / "catalog/credentials/card.yaml", record)
            original = (tmp_path / asked / "catalog/credentials/files/front.png").read_bytes()
            result = build(deal)
            assert result.folder is not None
            front, back = (Image.open(result.folder / f"submit/credentials/03-法定代表人身份证-{n}.{k}")
                           for n, k in ((1, "png" if seen else "jpg"), (2, "png")))  # fmt: skip
            assert ("red" in colours(front, Hidden(1, 0.12, 0.41, 0.88, 0.59))) is seen
            assert "red" in colours(back, BOX)
            assert (tmp_path / asked / "catalog/credentials/files/front.png").read_bytes() == original
            text = read_docx((result.folder / "submit/proposal.docx").read_bytes(), "proposal.docx").text
            assert (NUMBER in text, "991101********1231" in text) == (seen, not seen)

    @pytest.mark.parametrize(
        ("change", "code"),
        [({"file": "3"}, "DL11"), ({"file": "0"}, "DL11"), ({"page": "2"}, "DL14"), ({"width": "120%"}, "DL11")],
    )
    def test_a_mask_that_cannot_be_is_told_at_its_place(
        self, tmp_path: Path, change: dict[str, str], code: str
    ) -> None:
        deal = make_card_deal(tmp_path, mask="true")
        mask = {"left": "10%", "top": "40%", "width": "80%", "height": "20%"} | change
        write(tmp_path / "catalog/credentials/card.yaml", yaml.safe_dump(CARD | {"masks": [mask]}, allow_unicode=True))
        (problem,) = run_check(deal).diagnostics
        assert problem.code == code and problem.span is not None
        assert problem.span.file == "catalog/credentials/card.yaml" and problem.span.line > 1


class TestNames:
    @pytest.mark.parametrize(
        ("pattern", "names"),
        [
            ("{no}-{title}", ["01-营业执照", "02-质量管理体系认证证书", *(f"03-法定代表人身份证-{n}" for n in (1, 2))]),
            ("{id}", ["business-licence", "card-1", "card-2", "iso9001"]),
            ("{no} {kind}: {holder}", [f"01_营业执照_{COMPANY}", f"02_ISO9001质量管理体系认证_{COMPANY}",
                                       "03_身份证_顾明澈-1", "03_身份证_顾明澈-2"]),
            ("copy", ["copy", "copy-1", "copy-2", "copy~2"]),
            ("con", ["con_", "con_-1", "con_-2", "con_~2"]),
            ("../../x<>|", ["x", "x-1", "x-2", "x~2"]),
        ],
    )  # fmt: skip
    def test_copies_are_called_by_the_pattern_and_never_the_same(
        self, tmp_path: Path, pattern: str, names: list[str]
    ) -> None:
        bid = run_check(make_card_deal(tmp_path, name=pattern)).bid
        assert bid is not None
        appendix, _ = load_appendix(Workspace(tmp_path), bid, "deals/water/deal.yaml")
        assert sorted(Path(item.copy_name).stem for item in appendix.attachments) == sorted(names)

    @pytest.mark.parametrize("pattern", ["{nr}", "{no", "no}", "{no}-{title!r}", "{title:>9}", "{}"])
    def test_another_place_in_the_pattern_is_told(self, tmp_path: Path, pattern: str) -> None:
        (problem,) = run_check(make_card_deal(tmp_path, name=pattern)).diagnostics
        assert problem.code == "DL10"
        assert "{title}" in str(problem.values["allowed"])

    @pytest.mark.parametrize("title", ["营业执照" * 60, "𠮷" * 100, "x" * 300 + ". . ."])
    def test_a_long_title_makes_no_long_name(self, tmp_path: Path, title: str) -> None:
        deal = make_card_deal(tmp_path)
        edit(tmp_path / "catalog/credentials/business-licence.yaml", "title: 营业执照", f"title: {title}")
        name, *_ = load_names(deal)
        assert len(name.encode()) < 230
        assert name.startswith("01-") and not name.removesuffix(".png").endswith((".", " "))

    def test_a_number_that_tells_two_apart_is_nobody_elses_name(self, tmp_path: Path) -> None:
        deal = make_card_deal(tmp_path, name="{title}")
        edit(tmp_path / "catalog/credentials/business-licence.yaml", "title: 营业执照", "title: Café~2")
        edit(tmp_path / "catalog/credentials/iso9001.yaml", "title: 质量管理体系认证证书", "title: Café")
        card = CARD | {"title": "CAFE\u0301", "files": ["files/front.png"]}
        write(tmp_path / "catalog/credentials/card.yaml", yaml.safe_dump(card, allow_unicode=True))
        assert [name.rpartition(".")[0] for name in load_names(deal)] == ["Café~2", "Café", "CAFE\u0301~3"]


def load_names(deal: Path) -> list[str]:
    """What the copies of a deal are called."""
    bid = run_check(deal).bid
    assert bid is not None
    appendix, _ = load_appendix(Workspace(deal.parents[2]), bid, "deals/water/deal.yaml")
    return [item.copy_name for item in appendix.attachments]


class TestSheets:
    def test_two_sides_of_a_card_stand_on_one_page_each_with_its_caption(self, tmp_path: Path) -> None:
        result = build(make_card_deal(tmp_path))
        assert result.folder is not None
        with zipfile.ZipFile(result.folder / "submit/proposal.docx") as file:
            body = file.read("word/document.xml").decode()
        tail = body[body.rindex("法定代表人身份证</w:t>", 0, body.index("第 1 页，共 2 页")) :]
        heights = [int(found) // 36_000 for found in re.findall(r'<wp:extent cx="\d+" cy="(\d+)"', tail)]
        assert len(heights) == 2 and sum(heights) < 170
        captions = re.findall(f"法定代表人身份证（编号 {NUMBER}，有效期至 2040年4月20日，第 (.) 页，共 2 页）", tail)
        assert captions == ["1", "2"]

    @pytest.mark.parametrize(("each", "most"), [(None, 170), ("2", 52), ("3", 30)])
    def test_small_papers_share_a_page_where_the_record_says_so(
        self, tmp_path: Path, each: str | None, most: int
    ) -> None:
        deal = make_workspace(tmp_path)
        record = tmp_path / "catalog/credentials/business-licence.yaml"
        write(record, record.read_text(encoding="utf-8") + (f"per_page: {each}\n" if each else ""))
        write(tmp_path / "catalog/credentials/files/licence.png", make_picture("PNG", 1500, 2100))
        result = build(deal)
        assert result.folder is not None
        with zipfile.ZipFile(result.folder / "submit/proposal.docx") as file:
            body = file.read("word/document.xml").decode()
        shown = body[: body.rindex("营业执照")]
        assert int(re.findall(r'<wp:extent cx="\d+" cy="(\d+)"', shown)[-1]) // 36_000 <= most

    @pytest.mark.parametrize(
        ("change", "caption"),
        [
            ({}, "营业执照（编号 91339901MA7QH0Y29Q，长期有效）"),
            (
                {"valid_until: 长期": "valid_until: 2030-04-17"},
                "营业执照（编号 91339901MA7QH0Y29Q，有效期至 2030年4月17日）",
            ),
            ({"kind: business-licence": "kind: contract"}, "营业执照（编号 91339901MA7QH0Y29Q）"),
        ],
    )  # fmt: skip
    def test_a_caption_tells_name_number_and_validity(
        self, tmp_path: Path, change: dict[str, str], caption: str
    ) -> None:
        deal = make_workspace(tmp_path)
        for old, new in change.items():
            edit(tmp_path / "catalog/credentials/business-licence.yaml", old, new)
        bid = run_check(deal).bid
        assert bid is not None
        appendix, _ = load_appendix(Workspace(tmp_path), bid, "deals/water/deal.yaml")
        context = make_context(bid, appendix, "deals/water/deal.yaml", is_draft=False, with_pages=True)
        assert [sheet["title"] for sheet in context["credentials"][0]["sheets"]] == [caption]

    @pytest.mark.parametrize(
        ("each", "joins"),
        [
            ([2, 2, 2, 2], [False, True, False, True]),
            ([3, 3, 3, 3], [False, True, True, False]),
            ([2, 3, 3, None], [False, False, True, False]),
            ([None, None, 2, 2], [False, False, False, True]),
        ],
    )
    def test_papers_join_the_page_of_the_one_before_while_there_is_room(
        self, tmp_path: Path, each: list[int | None], joins: list[bool]
    ) -> None:
        bid = run_check(make_workspace(tmp_path)).bid
        assert bid is not None
        paper = bid.selection.chosen[0]
        papers = tuple(paper.model_copy(update={"id": f"p{no}", "per_page": number}) for no, number in enumerate(each))
        picture = make_picture("PNG", 1000, 1300)
        copies = tuple(Attachment(f"p{no}", "x.png", picture, f"{no}.png") for no in range(len(each)))
        changed = replace(bid, selection=replace(bid.selection, chosen=papers, required=()))
        context = make_context(changed, Appendix(copies, {}), "deal.yaml", is_draft=False, with_pages=True)
        assert [record["joins"] for record in context["credentials"]] == joins

    @pytest.mark.office
    @pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
    def test_two_sides_stand_on_one_page_however_much_is_said_of_them(self, tmp_path: Path) -> None:
        deal = make_card_deal(tmp_path)
        more = {
            "scope": "法定代表人，有效期内办理本项目投标、澄清、签约事宜。" * 12,
            "issuer": "云汀市公安局高新技术产业开发区分局户籍管理中心",
        }
        write(tmp_path / "catalog/credentials/card.yaml", yaml.safe_dump(CARD | more, allow_unicode=True))
        sign_all(deal)
        result = build_deal(deal, Options(now=NOW, with_pdf=True))
        assert result.folder is not None, [item.message("en") for item in result.diagnostics]
        text = {page.number: "".join(page.text.split()) for _, pdf in pdfs_of(result.folder) for page in pdf.pages}
        first, second = ([no for no, words in text.items() if f"第{side}页，共2页）" in words] for side in (1, 2))
        assert first == second and len(first) == 1 and "签发单位" in text[first[0]]

    @pytest.mark.office
    @pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
    @pytest.mark.parametrize("pack", ["zh-proposal", "zh-tender"])
    def test_small_papers_that_share_a_page_are_listed_with_it(self, tmp_path: Path, pack: str) -> None:
        deal = make_card_deal(tmp_path)
        shutil.rmtree(tmp_path / "templates")
        edit(tmp_path / "bidkit.yaml", "company:\n", f"pack: {pack}\ncompany:\n{FACTS}")
        for name, file in (("business-licence", "licence.png"), ("iso9001", "iso9001.png")):
            record = tmp_path / f"catalog/credentials/{name}.yaml"
            text = re.sub("files: .*", f"per_page: 2\nfiles: [files/{file}]", record.read_text(encoding="utf-8"))
            write(record, text)
            write(tmp_path / f"catalog/credentials/files/{file}", make_picture("PNG", 1500, 1000))
        sign_all(deal)
        result = build_deal(deal, Options(now=NOW, with_pdf=True))
        assert result.folder is not None, [item.message("en") for item in result.diagnostics]
        pages = {
            title: [path.name + page.number for path, pdf in pdfs_of(result.folder) for page in pdf.pages
                    if f"{title}（编号" in "".join(page.text.split())]
            for title in ("营业执照", "质量管理体系认证证书", "法定代表人身份证")
        }  # fmt: skip
        assert pages["营业执照"] == pages["质量管理体系认证证书"] and len(pages["营业执照"]) == 1
        assert len(pages["法定代表人身份证"]) == 1 and pages["法定代表人身份证"] != pages["营业执照"]


def pdfs_of(folder: Path) -> list[tuple[Path, ReadPdf]]:
    """The volumes of a package as PDFs."""
    return [(path, read_pdf(path.read_bytes(), path.name)) for path in sorted((folder / "submit").glob("*.pdf"))]


class TestWeight:
    @pytest.mark.parametrize(("key", "named"), [("file_size_mb", "licence"), ("package_size_mb", "submit/")])
    def test_what_a_platform_does_not_take_is_told_with_the_largest(self, tmp_path: Path, key: str, named: str) -> None:
        deal = make_workspace(tmp_path, **{f"tender__{key}": "1"})
        noise = Image.effect_noise((1600, 2200), 90)
        write(tmp_path / "catalog/credentials/files/licence.png", save(noise, "PNG"))
        sign_all(deal)
        result = build_deal(deal, Options(now=NOW))
        found = [item for item in result.diagnostics if item.code == "PK36"]
        assert found and result.folder is None
        assert any("营业执照" in str(item.values["largest"]) for item in found)
        if key == "file_size_mb":  # a volume names the papers that make it large
            (volume,) = [item for item in found if item.span and item.span.file == "submit/proposal.docx"]
            assert str(volume.values["largest"]).startswith("catalog/credentials/files/licence.png (")
        assert named in ("licence", found[-1].message("zh")[:7])


def test_packages_of_two_bidders_share_no_id_beyond_the_templates(tmp_path: Path) -> None:
    """Relationships, bookmarks and drawings are counted; nothing random or of a machine is in a file."""
    packages = []
    for name in (COMPANY, "远汀科技有限公司"):
        folder = tmp_path / name
        deal = make_card_deal(folder)
        for path in [folder / "bidkit.yaml", *(folder / "catalog/credentials").glob("*.yaml")]:
            write(path, path.read_text(encoding="utf-8").replace(COMPANY, name))
        result = build(deal)
        assert result.folder is not None
        packages.append(result.folder)
    for file in ("proposal.docx", "quote.xlsx"):
        texts = []
        for folder in packages:
            with zipfile.ZipFile(folder / "submit" / file) as made:
                texts.append({part: made.read(part) for part in made.namelist()})
        with zipfile.ZipFile(template_of(file)) as made:
            own = b"".join(made.read(part) for part in made.namelist())
        for parts, name in zip(texts, (COMPANY, "远汀科技有限公司"), strict=True):
            assert name.encode() in parts["docProps/core.xml"]
        ids = [set(re.findall(rb'(?:rsid\w*|paraId|textId|w16du:\w+|uid|uuid)="([^"]+)"', b"".join(parts.values())))
               for parts in texts]  # fmt: skip
        assert all(found in own for found in ids[0] & ids[1])
    shutil.rmtree(tmp_path)


def template_of(file: str) -> Path:
    return Path(__file__).parents[1] / "templates/zh-proposal" / file


def test_pages_of_a_masked_paper_are_drawn_from_its_copy(tmp_path: Path) -> None:
    deal = make_card_deal(tmp_path, mask="true", watermark={"show": "false"})
    mask = {"left": "0%", "top": "0%", "width": "100%", "height": "100%"}
    write(tmp_path / "catalog/credentials/card.yaml", yaml.safe_dump(CARD | {"masks": [mask]}, allow_unicode=True))
    bid = run_check(deal).bid
    assert bid is not None
    appendix, problems = load_appendix(Workspace(tmp_path), bid, "deals/water/deal.yaml")
    assert problems == []
    front, back = (make_pages(item)[0] for item in appendix.attachments if item.credential == "card")
    whole = Hidden(1, 0, 0, 1, 1)
    assert "red" not in colours(Image.open(io.BytesIO(front.data)), whole)
    assert "red" in colours(Image.open(io.BytesIO(back.data)), whole)


def dim(picture: Image.Image) -> Image.Image:
    """A scan of a sheet on which nothing is to be seen: paper with a little noise."""
    return Image.blend(Image.effect_noise(picture.size, 8).convert("RGB"), Image.new("RGB", picture.size, "white"), 0.9)


@pytest.mark.parametrize("mark", [None, MARK])
def test_pages_on_which_nothing_can_be_seen_are_told_by_their_numbers(mark: Mark | None) -> None:
    clear, faint = save(page(), "PNG"), save(dim(page()), "PNG")
    scans = save(page(), "TIFF", save_all=True, append_images=[dim(page())])
    pages = save(page(), "PDF", save_all=True, append_images=[dim(page()), page()])
    for _ in range(2):  # the second time it is kept
        assert make_copy(clear, ".png", mark).faint == ()
        assert make_copy(faint, ".png", mark).faint == (1,)
        assert make_copy(scans, ".tif", mark).faint == (2,)
        assert make_copy(pages, ".pdf", mark).faint == (2,)


def test_an_empty_scan_is_a_warning_at_its_record(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    write(tmp_path / "catalog/credentials/files/licence.png", save(dim(page()), "PNG"))
    (problem,) = [item for item in run_check(deal).diagnostics if item.code == "QU14"]
    assert problem.severity is Severity.WARNING and problem.span is not None
    assert problem.span.file == "catalog/credentials/business-licence.yaml"
