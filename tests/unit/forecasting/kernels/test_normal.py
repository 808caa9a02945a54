"""The normal distribution against SciPy's."""

import numpy as np
import pytest
from scipy.special import erfcx, ndtr
from scipy.stats import norm

from outgrow.forecasting.kernels.normal import normal_cdf, normal_density_and_cdf, scaled_erfc

ERROR = 2e-7
"""What a Chebyshev fit of this degree can be trusted with, relative."""


@pytest.mark.parametrize(
    "x", [np.linspace(0, 10, 20_001), np.logspace(-12, 8, 20_001)], ids=["evenly", "over twenty magnitudes"]
)
def test_scaled_erfc_is_scipy_s(x: np.ndarray) -> None:
    np.testing.assert_allclose(scaled_erfc(x), erfcx(x), rtol=ERROR)


def test_normal_cdf_is_scipy_s_in_the_lower_tail_too() -> None:
    z = np.linspace(-37, 9, 40_001)

    np.testing.assert_allclose(normal_cdf(z), ndtr(z), rtol=ERROR)


def test_normal_cdf_is_symmetric_and_bounded() -> None:
    z = np.linspace(0, 50, 1_001)

    np.testing.assert_allclose(normal_cdf(z) + normal_cdf(-z), 1.0, atol=1e-15)
    assert normal_cdf(np.array([-1e9, 1e9])).tolist() == [0, 1]
    assert (np.diff(normal_cdf(np.linspace(-8, 8, 4_001))) >= 0).all()


def test_any_shape_goes_in_and_comes_out() -> None:
    assert normal_cdf(np.zeros((2, 3, 4))).shape == (2, 3, 4)
    assert scaled_erfc(np.zeros((0, 5))).shape == (0, 5)


def test_the_density_is_scipy_s() -> None:
    z = np.linspace(-12, 12, 4_001)
    density, cdf = normal_density_and_cdf(z)

    np.testing.assert_allclose(density, norm.pdf(z), rtol=1e-12)
    np.testing.assert_array_equal(cdf, normal_cdf(z))


def test_single_precision_stays_single() -> None:
    z = np.linspace(-9, 9, 1_001, dtype=np.float32)
    density, cdf = normal_density_and_cdf(z)

    assert density.dtype == cdf.dtype == scaled_erfc(np.abs(z)).dtype == np.float32
    np.testing.assert_allclose(cdf, ndtr(z.astype(np.float64)), atol=3e-7)
