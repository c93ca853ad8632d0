"""KL(N(0,1) ‖ N(0,σ)) by a Riemann sum, against the quadratic in σ or log σ."""

import numpy as np

shift = 0.3  # parameter
log_scale = False  # parameter

sigma = np.exp(shift) if log_scale else 1 + shift
x = np.linspace(-40, 40, 800001)
log_p = -(x**2) / 2 - np.log(2 * np.pi) / 2
log_q = -((x / sigma) ** 2) / 2 - np.log(sigma) - np.log(2 * np.pi) / 2
kl = np.sum(np.exp(log_p) * (log_p - log_q)) * (x[1] - x[0])
F = 2.0  # of σ at σ = 1, and of log σ anywhere
print(f"KL = {kl:.6g}  quadratic = {0.5 * F * shift**2:.6g}")
