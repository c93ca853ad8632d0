"""Two Normals with means −2 and 2: KL, squared Hellinger distance and overlap by Riemann sums."""

import numpy as np

spread = 2.0  # parameter

x = np.linspace(-60, 60, 1200001)
dx = x[1] - x[0]
log_p, log_q = (-(((x - m) / spread) ** 2) / 2 - np.log(spread * np.sqrt(2 * np.pi)) for m in (-2.0, 2.0))
p, q = np.exp(log_p), np.exp(log_q)
kl = np.sum(p * (log_p - log_q)) * dx
print(
    f"KL = {kl:.6g}  hellinger = {1 - np.sum(np.sqrt(p * q)) * dx:.6g}  overlap = {np.sum(np.minimum(p, q)) * dx:.6g}"
)
