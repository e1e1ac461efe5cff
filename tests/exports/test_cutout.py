from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from export_shapes import disc, photo
from PIL import Image as PillowImage

import pickout
from pickout.errors import ArgumentError, ExportError, PickoutError
from pickout.images import Image
from pickout.masks import Mask

MASK = Mask(disc())


def exif_bytes() -> bytes:
    exif = PillowImage.Exif()
    exif[0x010F] = "Maker of cameras"
    return exif.tobytes()


def test_hard_cutout_is_the_picture_inside_and_nothing_outside():
    image = photo()
    result = pickout.cutout(image, MASK, feather=0)
    assert result.box_xyxy == MASK.box_xyxy
    x0, y0, x1, y1 = result.box_xyxy
    inside = MASK.array[y0:y1, x0:x1]
    assert np.array_equal(result.array[..., 3], inside * 255)
    assert np.array_equal(result.array[inside][:, :3], image[y0:y1, x0:x1][inside])
    assert not result.array[~inside].any()  # the background does not hide behind opacity 0


def test_soft_cutout_has_partly_opaque_rim_and_solid_middle():
    result = pickout.cutout(photo(), MASK, feather=2)
    full = pickout.cutout(photo(), MASK, feather=2, crop=False)
    opacity = full.array[..., 3]
    assert opacity[30, 40] == 255
    assert ((opacity > 0) & (opacity < 255)).sum() > 50
    x0, y0, x1, y1 = result.box_xyxy
    assert np.array_equal(result.array, full.array[y0:y1, x0:x1])
    assert full.box_xyxy == (0, 0, 80, 60)
    assert not np.delete(np.delete(opacity, np.s_[y0:y1], 0), np.s_[x0:x1], 1).any()


def test_object_at_the_border_stays_opaque_there():
    array = np.zeros((60, 80), bool)
    array[:, :40] = True
    result = pickout.cutout(photo(), array, feather=2, crop=False)
    assert (result.array[:, :30, 3] == 255).all()


def test_working_in_a_box_changes_nothing():
    from pickout.matting import feather

    big = Mask(disc((300, 400), (200, 150), 40))
    result = pickout.cutout(photo((300, 400)), big, feather=3, crop=False, decontaminate=False)
    assert np.abs(result.array[..., 3] - np.rint(feather(big, 3) * 255)).max() <= 1


def test_background_color_leaves_the_soft_rim():
    image = np.zeros((60, 80, 3), np.uint8)
    image[...] = (0, 200, 0)
    image[MASK.array] = (200, 0, 0)
    clean = pickout.cutout(image, MASK, feather=2).array
    fringed = pickout.cutout(image, MASK, feather=2, decontaminate=False).array
    rim = (clean[..., 3] > 60) & (clean[..., 3] < 200)
    assert clean[rim][:, 1].mean() < fringed[rim][:, 1].mean() / 4


def test_margin_widens_the_box_as_far_as_the_picture_goes():
    result = pickout.cutout(photo(), MASK, feather=0, margin=15)
    assert result.box_xyxy == (5, 0, 76, 60)
    assert result.array.shape == (60, 71, 4)
    far = pickout.cutout(photo(), MASK, feather=0, margin=5000)
    assert far.box_xyxy == (0, 0, 80, 60)
    assert (far.array[..., 3] > 0).sum() == MASK.area


def test_transparency_of_the_picture_stays():
    alpha = np.full((60, 80), 255, np.uint8)
    alpha[:, :40] = 0
    alpha[:, 40:50] = 100
    result = pickout.cutout(Image(photo(), alpha=alpha), MASK, feather=0, crop=False)
    assert not result.array[:, :40].any()
    assert set(np.unique(result.array[:, 40:50, 3])) == {0, 100}
    hidden = pickout.cutout(Image(photo(), alpha=np.zeros_like(alpha)), MASK)
    assert not hidden.array.any()
    assert hidden.box_xyxy == MASK.box_xyxy


def test_full_mask_and_single_pixel():
    assert (pickout.cutout(photo(), np.ones((60, 80), bool)).array[..., 3] == 255).all()
    one = pickout.cutout(photo((1, 1)), np.ones((1, 1), bool), feather=0)
    assert one.array.shape == (1, 1, 4)


@pytest.mark.parametrize(
    ("mask", "options", "message"),
    [
        (np.zeros((60, 80), bool), {}, "mask is empty"),
        (np.ones((60, 81), bool), {}, "mask is 81 x 60 pixels but the picture is 80 x 60"),
        (MASK, {"feather": -1}, "feather should lie between 0 and 200"),
        (MASK, {"feather": float("nan")}, "feather should lie"),
        (MASK, {"margin": -1}, "margin should lie"),
    ],
)
def test_what_makes_no_sense_is_refused(mask, options, message):
    with pytest.raises(ArgumentError, match=message):
        pickout.cutout(photo(), mask, **options)


@pytest.mark.parametrize("suffix", [".png", ".webp", ".tif", ".TIFF"])
def test_saved_file_holds_the_same_pixels(suffix, tmp_path):
    result = pickout.cutout(photo(), MASK, feather=1)
    path = tmp_path / f"münchner mug{suffix}"
    result.save(path)
    with PillowImage.open(path) as picture:
        assert np.array_equal(np.asarray(picture), result.array)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_png_says_that_its_colors_are_srgb(tmp_path):
    pickout.cutout(photo(), MASK).save(tmp_path / "a.png")
    with PillowImage.open(tmp_path / "a.png") as picture:
        assert picture.info["srgb"] == 0


def test_two_saves_write_identical_bytes(tmp_path):
    result = pickout.cutout(photo(), MASK)
    for suffix in (".png", ".webp", ".tif"):
        result.save(tmp_path / f"a{suffix}")
        result.save(tmp_path / f"b{suffix}")
        assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", [".png", ".webp", ".tif"])
def test_metadata_goes_along_unless_unwanted(suffix, tmp_path):
    image = Image(photo(), metadata={"exif": exif_bytes()})
    result = pickout.cutout(image, MASK)
    result.save(tmp_path / f"with{suffix}")
    result.save(tmp_path / f"without{suffix}", keep_metadata=False)
    assert _maker(tmp_path / f"with{suffix}") == "Maker of cameras"
    assert _maker(tmp_path / f"without{suffix}") is None


def _maker(path: Path) -> str | None:
    with PillowImage.open(path) as picture:
        return picture.getexif().get(0x010F)


def test_photo_with_a_location_gives_a_cutout_without(tmp_path):
    exif = PillowImage.Exif()
    exif[0x010F] = "Maker of cameras"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 1.0)})
    PillowImage.fromarray(photo()).save(tmp_path / "in.jpg", exif=exif)
    assert b"GPS" in exif.tobytes() or exif.get_ifd(0x8825)
    image = pickout.read_image(tmp_path / "in.jpg")
    pickout.cutout(image, MASK).save(tmp_path / "out.png")
    with PillowImage.open(tmp_path / "out.png") as picture:
        assert picture.getexif().get(0x010F) == "Maker of cameras"
        assert not picture.getexif().get_ifd(0x8825)


def test_jpeg_is_refused_without_and_written_with_a_background(tmp_path):
    result = pickout.cutout(photo(), MASK)
    with pytest.raises(ExportError, match=r"JPEG cannot hold transparency.*on_background"):
        result.save(tmp_path / "a.jpg")
    assert not list(tmp_path.iterdir())
    result.save(tmp_path / "a.jpg", background="#ff0000")
    with PillowImage.open(io.BytesIO((tmp_path / "a.jpg").read_bytes())) as picture:
        assert picture.mode == "RGB"
        red, green, blue = picture.getpixel((0, 0))
    assert red > 240
    assert max(green, blue) < 15


def test_background_shows_through_by_opacity():
    result = pickout.cutout(photo(), MASK, feather=2)
    alpha = result.array[..., 3:].astype(float) / 255
    for color, rgb in {"white": 255, (0, 0, 0): 0}.items():
        expected = result.array[..., :3] * alpha + rgb * (1 - alpha)
        assert np.abs(result.on_background(color).array - expected).max() <= 1


@pytest.mark.parametrize("color", ["whiteish", (1, 2), (0, 0, 256), (0.5, 0, 0)])
def test_no_such_color(color):
    with pytest.raises(ArgumentError, match="colour"):
        pickout.cutout(photo(), MASK).on_background(color)


@pytest.mark.parametrize("name", ["a", "a.pdf", "a.txt"])
def test_unknown_ending_names_the_known_ones(name, tmp_path):
    with pytest.raises(ExportError, match=r"\.png, \.webp"):
        pickout.cutout(photo(), MASK).save(tmp_path / name)


def test_existing_file_is_kept_unless_told_otherwise(tmp_path):
    result = pickout.cutout(photo(), MASK)
    path = tmp_path / "a.png"
    path.write_bytes(b"mine")
    with pytest.raises(ExportError, match="exists already"):
        result.save(path)
    assert path.read_bytes() == b"mine"
    result.save(path, overwrite=True)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_folder_that_cannot_be_made_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(PickoutError, match="could not be written") as caught:
        pickout.cutout(photo(), MASK).save(tmp_path / "file" / "a.png")
    assert "\n" not in str(caught.value)


def test_too_wide_for_webp_is_said_in_words(tmp_path):
    wide = pickout.cutout(photo((1, 16_400)), np.ones((1, 16_400), bool), feather=0)
    with pytest.raises(ExportError, match="WEBP pictures have at most 16383 pixels"):
        wide.save(tmp_path / "a.webp")
