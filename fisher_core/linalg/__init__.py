"""Linear algebra of Fisher matrices: ``solving`` with what has to be inverted, ``spectrum`` with rank in units of its own."""

from fisher_core.linalg.solving import (
    Ellipse,
    advise,
    covariance_ellipse,
    eigen,
    factor,
    fisher_ellipse,
    inverse,
    inverse_at_maximum,
    least_norm,
    null_space,
    solve,
    solve_symmetric,
    solves,
    square_root,
    whitening,
)
from fisher_core.linalg.spectrum import SingularFisherError

__all__ = [
    "Ellipse",
    "SingularFisherError",
    "advise",
    "covariance_ellipse",
    "eigen",
    "factor",
    "fisher_ellipse",
    "inverse",
    "inverse_at_maximum",
    "least_norm",
    "null_space",
    "solve",
    "solve_symmetric",
    "solves",
    "square_root",
    "whitening",
]
