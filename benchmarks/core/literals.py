"""Numbers of other hands, stored for the tests: statsmodels' regressions, and JAX's Hessians of Kullback–Leibler divergences.

    python -m benchmarks.core.literals        (in the environment that ./run makes) writes tests/oracles/literals.json

Neither library is needed to run the tests; each entry names the call and the version that gave it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

PATH = Path(__file__).resolve().parents[2] / "tests" / "oracles" / "literals.json"

# Three classes on nine rows, written out so that no generator stands between two libraries.
ROWS = [[1.0, t] for t in (-2.0, -1.5, -1.0, -0.4, 0.0, 0.3, 0.9, 1.4, 2.2)]
LABELS = [0, 0, 1, 0, 2, 1, 2, 1, 2]
POINT = [[0.3, -0.2], [0.8, 1.1]]  # W (d, k − 1): logits of classes 1 and 2 against class 0

KL_POINTS = {
    "bernoulli": [[0.3], [0.02]],
    "poisson": [[4.0], [0.3]],
    "exponential": [[0.7], [12.0]],
    "normal": [[0.5, 1.5], [-3.0, 0.2]],
    "gamma": [[2.0, 3.0], [0.4, 0.05]],
    "beta": [[2.0, 5.0], [0.5, 0.7]],
}


def from_statsmodels() -> list[dict[str, Any]]:
    import statsmodels
    import statsmodels.api as sm

    from fisher_core.data import historical as datasets

    found: list[dict[str, Any]] = []

    def keep(name: str, call: str, value: Any) -> None:
        found.append(
            {
                "name": name,
                "call": f"statsmodels {statsmodels.__version__}: {call}",
                "value": np.asarray(value).tolist(),
            }
        )

    table = datasets.challenger().values
    x, y = np.column_stack([np.ones(len(table)), table[:, 0]]), table[:, 1]
    logit = sm.Logit(y, x)
    fit = logit.fit(disp=0, tol=1e-14, maxiter=100)
    keep("logit mle", "Logit(y, x).fit().params", fit.params)
    keep("logit information", "-Logit.hessian(params)", -logit.hessian(fit.params))
    keep("logit scores", "Logit.score_obs([12, -0.2])", logit.score_obs(np.array([12.0, -0.2])))
    keep("logit covariance", "fit().cov_params()", fit.cov_params())
    keep(
        "logit sandwich",
        'fit(cov_type="HC0").cov_params()',
        logit.fit(disp=0, tol=1e-14, maxiter=100, cov_type="HC0").cov_params(),
    )

    x, y = datasets.regression("heteroscedastic")
    line = sm.OLS(y, x).fit()
    keep("line", "OLS(y, x).fit().params", line.params)
    keep("line sandwich", "OLS(y, x).fit().cov_HC0", line.cov_HC0)

    several = sm.MNLogit(np.array(LABELS), np.array(ROWS))
    keep("mnlogit information", "-MNLogit.hessian(W)", -several.hessian(np.array(POINT)))
    keep("mnlogit score", "MNLogit.score(W)", several.score(np.array(POINT).T.ravel()))

    kicks = datasets.horse_kicks().values
    counts = sm.Poisson(kicks, np.ones((len(kicks), 1)))
    keep("poisson mle", "Poisson(y, 1).fit().params", counts.fit(disp=0, tol=1e-14).params)
    keep("poisson information", "-Poisson(y, 1).hessian([0.1])", -counts.hessian(np.array([0.1])))
    return found


def from_jax() -> list[dict[str, Any]]:
    import jax
    import jax.numpy as jnp
    from jax.scipy.special import betaln, digamma, gammaln

    jax.config.update("jax_enable_x64", True)

    def gamma(p: Any, q: Any) -> Any:
        (k, b), (m, c) = p, q
        return (k - m) * digamma(k) - gammaln(k) + gammaln(m) + m * (jnp.log(b) - jnp.log(c)) + k * (c - b) / b

    def beta(p: Any, q: Any) -> Any:
        (a, b), (c, d) = p, q
        return (
            betaln(c, d) - betaln(a, b) + (a - c) * digamma(a) + (b - d) * digamma(b) + (c - a + d - b) * digamma(a + b)
        )

    divergences = {
        "bernoulli": lambda p, q: p[0] * jnp.log(p[0] / q[0]) + (1 - p[0]) * jnp.log((1 - p[0]) / (1 - q[0])),
        "poisson": lambda p, q: p[0] * jnp.log(p[0] / q[0]) + q[0] - p[0],
        "exponential": lambda p, q: jnp.log(p[0] / q[0]) + q[0] / p[0] - 1,
        "normal": lambda p, q: jnp.log(q[1] / p[1]) + (p[1] ** 2 + (p[0] - q[0]) ** 2) / (2 * q[1] ** 2) - 0.5,
        "gamma": gamma,
        "beta": beta,
    }
    found: list[dict[str, Any]] = []
    for name, points in KL_POINTS.items():
        for point in points:
            theta = jnp.array(point)
            hessian = jax.hessian(lambda q, name=name, theta=theta: divergences[name](theta, q))(theta)
            found.append(
                {
                    "name": f"kl {name}",
                    "call": f"jax {jax.__version__}: jax.hessian(kl)",
                    "at": point,
                    "value": np.asarray(hessian).tolist(),
                }
            )
    return found


def main() -> None:
    entries = from_statsmodels() + from_jax()
    PATH.write_text(json.dumps(entries, indent=1) + "\n")
    print(f"{len(entries)} entries in {PATH.name}")


if __name__ == "__main__":
    main()
