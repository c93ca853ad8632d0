"""The palette's promises, computed: contrast by WCAG 2.2, colour vision by Machado, Oliveira and Fernandes (2009).

Dichromacy is Machado's severity 1.0, applied to linear RGB; differences are between CIELAB values at D65.  The palette was
chosen by the plain distance (CIE76), in which every two marks stay 17.9 apart.  By CIEDE2000 (Sharma, Wu, Dalal 2005), which
counts differences of saturated colours for less, the closest two are 15 apart in normal vision and 6 in the worst dichromacy
(leaf and orange, deutan): a difference that is seen side by side, and the reason why no quantity is known by colour alone.
"""

import itertools
import re

import numpy as np
import pytest

from fisher_app import palette

TOKENS = [t for t in palette.MATRICES]
MODES = ("light", "dark")
MACHADO = {
    "normal": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def linear(colour):
    """Linear RGB in [0, 1] of '#RRGGBB'."""
    s = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(s <= 0.04045, s / 12.92, ((s + 0.055) / 1.055) ** 2.4)


def contrast(a, b):
    la, lb = (linear(c) @ [0.2126, 0.7152, 0.0722] for c in (a, b))
    return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)


def lab(rgb):
    xyz = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]) @ rgb
    t = xyz / [0.95047, 1.0, 1.08883]
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def ciede2000(lab1, lab2):
    (l1, a1, b1), (l2, a2, b2) = lab1, lab2
    c = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(c**7 / (c**7 + 25.0**7)))
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, a)) % 360 for b, a in ((b1, a1), (b2, a2)))
    dh = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    hue = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(dh) / 2)
    if c1 * c2 == 0:
        h = h1 + h2
    elif abs(h1 - h2) <= 180:
        h = (h1 + h2) / 2
    else:
        h = (h1 + h2 + 360) / 2 if h1 + h2 < 360 else (h1 + h2 - 360) / 2
    lm, cm = (l1 + l2) / 2, (c1 + c2) / 2
    t = 1 - 0.17 * np.cos(np.radians(h - 30)) + 0.24 * np.cos(np.radians(2 * h)) + 0.32 * np.cos(np.radians(3 * h + 6)) - 0.20 * np.cos(np.radians(4 * h - 63))
    sl, sc, sh = 1 + 0.015 * (lm - 50) ** 2 / np.sqrt(20 + (lm - 50) ** 2), 1 + 0.045 * cm, 1 + 0.015 * cm * t
    rt = -np.sin(np.radians(60 * np.exp(-(((h - 275) / 25) ** 2)))) * 2 * np.sqrt(cm**7 / (cm**7 + 25.0**7))
    x, y, z = (l2 - l1) / sl, (c2 - c1) / sc, hue / sh
    return float(np.sqrt(x * x + y * y + z * z + rt * y * z))


def cie76(lab1, lab2):
    return float(np.linalg.norm(lab1 - lab2))


def difference(a, b, vision, metric):
    return metric(*(lab(np.clip(np.asarray(MACHADO[vision]) @ linear(c), 0, 1)) for c in (a, b)))


def test_the_yardsticks_themselves():
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    # Sharma, Wu, Dalal (2005), table 1, pairs 1, 7, 17, 25
    for one, two, delta in [((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425), ((50, 0, 0), (50, -1, 2), 2.3669),
                            ((50, 2.5, 0), (50, 0, -2.5), 4.3065), ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644)]:  # fmt: skip
        assert ciede2000(np.array(one), np.array(two)) == pytest.approx(delta, abs=1e-4)
    assert np.allclose(np.sum([MACHADO[v] for v in MACHADO], axis=2), 1, atol=1e-5), "grey stays grey"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("token", TOKENS)
def test_marks_stand_out_from_the_page(token, mode):
    theme = palette.THEMES[mode]["mark"]
    for ground in ("page", "row"):
        assert contrast(theme[token], theme[ground]) >= 3.04


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("token", TOKENS)
def test_words_can_be_read(token, mode):
    theme = palette.THEMES[mode]["text"]
    for ground in ("page", "row"):
        assert contrast(theme[token], theme[ground]) >= 4.5


@pytest.mark.parametrize("mode", MODES)
def test_ink_can_be_read(mode):
    text = palette.THEMES[mode]["text"]
    assert contrast(text["ink"], text["page"]) >= 7
    for token in ("ink2", "ink3"):
        assert contrast(text[token], text["page"]) >= 4.5
    assert contrast(text["ctl-text"], text["ctl"]) >= 4.5


LEAST = {("cie76", "normal"): 34, ("ciede2000", "normal"): 15, "cie76": 17.9, "ciede2000": 6.3}


@pytest.mark.parametrize("metric", [cie76, ciede2000])
@pytest.mark.parametrize("vision", MACHADO)
@pytest.mark.parametrize("mode", MODES)
def test_every_two_quantities_stay_apart(mode, vision, metric):
    theme = palette.THEMES[mode]["mark"]
    pairs = {(a, b): difference(theme[a], theme[b], vision, metric) for a, b in itertools.combinations(TOKENS, 2)}
    worst = min(pairs, key=pairs.get)
    least = LEAST.get((metric.__name__, vision), LEAST[metric.__name__])
    assert pairs[worst] >= least, f"{worst}: {pairs[worst]:.2f}"


def test_a_quantity_is_never_known_by_colour_alone():
    looks = {(s["token"], s["dash"], s["symbol"]) for s in palette.STYLES.values()}
    assert all(s["token"] in palette.THEMES["light"]["mark"] for s in palette.STYLES.values())
    for a, b in itertools.combinations(palette.MATRICES, 2):
        shapes = [{(d, s) for t, d, s in looks if t == token} for token in (a, b)]
        assert not all(shapes) or not shapes[0] & shapes[1] or {a, b} <= {"theta", "data", "guess"}, (a, b)


def test_both_themes_have_the_same_tokens():
    light, dark = palette.THEMES["light"], palette.THEMES["dark"]
    assert light["mark"].keys() == dark["mark"].keys() == light["text"].keys() == dark["text"].keys()
    for theme in (light, dark):
        for shade in (*theme["mark"].values(), *theme["text"].values()):
            assert re.fullmatch(r"#[0-9A-F]{6}", shade)


def test_the_pages_of_both_themes_are_the_configured_ones():
    import tomllib

    from reader import ROOT

    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"]
    for mode in MODES:
        mark = palette.THEMES[mode]["mark"]
        assert (theme[mode]["backgroundColor"], theme[mode]["secondaryBackgroundColor"]) == (mark["page"], mark["row"])
        assert theme[mode]["textColor"] == mark["ink"]
