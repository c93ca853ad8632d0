"""The page that opens the course: what it says of KL at the ends of its ellipse, and the ellipse that it draws."""

import re

import numpy as np
import pytest
from reader import Reader

from fisher_app.lessons.home import ruler
from fisher_app.stage.marks import Ellipse
from fisher_app.stage.tables import read
from fisher_core import FAMILIES, linalg


def numbers(text):
    """The numbers that stand in a text."""
    return [float(x) for x in re.findall(r"\d+(?:\.\d+)?", text)]


@pytest.mark.parametrize(("mu", "sigma"), [("0.8", "1"), ("-2", "0.4"), ("0", "2.4")])
def test_kl_to_the_ends_of_the_ellipse_that_opens_the_course(mu, sigma):
    reader = Reader("home", {"mu": mu, "sigma": sigma})
    f, theta = FAMILIES["normal"], np.array([float(mu), float(sigma)])
    level = numbers(re.search(r"=\s*([\d.]+) nats", reader.scene["views"][0]["caption"])[1])[0]
    length = np.sqrt(2 * level / np.diag(f.fisher(theta)))
    ends = {"right": [length[0], 0], "top": [0, length[1]], "bottom": [0, -length[1]]}
    for name, step in ends.items():
        assert reader.number(name) == pytest.approx(float(f.kl(theta, theta + step)), rel=1e-6, abs=0), name
    assert float(f.kl(theta, theta - ends["right"])) == pytest.approx(reader.number("right"), rel=1e-9)
    assert [reader.number(k) for k in ends] == pytest.approx([0.06, 0.0417, 0.0961], abs=5e-5)
    square, n = numbers(re.search(r"_Fδ_ = ([\d.]+), shrinks", reader.wire["extras"]["trap"])[1])[0], 1 / (2 * level)
    assert square == pytest.approx(2 * level) and f"_n_ = {n:.1f}" in reader.wire["extras"]["trap"]
    bottom = np.linalg.inv(f.fisher(theta)) / n  # the error ellipse from n data is the ellipse drawn
    assert length == pytest.approx(np.sqrt(np.diag(bottom)))


def test_the_ellipse_that_is_dragged_is_the_fisher_ellipse_at_the_handle():
    nodes = {c.key: c.nodes for c in ruler.tab.controls}
    mark = next(m for m in ruler.plane(ruler.numbers()).layers if isinstance(m, Ellipse) and m.name)
    for mu, sigma in ((0.8, 1.0), (-2.0, 0.4), (1.3, 2.35)):
        at = {"mu": mu, "sigma": sigma}
        x, y, a, b = (read(part, nodes, at).item() for part in (mark.x, mark.y, mark.xx, mark.yy))
        wanted = linalg.fisher_ellipse(FAMILIES["normal"].fisher([mu, sigma]), ruler.LEVEL)
        assert (x, y) == pytest.approx((mu, sigma), rel=1e-12)
        assert (a, b) == pytest.approx(tuple(wanted.semi_axes), rel=1e-12, abs=0), "wider than tall"


def test_the_right_end_is_one_step_along_the_mean():
    nodes = {c.key: c.nodes for c in ruler.tab.controls}
    middle, right = ruler.pair(ruler.numbers()).layers
    for at in ({"mu": 0.8, "sigma": 1.0}, {"mu": -1.7, "sigma": 2.2}):
        step = read(right.x, nodes, at) - read(middle.x, nodes, at)
        assert step == pytest.approx(np.sqrt(2 * ruler.LEVEL) * at["sigma"], rel=1e-9)
        z = (read(middle.x, nodes, at) - at["mu"]) / at["sigma"]
        density = np.exp(-(z**2) / 2) / at["sigma"] / np.sqrt(2 * np.pi)
        assert read(middle.y, nodes, at) == pytest.approx(density, rel=1e-9)
