"""Every limit of a platform, and every metric without one, by urgency: what status tells and a check judges."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from outgrow.domain.history import History
from outgrow.domain.limit import Limit
from outgrow.domain.metric import PLATFORM, Scope
from outgrow.forecasting.outlook import days_until_of
from outgrow.planning.limits.urgency import LimitOutlook, by_urgency
from outgrow.service.desk import Desk, Series
from outgrow.service.limits import platform_limits, scoped_histories
from outgrow.service.outlooks import projections_of

Line = tuple[Series, Limit | None]
"""A series, and a limit that it is held against."""
TOGETHER = 256
"""Lines whose forecasts are held at a time: of thousands, all together would take gigabytes."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What was looked at.

    Attributes:
        ordered: the most urgent first.
        histories: what the forecasts of the platform's own metrics rest on, by name.
        scoped: the same of other scopes.
    """

    ordered: list[LimitOutlook]
    histories: Mapping[str, History]
    scoped: Mapping[Series, History]

    def history(self, outlook: LimitOutlook) -> History:
        """What an outlook rests on."""
        name, scope = _series_of(outlook)
        return self.histories[name] if scope == PLATFORM else self.scoped[name, scope]


def survey(desk: Desk) -> Survey:
    """Look at every limit of the platform, and at its metrics without one.

    Raises:
        ConfigurationError: a limit names a metric that does not exist, or the settings a tier.
    """
    histories = {h.metric.name: h for h in desk.forecastables(desk.platform_metrics())}
    limits = platform_limits(desk, histories)
    scoped = scoped_histories(desk, [limit for limit in limits if limit.scope != str(PLATFORM)])
    series: dict[Series, History] = {(name, PLATFORM): history for name, history in histories.items()}
    series |= scoped
    lines: list[Line] = [((limit.metric, Scope.parse(limit.scope)), limit) for limit in limits]
    limited = {key for key, _ in lines}
    lines += [(key, None) for key, known in series.items() if key not in limited and known.known_days]
    outlooks = []
    for some in _blocks(lines):
        projections = projections_of(desk, {key: series[key] for key, _ in some})
        for key, limit in some:
            until = days_until_of(projections[key], series[key], limit.usable if limit else None)
            outlooks.append(LimitOutlook.of(limit, until, desk.config.policy, desk.today))
    return Survey(by_urgency(outlooks), histories, scoped)


def _blocks(lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    """Some lines at a time."""
    return (lines[begin : begin + TOGETHER] for begin in range(0, len(lines), TOGETHER))


def _series_of(outlook: LimitOutlook) -> Series:
    return outlook.until.metric.name, Scope.parse(outlook.limit.scope) if outlook.limit else PLATFORM
