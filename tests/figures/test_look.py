"""Letters and colours: the bundled font, contrast on paper, in black and white and to the colour-blind."""

import pytest
from PIL import ImageFont

from stats import theme
from stats.figures import grids, tallies
from stats.figures.lettering import width


@pytest.mark.parametrize(("file", "bold"), [("BeVietnamPro-Regular.ttf", False), ("BeVietnamPro-Bold.ttf", True)])
def test_widths_are_those_of_the_bundled_font(file, bold):
    font = ImageFont.truetype(str(theme.fonts_dir() / file), 1000, layout_engine=ImageFont.Layout.BASIC)
    letters = [chr(c) for c in (*range(32, 127), *range(0x1EA0, 0x1EFA))] + list("ĐđƠơƯưăâêôĂÂÊÔàèìòùỳ–’·")
    for letter in letters:
        ours = width(letter, 1000, bold=bold) / 1.02
        assert -0.5 <= ours - font.getlength(letter) <= 50, letter


def test_the_font_has_every_vietnamese_letter():
    font = ImageFont.truetype(str(theme.fonts_dir() / "BeVietnamPro-Regular.ttf"), 40)
    nothing = bytes(font.getmask("\uffff"))
    for letter in "ếộữặỵẾỘỮẶỴđĐơưĩũằẵ":
        assert bytes(font.getmask(letter)) != nothing, letter
    assert (theme.fonts_dir() / "OFL.txt").is_file()
    assert {p.name for p in theme.fonts_dir().glob("*.woff2")} == {
        f"be-vietnam-pro-{subset}-{weight}-normal.woff2" for subset in ("latin", "vietnamese") for weight in (400, 700)
    }


def luminance(color):
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_on_paper_and_in_black_and_white():
    for text in (theme.INK, theme.MUTED, theme.ACCENT):
        assert contrast(text, theme.PAPER) >= 4.5
    for mark in (theme.MAIN, theme.CONTEXT, theme.RULE, theme.ACCENT):
        assert contrast(mark, theme.PAPER) >= 3
    assert contrast(theme.MAIN, theme.CONTEXT) >= 2  # told apart by lightness alone


MARKS = (theme.MAIN, theme.CONTEXT, theme.RULE, theme.ACCENT)


def deuteranopia(color):
    """Return a colour as seen without green cones (Machado, Oliveira and Fernandes 2009, severity 1)."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    seen = (
        0.367322 * red + 0.860646 * green - 0.227968 * blue,
        0.280085 * red + 0.672501 * green + 0.047413 * blue,
        -0.011820 * red + 0.042940 * green + 0.968881 * blue,
    )
    inside = [min(max(p, 0.0), 1.0) for p in seen]
    shown = [p * 12.92 if p <= 0.0031308 else 1.055 * p ** (1 / 2.4) - 0.055 for p in inside]
    return "#" + "".join(f"{round(p * 255):02x}" for p in shown)


def test_the_simulation_makes_red_and_green_alike():
    grey = deuteranopia("#808080")
    assert all(abs(int(grey[i : i + 2], 16) - 128) <= 2 for i in (1, 3, 5))
    red, green = deuteranopia("#c00000"), deuteranopia("#008000")
    assert abs(int(red[5:7], 16) - int(green[5:7], 16)) < 40
    assert contrast("#c00000", "#008000") < 1.5


@pytest.mark.parametrize("seen", [lambda c: c, deuteranopia], ids=["full", "deuteranopia"])
def test_fills_beside_each_other_differ_in_lightness(seen):
    for a, b in ((theme.MAIN, theme.CONTEXT), (theme.MAIN, theme.PALE), (theme.MAIN, theme.PAPER)):
        assert contrast(seen(a), seen(b)) >= 2, (a, b)
    for color in MARKS:
        assert contrast(seen(color), theme.PAPER) >= 3, color


@pytest.mark.parametrize("seen", [lambda c: c, deuteranopia], ids=["full", "deuteranopia"])
def test_words_on_coloured_cells_are_readable(seen):
    for ground, ink in (*grids._TONES.values(), *tallies._TONES):
        assert contrast(seen(ground), seen(ink)) >= 4.5, (ground, ink)


def test_the_template_can_be_registered_for_an_analysts_own_figures():
    import plotly.io as pio

    theme.register()
    assert pio.templates[theme.NAME].layout.font.family == theme.FONT


def test_the_style_sheet_is_offline_and_uses_the_house_colours():
    css = theme.css()
    assert "http" not in css
    assert "@import" not in css
    for color in (theme.INK, theme.MUTED, theme.RULE, theme.MAIN, theme.ACCENT):
        assert color in css
