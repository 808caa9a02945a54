"""The limits of a platform: its tier's maxima and the configured ones."""

from collections.abc import Mapping
from dataclasses import replace

from outgrow.domain.errors import ConfigurationError, UnknownMetricError
from outgrow.domain.history import History
from outgrow.domain.ladder import LADDER_METRICS
from outgrow.domain.limit import Limit
from outgrow.service.config import DEFAULT_LIMITS
from outgrow.service.view import View


def configured_limits(view: View) -> list[Limit]:
    """The configured limits, by the metrics' full names.

    Raises:
        ConfigurationError: a limit names a metric that does not exist.
    """
    found = []
    for number, limit in enumerate(view.config.limits, 1):
        try:
            found.append(replace(limit, metric=view.metrics.resolve(limit.metric).name))
        except UnknownMetricError as error:
            raise ConfigurationError(f"limit {number} ([[limits]]): {error.what}", error.mend) from error
    return found


def platform_limits(view: View, histories: Mapping[str, History]) -> list[Limit]:
    """The maxima of the tier that the newest use needs, then the configured limits.

    Args:
        histories: of the platform's metrics, by name.

    Raises:
        ConfigurationError: a limit names a metric that does not exist.
    """
    newest = {name: h.newest[1] for name, h in histories.items() if h.newest is not None}
    usage = {name: newest[name] for name in LADDER_METRICS.values() if name in newest}
    tier = view.config.ladder.required(usage)
    tiers = [
        Limit(name, float(top), f"tier {tier.name}") for name, top in tier.maxima().items() if top and name in usage
    ]
    # A limit that nobody set, of something that nobody measures, is no news.
    own = [limit for limit in configured_limits(view) if limit.metric in newest or limit not in DEFAULT_LIMITS]
    return [*tiers, *own]


def nearest_limit(view: View, history: History) -> float | None:
    """The lowest limit of a platform's metric above its newest value, else its highest; None where it has none."""
    histories = {h.metric.name: h for h in view.histories(view.platform_metrics())}
    maxima = sorted(limit.maximum for limit in platform_limits(view, histories) if limit.metric == history.metric.name)
    current = history.newest[1] if history.newest else 0.0
    return next((top for top in maxima if top > current), maxima[-1] if maxima else None)
