"""Divergences between members of a family: KL, Hellinger, D_φ, and the parabola ½δᵀFδ that they share.

``kl`` KL with its quadrature and Monte Carlo, ``others`` Hellinger, total variation and every convex φ, ``parabola`` the
quadratic form and what is left of KL beside it.
"""

from fisher_core.divergence.kl import kl, kl_monte_carlo, kl_quadrature, log_ratio
from fisher_core.divergence.others import f_divergence, hellinger, overlap
from fisher_core.divergence.parabola import (
    Profile,
    fitted_order,
    kl_contour,
    order_of_gap,
    profile,
    quadratic,
    reach,
    unit_direction,
)

__all__ = [
    "Profile",
    "f_divergence",
    "fitted_order",
    "hellinger",
    "kl",
    "kl_contour",
    "kl_monte_carlo",
    "kl_quadrature",
    "log_ratio",
    "order_of_gap",
    "overlap",
    "profile",
    "quadratic",
    "reach",
    "unit_direction",
]
