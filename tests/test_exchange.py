"""Pictures, media, embedded files and members of a finished file exchanged for others."""

from __future__ import annotations

import io
import zlib

import pytest
from office_files import R, p, package, parts_of, picture, png, sound, tree, with_part, zipped
from PIL import Image as Pillow

from bidkit.ooxml import opc
from bidkit.ooxml.exchange import PlacedPicture, Replacements, find_pictures, replace_parts

RED, BLUE = png(), png(color="blue")
JPEG = png(color="green", format="JPEG")


def shared() -> bytes:
    parts = package(p(picture("rIdA", 1, "first")), p(picture("rIdB", 2, "second")), media={"rIdA": RED, "rIdB": RED})
    parts = with_part(parts, "word/_rels/document.xml.rels", "media/rIdB.png", "media/rIdA.png")
    del parts["word/media/rIdB.png"]
    return zipped(parts)


def shown(content: bytes) -> dict[str, bytes]:
    """The content of each picture of the document by its description."""
    parts = parts_of(content)
    return {placed.names[-1]: parts[placed.target] for placed in find_pictures(parts)}


def test_pictures_are_found_by_name_and_description_of_picture_and_frame() -> None:
    parts = package(p(picture("rIdA", 1, "the logo")), media={"rIdA": RED})
    assert list(find_pictures(parts)) == [
        PlacedPicture("word/document.xml", ("Logo", "Logo 1", "the logo"), "rIdA", "word/media/rIdA.png")
    ]


def test_picture_without_a_part_of_its_own_is_not_found() -> None:
    assert not list(find_pictures(package(p(picture("rIdA", 1, "x")))))


@pytest.mark.parametrize("name", ["Logo 1", "first"])
def test_one_picture_gets_another_content_and_its_frame_is_kept(name: str) -> None:
    content = shared()
    replaced = sound(replace_parts(content, Replacements(pictures={name: BLUE})))
    assert shown(replaced) == {"first": BLUE, "second": RED}
    assert tree(replaced).find(".//{*}extent").attrib == tree(content).find(".//{*}extent").attrib  # type: ignore[union-attr]


def test_old_picture_goes_when_nothing_shows_it_any_more() -> None:
    replaced = parts_of(replace_parts(shared(), Replacements(pictures={"first": BLUE, "second": BLUE})))
    assert [data for name, data in replaced.items() if name.startswith("word/media/")] == [BLUE]


def test_relationship_that_nothing_uses_keeps_no_old_picture() -> None:
    content = with_part(parts_of(shared()), "word/document.xml", 'r:embed="rIdB"', 'r:embed="rIdA"')
    replaced = sound(replace_parts(zipped(content), Replacements(pictures={"first": BLUE})))
    assert shown(replaced) == {"first": BLUE, "second": BLUE}
    assert RED not in parts_of(replaced).values()


def test_picture_of_another_format_gets_its_name_and_content_type() -> None:
    parts = parts_of(sound(replace_parts(shared(), Replacements(pictures={"first": JPEG}))))
    (name,) = [name for name, data in parts.items() if data == JPEG]
    assert name.endswith(".jpeg")
    assert b'Extension="jpeg" ContentType="image/jpeg"' in parts[opc.CONTENT_TYPES]


def test_webp_is_turned_into_png() -> None:
    buffer = io.BytesIO()
    Pillow.new("RGB", (4, 4)).save(buffer, "WEBP")
    found = shown(sound(replace_parts(shared(), Replacements(pictures={"first": buffer.getvalue()}))))
    assert found["first"].startswith(b"\x89PNG") and found["second"] == RED


def test_picture_in_a_header_is_replaced() -> None:
    parts = package(p("x"), header=p(picture("rId1", 1, "logo")))
    parts |= {
        "word/media/logo.png": RED,
        "word/_rels/header1.xml.rels": (
            f'<Relationships xmlns="{opc.NS_RELS}"><Relationship Id="rId1" Type="{R}/image" Target="media/logo.png"/>'
            "</Relationships>"
        ).encode(),
    }
    parts[opc.CONTENT_TYPES] = opc.add_content_types(parts[opc.CONTENT_TYPES], {"png": "image/png"})
    assert shown(sound(replace_parts(zipped(parts), Replacements(pictures={"logo": BLUE})))) == {"logo": BLUE}


def test_media_are_found_by_their_content_wherever_they_are_shown() -> None:
    replaced = sound(replace_parts(shared(), Replacements(media={zlib.crc32(RED): BLUE})))
    assert shown(replaced) == {"first": BLUE, "second": BLUE}
    assert "word/media/rIdA.png" in parts_of(replaced)


def test_media_of_another_format_get_a_part_that_says_so() -> None:
    replaced = sound(replace_parts(shared(), Replacements(media={zlib.crc32(RED): JPEG})))
    assert shown(replaced) == {"first": JPEG, "second": JPEG}
    assert not [name for name in parts_of(replaced) if name.endswith(".png")]


def test_content_type_of_a_single_part_goes_with_the_part() -> None:
    parts = parts_of(shared())
    single = {"word/media/rIdA.png": "image/png"}
    parts[opc.CONTENT_TYPES] = opc.add_content_types(parts[opc.CONTENT_TYPES], {}, single)
    replaced = parts_of(replace_parts(zipped(parts), Replacements(media={zlib.crc32(RED): JPEG})))
    assert b"rIdA.png" not in replaced[opc.CONTENT_TYPES]


def test_embedded_files_are_found_by_their_content_and_members_by_name() -> None:
    parts = package(p("x"))
    parts |= {"word/embeddings/a.bin": b"old", "word/embeddings/b.bin": b"other", "word/media/c.bin": b"old"}
    wanted = Replacements(embedded={zlib.crc32(b"old"): b"new"}, members={"word/embeddings/b.bin": b"newer"})
    replaced = parts_of(replace_parts(zipped(parts), wanted))
    found = [replaced[f"word/{name}.bin"] for name in ("embeddings/a", "embeddings/b", "media/c")]
    assert found == [b"new", b"newer", b"old"]


def test_everything_that_is_not_found_is_named_unless_it_may_be_missing() -> None:
    wanted = Replacements({"nobody": BLUE, "first": BLUE}, {1: BLUE}, {2: b""}, {"word/none.xml": b""})
    with pytest.raises(
        ValueError, match=r"nobody, word/none\.xml, word/media/ CRC 00000001, word/embeddings/ CRC 0000000"
    ):
        replace_parts(shared(), wanted)
    assert shown(replace_parts(shared(), wanted, allows_missing=True)) == {"first": BLUE, "second": RED}


def test_new_picture_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="not a picture"):
        replace_parts(shared(), Replacements(pictures={"first": b"x"}))


def test_no_replacement_is_false() -> None:
    assert not Replacements() and Replacements(members={"x": b""})
