"""Changes as they are written on the command line, such as `pro:40@2027-02-01`."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from outgrow.domain.errors import UsageError
from outgrow.service.places import Keys
from outgrow.service.scenario_tables import EVERY
from outgrow.service.scenarios import ScenarioRequest, Written

Table = dict[str, Any]

DAY = r"\d{4}-\d\d-\d\d"
SIZES = r"[\w.-]+=[^,=@]+(?:,\s*[\w.-]+=[^,=@]+)*"
FORMS = {
    "stores": rf"(?:(?P<sizes>{SIZES})|(?P<plan>[^=@]+)):(?P<count>[^:@]+)@(?P<on>{DAY})(?:\.\.(?P<last>{DAY}))?",
    "merchant": rf"(?:(?P<name>[^=]+):)?\s*(?P<sizes>{SIZES})@(?P<on>{DAY})",
    "event": rf"(?:(?P<name>.+):)?x(?P<multiplier>[^:@]+)@(?P<first>{DAY})(?:\.\.(?P<last>{DAY}))?",
    "step": rf"(?P<metric>[^:@]+):(?P<amount>[^:@]+)@(?P<on>{DAY})",
    "growth": r"(?:(?P<metric>[^:]+):)?(?P<factor>[^:]+)",
    "plan": rf"(?P<code>[^=]+):(?P<limits>{SIZES})",
    "price": r"(?P<tier>.+):(?P<cost_monthly>[^:]+)",
}
EXAMPLES = {
    "stores": "'pro:40@2027-02-01'",
    "merchant": "'products=5000,orders_per_day=80@2027-01-15'",
    "event": "'spring sale:x3@2027-03-26..2027-03-29'",
    "step": "'storage_used_gb:-120@2027-01-10'",
    "growth": "1.5, or total_products:1.5",
    "plan": "'pro:products_limit=2000,orders_limit=unlimited'",
    "price": "'Medium:180'",
}
"""A right one of each, for messages."""
TABLES = {"merchant": "merchants", "event": "events", "step": "steps", "plan": "plans", "price": "prices"}
"""The table of a scenario that an option writes a row of, where they do not bear one name."""


def asked_by_options(given: Mapping[str, Sequence[str]]) -> ScenarioRequest:
    """The scenario of all options together.

    Args:
        given: what was written, by option.

    Raises:
        UsageError: one cannot be read or is out of range; names the option and shows a right one.
    """
    tables: dict[str, Any] = {}
    words: dict[Keys, Written] = {}
    for option, texts in given.items():
        table = TABLES.get(option, option)
        for text in texts:
            row = _read(option, text)
            told = Written(f"--{option} '{text}'", _right(option))
            if option == "growth":
                metric = row.get("metric", EVERY)
                tables.setdefault(table, {})[metric] = row["factor"]
                words[table, metric] = words[(table,)] = told
            else:
                words[table, len(tables.setdefault(table, []))] = told
                tables[table].append(row)
    return ScenarioRequest.of_options(tables, words)


def _read(option: str, text: str) -> Table:
    """The row of a scenario's table that a text stands for."""
    found, why = re.fullmatch(FORMS[option], text.strip()), ""
    try:
        if found is not None:
            row = {name: part.strip() for name, part in found.groupdict().items() if part}
            return MADE.get(option, dict)(row)
    except ValueError as error:
        why = f": {error}"
    raise UsageError(f"--{option} '{text}' cannot be read{why}", _right(option))


def _right(option: str) -> str:
    return f"write it like this: --{option} {EXAMPLES[option]}"


def _stores(row: Table) -> Table:
    row |= {"sizes": _amounts(row["sizes"])} if "sizes" in row else {}
    if "last" in row:
        first, last = date.fromisoformat(row["on"]), date.fromisoformat(row.pop("last"))
        if last < first:
            raise ValueError(f"the last day, {last}, lies before the first, {first}")
        row["over_days"] = (last - first).days + 1
    return row


def _merchant(row: Table) -> Table:
    return {**row, "sizes": _amounts(row["sizes"])}


def _plan(row: Table) -> Table:
    return {"code": row["code"], **_amounts(row["limits"])}


def _amounts(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(","))
    return {name.strip(): amount.strip() for name, _, amount in pairs}


MADE: dict[str, Callable[[Table], Table]] = {"stores": _stores, "merchant": _merchant, "plan": _plan}
