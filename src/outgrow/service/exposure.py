"""Exposure: what was sold against what is used, on one day."""

from outgrow.service.desk import Desk
from outgrow.service.sold import ExposureReport, exposed


def exposure(desk: Desk) -> ExposureReport:
    """Hold what was sold against what is used and what the rented tier holds, at the end of the desk's day.

    Raises:
        ConfigurationError: the settings name a rented tier that the ladder has not.
    """
    return exposed(desk)
