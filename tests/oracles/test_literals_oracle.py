"""Against numbers of other hands: statsmodels' regressions and JAX's Hessians of KL, stored with their provenance.

``python -m benchmarks.core.literals`` makes the file anew; neither library is needed here.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from fisher_core import FAMILIES, estimation, information
from fisher_core.data import historical as datasets
from fisher_core.models import LinearRegression, LogisticRegression, SoftmaxRegression

ENTRIES = json.loads((Path(__file__).parent / "literals.json").read_text())
LOGISTIC = LogisticRegression()


def stored(name):
    (entry,) = [e for e in ENTRIES if e["name"] == name]
    return np.array(entry["value"])


def launches():
    table = datasets.challenger().values
    return np.column_stack([np.ones(len(table)), table[:, 0]]), table[:, 1]


def test_every_entry_says_where_it_comes_from():
    assert all(e["call"].split()[0] in ("statsmodels", "jax") and e["call"].split()[1][0].isdigit() for e in ENTRIES)


def test_a_logistic_regression_against_statsmodels():
    x, y = launches()
    n, theta = len(y), LOGISTIC.mle(x, y)
    np.testing.assert_allclose(theta, stored("logit mle"), rtol=1e-9)
    exact = information.exact(LOGISTIC, x, theta)
    np.testing.assert_allclose(n * exact, stored("logit information"), rtol=1e-9)
    np.testing.assert_allclose(np.linalg.inv(n * exact), stored("logit covariance"), rtol=1e-7)
    at = np.array([12.0, -0.2])
    np.testing.assert_allclose(LOGISTIC.score(x, y, at), stored("logit scores"), rtol=1e-11)


def test_robust_covariances_against_statsmodels():
    """H⁻¹EH⁻¹/n, E the empirical Fisher and H the observed information; the scale of a line's noise cancels."""
    x, y = launches()
    theta = LOGISTIC.mle(x, y)
    np.testing.assert_allclose(estimation.sandwich(LOGISTIC, (x, y), theta), stored("logit sandwich"), rtol=1e-7)
    x, y = datasets.regression("heteroscedastic")
    line = LinearRegression()
    theta = line.mle(x, y)
    np.testing.assert_allclose(theta, stored("line"), rtol=1e-12)
    np.testing.assert_allclose(estimation.sandwich(line, (x, y), theta), stored("line sandwich"), rtol=1e-9)


def test_a_softmax_regression_against_statsmodels():
    """statsmodels holds class 0 at zero and counts class by class; ours keeps all columns, row by row."""
    x = np.array([[1.0, t] for t in (-2.0, -1.5, -1.0, -0.4, 0.0, 0.3, 0.9, 1.4, 2.2)])
    y = np.array([0, 0, 1, 0, 2, 1, 2, 1, 2])
    theta = np.array([[0.0, 0.3, -0.2], [0.0, 0.8, 1.1]]).ravel()
    model = SoftmaxRegression(classes=3)
    free = [j * 3 + c for c in (1, 2) for j in (0, 1)]
    np.testing.assert_allclose(
        len(y) * model.fisher(x, theta)[np.ix_(free, free)], stored("mnlogit information"), rtol=1e-12
    )
    np.testing.assert_allclose(model.score(x, y, theta).sum(axis=0)[free], stored("mnlogit score"), rtol=1e-12)


def test_counts_against_statsmodels():
    kicks = datasets.horse_kicks().values
    in_log = FAMILIES["poisson"].in_chart("log")
    np.testing.assert_allclose(in_log.mle(kicks), stored("poisson mle"), rtol=1e-9)
    np.testing.assert_allclose(len(kicks) * in_log.fisher(np.array([0.1])), stored("poisson information"), rtol=1e-12)


@pytest.mark.parametrize(
    "entry", [e for e in ENTRIES if e["name"].startswith("kl ")], ids=lambda e: f"{e['name'][3:]} {e['at']}"
)
def test_fisher_against_the_hessian_of_kl_by_jax(entry):
    family = FAMILIES[entry["name"].removeprefix("kl ")]
    np.testing.assert_allclose(family.fisher(np.array(entry["at"])), entry["value"], rtol=1e-11, atol=1e-12)
