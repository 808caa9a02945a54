"""What one question has read of the store, so that nothing is read twice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from outgrow.domain.history import History
from outgrow.domain.metric import Metric, Scope
from outgrow.store.contract import KnownOn, Store


class _Held(NamedTuple):
    """A history, and the day from which on it is held; None: from its beginning."""

    since: date | None
    history: History

    def holds(self, since: date | None) -> bool:
        return self.since is None or (since is not None and self.since <= since)

    def part(self, since: date | None) -> History:
        return self.history if since == self.since or since is None else self.history.between(since, None).to_known()


@dataclass(frozen=True, slots=True)
class Shelf:
    """Histories of one platform, read when they are first asked for.

    Attributes:
        reads: how often the store was asked.
    """

    store: Store
    platform: str
    _held: dict[tuple[str, Scope, KnownOn], _Held] = field(default_factory=dict)

    def histories(
        self, metrics: Sequence[Metric], scope: Scope, known: KnownOn, since: date | None = None
    ) -> list[History]:
        """Those of some metrics, in their order, as far as they are known; from a day on, if only that is looked at."""
        self._read([metric for metric in metrics if not self._has(metric, scope, known, since)], scope, known, since)
        return [self._held[metric.name, scope, known].part(since) for metric in metrics]

    def _has(self, metric: Metric, scope: Scope, known: KnownOn, since: date | None) -> bool:
        held = self._held.get((metric.name, scope, known))
        return held is not None and held.holds(since)

    def _read(self, metrics: Iterable[Metric], scope: Scope, known: KnownOn, since: date | None) -> None:
        wanted = list({metric.name: metric for metric in metrics}.values())
        if not wanted:
            return
        for history in self.store.panel(self.platform, wanted, scope, known, since):
            self._held[history.metric.name, scope, known] = _Held(since, history)
