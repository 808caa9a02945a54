"""What monitoring reads out of a plugin's line: a strict reader of the published grammar."""

import re
from dataclasses import dataclass
from typing import Self

import nagiosplugin

NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
ONE = re.compile(
    rf"'(?P<label>[^'=|\n]+)'=(?P<value>{NUMBER})(?P<unit>s|ms|us|%|[KMGT]?B|c|)"
    rf"(?:;(?P<warning>(?:{NUMBER})?)(?:;(?P<critical>(?:{NUMBER})?)(?:;(?P<least>(?:{NUMBER})?))?)?)?"
)
"""A quoted label, a plain number, a unit of the guidelines, plain thresholds, the least value."""


@dataclass(frozen=True, slots=True)
class Number:
    """One number behind the bar, as text."""

    label: str
    value: str
    unit: str
    warning: str
    critical: str
    least: str

    @classmethod
    def read_all(cls, line: str) -> dict[str, Self]:
        """Every number of a line by its label: all of it has to be readable, and no label may come twice."""
        assert line.isprintable()
        assert len(line.encode()) <= 8_192
        text, bar, rest = line.partition(" | ")
        assert "|" not in text + rest
        found, at = [], 0
        while bar and at < len(rest):
            match = ONE.match(rest, at)
            assert match, rest[at:]
            found.append(cls(**{name: value or "" for name, value in match.groupdict().items()}))
            at = match.end()
            assert at == len(rest) or rest[at] == " "
            at += 1
        assert len({number.label for number in found}) == len(found)
        return {number.label: number for number in found}

    def as_plugins_write_it(self) -> str:
        """The same, written by a plugin library, which refuses labels that it cannot write."""
        return str(nagiosplugin.Performance(self.label, self.value, self.unit, self.warning, self.critical, self.least))

    def alerts(self) -> bool:
        """Whether a plugin library takes the value to be critical."""
        return not nagiosplugin.Range(self.critical).match(float(self.value))
