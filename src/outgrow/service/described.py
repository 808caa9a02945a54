"""What an imported file's metrics are: known ones as they are known, new ones as the file and the options say."""

from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from outgrow.domain.errors import DataError, OutgrowError, UnknownMetricError, UsageError
from outgrow.domain.metric import ALIASES, Kind, Metric, MetricCatalogue
from outgrow.domain.text import LONGEST_UNIT

ALIKE = 0.8
"""So much of two names is the same where one may be a slip of the other: a letter left out, or two exchanged."""
BUILT_IN = frozenset(metric.name for metric in MetricCatalogue())


@dataclass(frozen=True, slots=True)
class Description:
    """What a file, and the options beside it, say of metrics.

    Attributes:
        kind, unit: as the options say; None and empty where they do not.
        overwrite: whether what is stored of a metric gives way.
    """

    path: Path
    known: MetricCatalogue
    kind: Kind | None = None
    unit: str = ""
    overwrite: bool = False

    def __post_init__(self) -> None:
        if len(self.unit) > LONGEST_UNIT:
            raise UsageError(f"--unit has {len(self.unit)} characters", f"give at most {LONGEST_UNIT}")

    def of(self, name: str, unit: str) -> Metric:
        """The metric of this name.

        Args:
            unit: as the file's column says; empty where it does not.

        Raises:
            DataError, UsageError: the file, or an option, contradicts what is known.
        """
        if unit and self.unit and unit != self.unit:
            raise UsageError(f"--unit {self.unit} does not fit {name}: {self.path} gives it in {unit}", "leave it out")
        try:
            stored = self.known.resolve(name)
        except UnknownMetricError:
            label = name.replace("_", " ").capitalize()
            return Metric(name, self.kind or Kind.LEVEL, unit or self.unit or name, label)
        said = replace(stored, kind=self.kind or stored.kind, unit=unit or self.unit or stored.unit)
        if said != stored and (stored.name in BUILT_IN or not self.overwrite):
            raise self._contradiction(stored, said, unit)
        return said

    def is_new(self, name: str) -> bool:
        """Whether nobody knew a metric of this name before."""
        return all(metric.name != name for metric in self.known)

    def nearly(self, name: str) -> str | None:
        """The known name that is written nearly so; None where none is."""
        names = [*ALIASES, *(metric.name for metric in self.known)]
        return next(iter(get_close_matches(name, names, n=1, cutoff=ALIKE)), None)

    def _contradiction(self, stored: Metric, said: Metric, unit: str) -> OutgrowError:
        options = [f"--kind {said.kind}"] * (said.kind != stored.kind)
        options += [f"--unit {said.unit}"] * (said.unit != stored.unit and not unit)
        is_known = f"it is known as a {stored.kind} in {stored.unit}"
        anew = "" if stored.name in BUILT_IN else "; or, to describe the metric anew, add --replace"
        if options:
            what = f"{' and '.join(options)} {'do' if len(options) > 1 else 'does'} not fit {stored.name}: {is_known}"
            return UsageError(what, f"leave {'them' if len(options) > 1 else 'it'} out{anew}")
        return DataError(
            f"{self.path} gives {stored.name} in {unit}, but {is_known}", f"give its values in {stored.unit}{anew}"
        )
