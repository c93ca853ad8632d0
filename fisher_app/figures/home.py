"""The figure that opens the course: the Fisher matrix as a ruler over the Normals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fisher_core.validation import Array

from ..stage.scene import Axis, Check, Live, Number, Scene, View, curve, handle, label, points, region

PAD = ("mu", "sigma")


def ruler(
    field: Array,
    here: Array,
    mu: Array,
    sigma: Array,
    z: Array,
    height: Array,
    reach: Array,
    information: Array,
    level: float,
    ends_kl: tuple[float, float, float],
    checks: Sequence[Check],
) -> Scene:
    """``field`` (k, angle, 2) ellipses of one level; ``here`` (mu, sigma, angle, 2) at the corners of the pad;
    ``height`` (sigma, z) density at μ + σz; ``reach`` the step in units of σ to the ellipse's right end; ``ends_kl`` KL to the right end, the top and the bottom."""
    gap = np.full((len(field), 1, 2), np.nan)
    lines = np.concatenate([field, gap], axis=1).reshape(-1, 2)
    corners = (len(mu) - 1, len(sigma) - 1)
    plane = View(
        "a", f"**Every point is a Normal**; an ellipse: those at ½_δ_^{{T}}_Fδ_ = {level:g} nats from its middle. Drag.",
        Axis(-2.3, 2.3, "mean _μ_", [(v, f"{v}".replace("-", "−")) for v in (-2, -1, 0, 1, 2)]), Axis(0, 3, "standard deviation _σ_", [(0.5, "0.5"), (1, "1"), (2, "2")], grid=False),
        [
            curve(lines[:, 0], lines[:, 1], "exact-thin", alpha=0.45, width=1.25),
            region(Live(here[::corners[0], ::corners[1], :, 0], PAD, every=corners), Live(here[::corners[0], ::corners[1], :, 1], PAD, every=corners), outline="exact", dash="solid", width=2.75, outline_alpha=1),
            label(Live(here[::corners[0], ::corners[1], 6, 0], PAD, every=corners), Live(here[::corners[0], ::corners[1], 6, 1], PAD, every=corners), "½_δ_^{T}{exact|_F_}_δ_ = " + f"{level:g}", dx=8, dy=-4, token="exact", weight=600),
            handle(x="mu", y="sigma", ring=5),
        ],
        alt="The half-plane of Normals with Fisher ellipses; the handle moves one of them", equal=True, pad=(42, 12, 8, 46),
        sentence="At _μ_ = [mu], _σ_ = [sigma] the Fisher matrix is diag([f_mu], [f_sigma]).",
        table=(["sigma", "F of mu", "F of sigma"], [sigma, information[:, 0, 0], information[:, 1, 1]]),
    )  # fmt: skip
    ends = np.array([[m + s * z for s in (sigma[0], sigma[-1])] for m in (mu[0], mu[-1])])
    moved = np.array([[m + s * (z + reach) for s in (sigma[0], sigma[-1])] for m in (mu[0], mu[-1])])
    over = ("sigma",)
    pair = View(
        "b", "**Two of them**: the middle (grey), the right end", Axis(-6, 6, "observation _x_", [(v, f"{v}".replace("-", "−")) for v in (-4, 0, 4)]), Axis(0, 1.25, "density", [(0.5, "0.5"), (1, "1")]),
        [curve(Live(ends, PAD, every=corners), Live(height, over), "data", width=2), curve(Live(moved, PAD, every=corners), Live(height, over), "exact", width=2),],
        alt="Densities of the Normal at the handle and of its neighbour on the ellipse", sentence="Their divergence is [right] nats wherever the handle is.", table=(["(x − mu)/sigma", "density at the smallest sigma", "at the largest"], [z, height[0], height[-1]]), height=200, phone=220, pad=(38, 10, 10, 40), small=True,
    )  # fmt: skip
    rate = View(
        "c", "**Information** about the mean", Axis(0, 2.6, "_σ_", [(1, "1"), (2, "2")]), Axis(0, 8, "_F_~{μμ}", [(4, "4"), (8, "8")]),
        [curve(sigma, information[:, 0, 0], "exact"), points(Live(sigma[:, None], over), Live(information[:, :1, 0], over), "exact", size=5, edge=False), handle(x="sigma", invisible=True)],
        alt="Fisher information of the mean against the standard deviation", sentence="At [sigma] it is [f_mu].", table=(["sigma", "F of mu"], [sigma, information[:, 0, 0]]), height=112, phone=150, pad=(38, 6, 10, 40), small=True,
    )  # fmt: skip
    numbers = {
        "f_mu": Number(Live(information[:, 0, 0], over), "g3"),
        "f_sigma": Number(Live(information[:, 1, 1], over), "g3"),
        **{name: Number(kl, "3") for name, kl in zip(("right", "top", "bottom"), ends_kl, strict=True)},
    }
    formula = {"groups": [
        [["{exact|_F_} = E _s_ _s_^{T}"], ["the covariance of the score"]], [["{exact|_F_} = diag(1∕_σ_^{2}, 2∕_σ_^{2})"], ["= diag(**[f_mu]**, **[f_sigma]**)"]], [["{exact|`KL`} ≈ ½_δ_^{T}{exact|_F_}_δ_"], ["→ **[right]**, ↑ [top], ↓ [bottom] nats"]],
    ]}  # fmt: skip
    return Scene(
        [plane, pair, rate], "minmax(0, 1fr) 250px", ("a b", "a c"), ["mu", "sigma"], numbers, formula, checks=checks
    )
