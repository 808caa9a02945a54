"""First passage of a Brownian motion whose drift is itself uncertain."""

import numpy as np

from outgrow.forecasting.kernels.normal import Array, normal_cdf, scaled_erfc


def first_passage_cdf(gap: Array, drift: Array, sigma: Array, drift_sd: Array, horizon: int) -> Array:
    """P(a path that starts at 0 has reached `gap` by day d), d = 1 ... horizon.

    The path is a Brownian motion with volatility `sigma` and a drift drawn once from N(drift, drift_sd^2). For a
    known drift this is the reflection principle (Bachelier-Levy; Borodin and Salminen, Handbook of Brownian Motion,
    2002, formula 2.1.1.4); the average over the drift stays in closed form, because E[exp(aX) Phi(b - cX)] of a
    normal X does. Both exponents collapse to -(gap - drift d)^2 / 2 S^2, which neither overflows nor cancels.

    Args:
        gap: what is left to the limit, (n,); zero or less counts as reached.
        drift: mean change a day, (n,).
        sigma: volatility a square-root day, (n,), positive.
        drift_sd: standard deviation of the drift, (n,), zero or more.
        horizon: days.

    Returns:
        (n, horizon), non-decreasing in d.
    """
    d = np.arange(1.0, horizon + 1)[None, :]
    g, mu, s, tau = (a[:, None] for a in (np.maximum(gap, 0), drift, sigma, drift_sd))
    spread = np.sqrt(s**2 * d + (tau * d) ** 2)
    ends_above = normal_cdf((mu * d - g) / spread)
    x = (g + mu * d + 2 * tau**2 * g * d / s**2) / spread
    touched = np.where(
        x >= 0,
        0.5 * np.exp(-0.5 * ((g - mu * d) / spread) ** 2) * scaled_erfc(np.maximum(x, 0) / np.sqrt(2)),
        np.exp(np.minimum(2 * g * mu / s**2 + 2 * (tau * g / s**2) ** 2, 0)) * normal_cdf(-x),
    )
    cdf = np.clip(ends_above + touched, 0, 1)
    result: Array = np.where(g > 0, np.maximum.accumulate(cdf, axis=1), 1.0)
    return result
