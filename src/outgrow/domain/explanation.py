"""Why a forecast says what it says: in numbers, and in words."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from outgrow.domain.days import spoken
from outgrow.domain.metric import Metric
from outgrow.domain.words import counted, percent

MONTH = 30
"""Days over which a small pace is told."""
MONTH_LENGTHS = (28.0, 31.0)
"""Days of the shortest and of the longest month."""


class Cause(StrEnum):
    """Where the doubt about a level comes from."""

    DAYS_VARY = "days_vary"
    PACE_UNKNOWN = "pace_unknown"
    COURSES = "courses"


_WORDS = {
    Cause.DAYS_VARY: "how much days vary",
    Cause.PACE_UNKNOWN: "how fast it goes on",
    Cause.COURSES: "which of several courses it takes",
}


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a level does again and again.

    Attributes:
        every_days: mean days between two of its falls, or of its steps.
        seen: how many of them the past has.
        next: the day on which the next one is expected.
        size: of steps, what the next one brings, less than zero where it falls; None of falls back.
        start, end: of falls back, about where it comes from and where it falls to, or jumps up to.
    """

    every_days: float
    seen: int
    next: date
    size: float | None = None
    start: float | None = None
    end: float | None = None

    def sentence(self, unit: str) -> str:
        """The same in words."""
        days = counted(max(round(self.every_days), 1), "day")
        if self.size is None:
            start, end = (_numbers({0: number or 0.0})[0] for number in (self.start, self.end))
            falls = (self.start or 0.0) > (self.end or 0.0)
            moves, decide = ("falls back", "tops") if falls else ("jumps back up", "bottoms")
            return f"It {moves} about every {days}, from about {start} to {end} {unit}: the {decide} decide."
        moves = "grows" if self.size >= 0 else "falls"
        number = _numbers({0: abs(self.size)})[0]
        first, last = MONTH_LENGTHS
        each = "month" if first <= self.every_days <= last else days
        return f"It {moves} by about {number} {unit} every {each}; next on {spoken(self.next)}."


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a forecast rests on. The keys of all but `causes` are numbers of days.

    Attributes:
        model: which model was asked, `shared` or `drift`.
        paces: of a level, the mean change a day over the last so many days, without what stands out.
        growth_per_day: of a level, what the median rises by a day over the next so many days.
        amounts: of a flow, the mean amount a day over the last so many days, without what stands out; of a month's
            total, that of the flow that it adds up.
        amounts_ahead: the same as it is expected over the next so many days.
        width80: distance between the 10% and the 90% quantile so many days ahead.
        causes: of a level, shares of the spread 90 days ahead, which sum to 1; empty where there is none.
        plain_share: of a level, how much of the answer is the plain drift's, 0 to 1.
        steady_share: of a level, how much of it is that of constant growth, which its own past bears out.
        pattern: of a level that does the same again and again, what that is: it is then answered by that alone, without
            causes and without the plain drift.
        width: factor that the platform's own past made the bands wider by; 1.0 for none.
        correction_series, correction_outcomes: what that was learned from; 0 where nothing was.
    """

    model: str
    paces: dict[int, float] = field(default_factory=dict)
    growth_per_day: dict[int, float] = field(default_factory=dict)
    amounts: dict[int, float] = field(default_factory=dict)
    amounts_ahead: dict[int, float] = field(default_factory=dict)
    width80: dict[int, float] = field(default_factory=dict)
    causes: dict[Cause, float] = field(default_factory=dict)
    plain_share: float | None = None
    steady_share: float | None = None
    pattern: Pattern | None = None
    width: float = 1.0
    correction_series: int = 0
    correction_outcomes: float = 0.0

    def sentences(self, metric: Metric) -> list[str]:
        """The same in plain words, a sentence each."""
        if self.pattern is not None:
            return [self.pattern.sentence(metric.unit), *self._band(metric), *self._correction()]
        if self.plain_share is None:
            return [*self._amounts(metric), *self._band(metric), *self._flow_model()]
        return [*self._paces(metric), *self._band(metric), *self._level_model(), *self._doubt(), *self._correction()]

    def _paces(self, metric: Metric) -> list[str]:
        told = [*self.paces.values(), *self.growth_per_day.values()]
        small = max(map(abs, told), default=0.0) < 1
        days, per, digits = (MONTH, "a month", 2) if small else (1, "a day", 3)
        said = []
        for paces, verbs, which in ((self.paces, _PAST, "last"), (self.growth_per_day, _AHEAD, "next")):
            moved = {span: pace * days for span, pace in paces.items()}
            if any(moved.values()):
                verb, numbers = _moved(moved, verbs, digits)
                said.append(f"{verb} {_over(numbers, f'{metric.unit} {per} over the {which}')}.")
            elif moved:
                said.append(f"{verbs[-1]} over the {which} {max(moved)} days.")
        return said

    def _amounts(self, metric: Metric) -> list[str]:
        what = "The days that it adds up averaged" if metric.month_total_of else "It averaged"
        unit = metric.unit if metric.month_total_of else f"{metric.unit} a day"
        said = []
        if self.amounts:
            said.append(f"{what} {_over(_numbers(self.amounts), f'{unit} over the last')}.")
        if self.amounts_ahead:
            ahead = _over(_numbers(self.amounts_ahead), f"{metric.unit} a day over the next")
            said.append(f"The forecast expects {ahead}.")
        return said

    def _band(self, metric: Metric) -> list[str]:
        """How wide the 80% range is; not of a month's total, where that hangs on the day of the month."""
        if not self.width80 or metric.month_total_of:
            return []
        whose = "A single day's 80% range" if metric.is_daily_flow else "The 80% range"
        wide = [
            f"{number} in {days}" if at else f"{number} {metric.unit} wide in {days} days"
            for at, (days, number) in enumerate(_numbers(self.width80).items())
        ]
        return [f"{whose} is {_listed(wide)}."]

    def _flow_model(self) -> list[str]:
        return ["The plain drift was asked: days like those of the last half-year."] if self.model == "drift" else []

    def _level_model(self) -> list[str]:
        """Who speaks; nothing where the learned model has nearly all the say."""
        goes_on = "the pace of the last 91 days goes on"
        if self.model == "drift":
            return [f"The plain drift was asked: {goes_on}."]
        plain, steady = self.plain_share or 0.0, self.steady_share or 0.0
        if percent(plain) == "100%":
            return [f"It moves so evenly that the plain drift has all the say: {goes_on}."]
        voices = (
            (plain, f"the plain drift ({goes_on})"),
            (steady, "growth as ever (which its own weeks bear out)"),
        )
        heard = [(percent(share), who) for share, who in voices if percent(share) != "0%"]
        if not heard:
            return []
        told = [f"{who} {share}" if at else f"{who} has {share} of the say" for at, (share, who) in enumerate(heard)]
        if percent(1.0 - plain - steady) != "0%":
            told.append("the learned model the rest")
        sentence = ", ".join(told)
        return [f"{sentence[0].upper()}{sentence[1:]}."]

    def _doubt(self) -> list[str]:
        ordered = sorted(self.causes.items(), key=lambda item: -item[1])
        told = [(percent(share), _WORDS[cause]) for cause, share in ordered if percent(share) != "0%"]
        parts = [f"{share} {'' if at else 'is '}{words}" for at, (share, words) in enumerate(told)]
        return [f"Of the doubt 90 days ahead, {_listed(parts)}."] if parts else []

    def _correction(self) -> list[str]:
        """How the platform's own past changes the ranges; nothing of the drift, which stays as it is."""
        if self.model == "drift":
            return []
        if not self.correction_series:
            return ["The ranges are as wide as the model has them: nothing corrects them to this platform."]
        past = "Forecasts of the platform's own past, held against what came,"
        rest = f"({counted(round(self.correction_outcomes), 'outcome')} of {counted(self.correction_series, 'metric')})"
        change = percent(abs(self.width - 1))
        if change == "0%":
            return [f"{past} leave the ranges as they are {rest}."]
        return [f"{past} make the ranges {change} {'wider' if self.width > 1 else 'narrower'} {rest}."]


_PAST = ("It grew by", "It fell by", "It changed by", "It stood still")
_AHEAD = ("The median grows by", "The median falls by", "The median changes by", "The median stands still")


def _moved(paces: dict[int, float], verbs: tuple[str, ...], digits: int) -> tuple[str, dict[int, str]]:
    """Rises or falls with their verb; with their signs where there are both."""
    if all(pace > 0 for pace in paces.values()):
        return verbs[0], _numbers(paces, digits)
    if all(pace < 0 for pace in paces.values()):
        return verbs[1], _numbers({days: -pace for days, pace in paces.items()}, digits)
    return verbs[2], {days: ("+" if paces[days] > 0 else "") + n for days, n in _numbers(paces, digits).items()}


def _over(numbers: dict[int, str], first: str) -> str:
    """`3 GB a day over the last 7 days, 4 over 28 and 5 over 91`; `first` is said of the first one alone."""
    told = enumerate(numbers.items())
    return _listed([f"{number} over {days}" if at else f"{number} {first} {days} days" for at, (days, number) in told])


def _listed(parts: list[str]) -> str:
    """`a, b and c`."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def _numbers(values: dict[int, float], digits: int = 3) -> dict[int, str]:
    """As people write them: a few digits say enough, and large numbers are whole."""
    return {
        days: f"{value:,.0f}" if abs(value) >= 10 ** (digits - 1) or value == 0 else f"{value:.{digits}g}"
        for days, value in values.items()
    }
