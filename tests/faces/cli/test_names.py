"""Names from outside through every command: nothing in them is obeyed, whatever they hold."""

import json
import shutil
import xml.etree.ElementTree as ET
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import create_engine, select, update
from sqlalchemy.orm import Session
from tests.support.cli import NOW, TODAY, Cli, Told
from tests.support.desks import backfill, capture
from tests.support.names import obeyed, strange_name, toml_string
from tests.support.platforms import eventful_platform

from outgrow import create_schema
from outgrow.domain.text import LONGEST_NAME
from outgrow.sources.commerce.models import Merchant, Platform, Store, SubscriptionTier

MORE = 4
"""So many merchants, plans, limits, events and projects besides: with a hundred, run by hand, there are 500 names."""
READING = (
    "status", "when products", "when products 500", "forecast products", "forecast orders", "trends", "recommend",
    "history products", "explain products", "explain products --drivers", "ladder", "tenants",
    "tenants --limit 50", "whatif --list", "whatif --growth 1.5 --price SECOND:99", "backtest", "accuracy",
    "accuracy products", "doctor", "check", "backfill", "capture",
)  # fmt: skip
CHARTS = ("forecast products", "forecast orders", "ladder", "ladder --exposure", "tenants")


class Named:
    """A platform whose every name is strange, in the folder in which commands run."""

    def __init__(self, folder: Path, seed: int, *, drawn: bool) -> None:
        random, numbers = Random(seed), count()
        self.folder = folder
        self.more = [strange_name(random, next(numbers), drawn=drawn) for _ in range(5 * MORE)]
        self.names = {
            what: strange_name(random, next(numbers), drawn=drawn)
            for what in (
                "platform", "code", "store", "merchant 1", "merchant 2", "merchant 3", "plan 1", "plan 2", "plan 3",
                "plan code 1", "plan code 2", "limit 1", "limit 2", "tier 1", "tier 2", "event", "project", "scenario",
                "described", "joins", "scope 1", "scope 2", "unit",
            )
        }  # fmt: skip
        self._put_in_database()
        self._put_in_files()

    def _put_in_database(self) -> None:
        engine = create_engine(f"sqlite:///{self.folder / 'shop.db'}")
        create_schema(engine)
        known = eventful_platform("UTC", TODAY - timedelta(days=60), TODAY - timedelta(days=1))
        with Session(engine) as db, db.begin():
            known.put(db, "shop")
            db.execute(update(Platform).values(code=self.names["code"][:64], name=self.names["platform"]))
            db.execute(update(Store).values(name=self.names["store"]))
            for table, what in ((Merchant, "merchant"), (SubscriptionTier, "plan")):
                for at, number in enumerate(db.scalars(select(table.id)).all()):
                    db.execute(update(table).where(table.id == number).values(name=self.names[f"{what} {at % 3 + 1}"]))
            for at, number in enumerate(db.scalars(select(SubscriptionTier.id)).all()[:2], 1):
                code = self.names[f"plan code {at}"][:64]
                db.execute(update(SubscriptionTier).where(SubscriptionTier.id == number).values(code=code))
            for at, (merchant, plan) in enumerate(zip(self.more[:MORE], self.more[MORE : 2 * MORE], strict=True)):
                db.add(Merchant(platform_id=1, name=merchant))
                db.add(SubscriptionTier(platform_id=1, code=f"more {at}", name=plan, price_monthly=at))
        with Session(engine) as db, db.begin():
            backfill(db, db, None, NOW)
            capture(db, db, None, NOW)
        engine.dispose()

    def _put_in_files(self) -> None:
        name = {what: toml_string(text) for what, text in self.names.items()}
        (self.folder / "outgrow.toml").write_text(
            f"""
            database_url = "sqlite:///shop.db"
            [plan]
            current_tier = {name["tier 1"]}
            [[limits]]
            metric = "total_products"
            maximum = 400
            name = {name["limit 1"]}
            [[limits]]
            metric = "orders_per_day"
            maximum = 900
            name = {name["limit 2"]}
            [[ladder]]
            name = {name["tier 1"]}
            max_products = 600
            cost_monthly = 10
            [[ladder]]
            name = {name["tier 2"]}
            cost_monthly = 20
            [[events]]
            name = {name["event"]}
            first = {TODAY + timedelta(days=9)}
            [[projects]]
            name = {name["project"]}
            on = {TODAY + timedelta(days=20)}
            sizes = {{ total_products = 30 }}
            {self._more_settings()}
            """,
            encoding="utf-8",
        )
        (self.folder / "scenarios.toml").write_text(
            f"""
            [scenario.{name["scenario"]}]
            description = {name["described"]}
            merchants = [{{ name = {name["joins"]}, on = {TODAY + timedelta(days=5)}, sizes = {{ products = 9 }} }}]
            events = [{{ name = {name["event"]}, first = {TODAY + timedelta(days=40)}, multiplier = 2 }}]
            """,
            encoding="utf-8",
        )

    def _more_settings(self) -> str:
        limits, events, projects = (map(toml_string, self.more[n * MORE : (n + 1) * MORE]) for n in (2, 3, 4))
        return "\n".join(
            f"""
            [[limits]]
            metric = "total_products"
            maximum = {500 + at}
            name = {limit}
            [[events]]
            name = {event}
            first = {TODAY + timedelta(days=20 + 2 * at)}
            [[projects]]
            name = {project}
            on = {TODAY + timedelta(days=20 + at)}
            sizes = {{ total_products = 1 }}
            """
            for at, (limit, event, project) in enumerate(zip(limits, events, projects, strict=True))
        )


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Named]:
    """Two platforms: by whether they are drawn, too."""
    folders = {drawn: tmp_path_factory.mktemp("named") for drawn in (False, True)}
    return {drawn: Named(folder, 1, drawn=drawn) for drawn, folder in folders.items()}


def here(named: Named, folder: Path) -> Named:
    """Its files, in the folder in which commands run."""
    for file in named.folder.iterdir():
        shutil.copy(file, folder / file.name)
    return named


def fine(told: Told, words: list[str]) -> None:
    """It did what it was asked for, and nothing that it printed is obeyed by anything."""
    assert told.status == 0 or (words[0] == "check" and told.status in {1, 2}), (words, told)
    assert not obeyed(told.out + told.err), (words, obeyed(told.out + told.err))
    if "--json" in words:
        assert not obeyed("".join(texts(json.loads(told.out, parse_constant=refused))))


def refused(name: str) -> Any:
    raise AssertionError(f"{name} is no JSON")


def texts(document: Any) -> list[str]:
    if isinstance(document, dict):
        return [text for key, value in document.items() for text in (key, *texts(value))]
    if isinstance(document, list):
        return [text for value in document for text in texts(value)]
    return [document] if isinstance(document, str) else []


def test_every_command_does_its_work_and_prints_no_control(cli: Cli, shops: dict[bool, Named], tmp_path: Path) -> None:
    named = here(shops[False], tmp_path)
    (tmp_path / "values.csv").write_text("", encoding="utf-8")
    for command in (*READING, "whatif SCENARIO"):
        words = [word.replace("SECOND", named.names["tier 2"]) for word in command.split()]
        words = [named.names["scenario"] if word == "SCENARIO" else word for word in words]
        for asked in (words, [*words, "--json"]):
            fine(cli(*asked), asked)


def test_scopes_and_units_of_a_file_are_shown_clean_and_stay_apart(
    cli: Cli, shops: dict[bool, Named], tmp_path: Path
) -> None:
    named = here(shops[False], tmp_path)
    scopes = [f"host:{named.names[f'scope {n}'][:100]}".strip() for n in (1, 2)]
    scopes += [f"{scopes[0]}\x1b", f"{scopes[0]}\x07", f"host:{'x' * 122}a", f"host:{'x' * 122}b"]
    rows = [
        f'{date(2026, 3, 1) + timedelta(days=n)},"{scope.replace(chr(34), chr(34) * 2)}",load,{n + at}\n'
        for n in range(20)
        for at, scope in enumerate(scopes)
    ]
    (tmp_path / "values.csv").write_text("date,scope,metric,value\n" + "".join(rows), encoding="utf-8", newline="")
    store = ["--store-url", "sqlite:///own.db", "--database-url", "sqlite:///own.db"]
    fine(cli("init", *store), ["init"])
    told = ["import", "values.csv", "--unit", named.names["unit"][:32].strip(), "--json", *store]
    fine(cli(*told), told)

    for at, scope in enumerate(scopes):
        for words in (["history", "load"], ["when", "load", "99"], ["forecast", "load"]):
            for asked in ([*words, "--scope", scope, *store], [*words, "--scope", scope, "--json", *store]):
                fine(cli(*asked), asked)
        days = cli("history", "load", "--scope", scope, "--json", *store).document()["days"]
        assert [day["value"] for day in days] == [n + at for n in range(20)]


@pytest.mark.parametrize("odd", ["x\u202ey", "x\x1b[31my", "x\x9b31my", "x\x07y", "x\u2028y"], ids=ascii)
def test_a_word_in_the_wrong_place_is_quoted_clean(cli: Cli, odd: str) -> None:
    """The command line's own library quotes what it does not understand."""
    for words in ([odd], ["status", f"--{odd}"], ["status", odd], ["trends", "--days", odd], ["import", "a", odd]):
        told = cli(*words)

        assert (told.status, told.out) == (2, "")
        assert "Usage: outgrow" in told.err
        assert not obeyed(told.err), words


def test_what_is_wrong_in_a_file_is_quoted_on_one_line(cli: Cli, tmp_path: Path) -> None:
    rows = 'date,load\n"no\nday \x1b[2J",1\n2026-03-01,"' + "9" * 900 + 'x"\n'
    (tmp_path / "values.csv").write_text(rows, encoding="utf-8", newline="")
    store = ["--store-url", "sqlite:///own.db"]
    cli("init", *store)

    told = cli("import", "values.csv", *store)

    assert told.status == 3
    assert not obeyed(told.err)
    assert "'no day \ufffd[2J' is not a date" in told.err
    assert max(map(len, told.err.splitlines())) < 400


@pytest.mark.parametrize("command", CHARTS)
def test_every_picture_is_drawn_and_holds_no_control(
    cli: Cli, shops: dict[bool, Named], tmp_path: Path, command: str
) -> None:
    here(shops[True], tmp_path)
    command, _, prefix = command.partition(" --")
    to = [f"--{prefix}-{kind}" if prefix else f"--{kind}" for kind in ("svg", "png")]
    words = [*command.split(), to[0], "chart.svg", to[1], "chart.png"]

    fine(cli(*words), words)

    drawn = (tmp_path / "chart.svg").read_text(encoding="utf-8")
    assert not obeyed(drawn)
    assert max(len(node.text or "") for node in ET.fromstring(drawn).iter()) <= 3 * LONGEST_NAME
    assert "<script" not in drawn
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
