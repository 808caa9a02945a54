"""Generated calls of the command line: every command with odd options, on whole, empty and damaged databases."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import NamedTuple

HUGE = "9" * 5000
"""More digits than Python turns into a whole number."""
NAMES = ("", " ", "nope", "x" * 300, "[bold]red", "\udcff", "ü☃", "-", "a:b", "../../x", "\n", "%s{0}", "null")
DAYS = (
    "2026-03-01", "2026-03-31", "2025-12-03", "2026-04-01", "0001-01-01", "0001-01-02", "9999-12-31", "1970-01-01",
    "2026-02-30", "2026-3-1", "10000-01-01", "0000-00-00", "tomorrow", "", "-1", "٢٠٢٦-٠٣-٠١", "\udcff",
)  # fmt: skip
SEEN_DAYS = ("2026-03-01", "2026-03-30", "2026-03-31", "2026-02-15", "2025-12-20") * 3
NUMBERS = (
    "0", "1", "-1", "7", "14", "30", "100", "365", "366", "3.5", "1e308", "1e309", "-1e308", "1e-320", "inf", "-inf",
    "nan", "NaN", "Infinity", "1" + "0" * 30, "-1" + "0" * 30, HUGE, "-" + HUGE, "1_000", "1,000", "0x10", "½", "٣",
    "", " ", "-0.0", "1e400000000", "\udcff",
)  # fmt: skip
KNOWN = ("products", "stores", "orders", "storage_gb", "growing", "tiny", "vast") * 3
METRICS = (
    *KNOWN, "total_products", "orders_per_day", "db_size_mb", "team_members", "tier_subscriptions", *NAMES,
)  # fmt: skip
BOUNDS = ("80%", "30d", "100%", "0%", "-5%", "1e308%", "nan%", "inf d", "0d", "-1d", f"{HUGE}d", "%", "d", "5 %")
SCOPES = ("platform", "plan:pro", "store:1", "store:", ":", ":x", "platform:shop", "merchant:\udcff", *NAMES)
PLATFORMS = ("shop", "main", "1", "0", "-1", HUGE, *NAMES)
FILES = (
    "values.csv", "text.txt", "bytes.bin", "empty", "folder", "folder/", "absent", "absent/deep/file", "values.csv/in",
    "/", "/dev/null", "/proc/closed.db", "y" * 300, "\udcff", "", "~", "cut.db", "whole.db",
    "scenarios.toml", "odd.npz",
)  # fmt: skip
CSV_FILES = (*FILES, "values.csv", "values.csv", "wide.csv", "huge.csv", "dates.csv", "numbers.csv", "latin.csv")
PICTURES = ("drawn.png", "drawn.svg", "folder", "absent/drawn.png", "/proc/drawn.png", "values.csv/drawn.png", "")
URLS = (
    "", " ", "x", "postgresql", "postgresql:", "postgresql://", "postgresql:///", "postgresql://u:p@h:notaport/db",
    "postgresql://127.0.0.1:1/x", "postgresql://127.0.0.1:99999/x", "postgresql://127.0.0.1:-1/x",
    "postgresql://127.0.0.1:/x", "postgresql://[::1:1/x", "postgresql://[::1]:1/x?connect_timeout=1",
    "postgresql://127.0.0.1:1/x?nonsense=1", "postgresql://127.0.0.1:1/x?connect_timeout=soon",
    "postgresql+nodriver://127.0.0.1:1/x", "postgresql+asyncpg://127.0.0.1:1/x", "mysql://127.0.0.1:1/x",
    "mysql+pymysql://u@127.0.0.1:1/x", "mysql+pymysql://127.0.0.1:1/x?charset=nope", "mysql+pymysql://", "oracle://h/x",
    "mssql+pyodbc://h/x", "duckdb:///x.db", "http://127.0.0.1/x", "nothing://x", "sqlite:", "sqlite:/", "sqlite://",
    "sqlite:///", "sqlite:///:memory:", "sqlite:////", "sqlite:///folder", "sqlite:///absent.db",
    "sqlite:///absent/deep.db", "sqlite:///values.csv/in.db", "sqlite:///text.txt", "sqlite:///bytes.bin",
    "sqlite:///empty", "sqlite:///cut.db", "sqlite:///torn.db", "sqlite:///other.db", "sqlite:///later.db",
    "sqlite:////proc/closed.db", "sqlite:////dev/null", "sqlite:///\udcff.db", "sqlite:///nul\0.db", "sqlite://host/x.db",
    "sqlite:///x.db?mode=ro", "sqlite:///whole.db?timeout=soon", "sqlite:///file:whole.db?mode=ro&uri=true",
    "sqlite:///file:whole.db?mode=nope&uri=true", "sqlite+nodriver:///x.db", "sqlite+aiosqlite:///whole.db",
    "sqlite+pysqlcipher:///whole.db", "sqlite:///" + "z" * 300, "a" * 5000,
)  # fmt: skip
WHOLE = ("sqlite:///whole.db", "sqlite:///imported.db")
CHANGES: Mapping[str, tuple[str, ...]] = {
    "stores": ("pro:40@2026-05-01", "pro:1e308@2026-05-01", "pro:inf@2026-05-01", "pro:4@9999-12-31",
               "pro:4@0001-01-01..9999-12-31", "products=10:3@2026-05-01", f"pro:{HUGE}@2026-05-01", "x", ""),
    "merchant": ("products=5000@2026-04-15", "products=nan@2026-04-15", "x=1@2026-04-15", "products=1e308@9999-12-31"),
    "event": ("sale:x3@2026-04-26..2026-04-29", "sale:xinf@2026-04-26", "x1e308@2026-04-26", "x0@0001-01-01", "x"),
    "step": ("storage_used_gb:-120@2026-04-10", "products:1e308@2026-04-10", "products:-inf@2026-04-10",
             "nope:1@2026-04-10", "products:1@9999-12-31", f"products:{HUGE}@2026-04-10"),
    "growth": ("1.5", "inf", "nan", "-1", "0", "1e308", "products:1e308", "nope:2", HUGE, ""),
    "plan": ("pro:products_limit=2000", "pro:products_limit=1e400", "nope:products_limit=1", "pro:x=1", ""),
    "price": ("Medium:180", "Medium:inf", "Medium:NaN", "Medium:-1", "Nope:1", f"Medium:{HUGE}", "Medium:1e999999999"),
}  # fmt: skip
SETTINGS = (
    "[forecast]\nhorizon_days = inf", "[forecast]\nhorizon_days = 3650\nneed_days = 1000000000000",
    "[forecast]\nhistory_days = 10000000000000", "[forecast]\nstale_after_days = 99999999999999999999",
    "[alerts]\nlead_time_days = 1000000000000", "[alerts]\nreview_interval_days = 99999999999",
    "[alerts]\nwarning_days = 99999999999", "[alerts]\ngrowth_percent = inf", "[alerts]\nwarning_share = nan",
    "[[limits]]\nmetric = 'products'\nmaximum = inf", "[[limits]]\nmetric = 'products'\nmaximum = 1e308",
    "[[limits]]\nmetric = 'products'\nmaximum = 1e-320", "[[limits]]\nmetric = 'nope'\nmaximum = 5",
    "[[limits]]\nmetric = 'products'\nmaximum = 500\nnodes = 100000000000000000000000\nspare_nodes = 1",
    "[[limits]]\nmetric = 'products'\nmaximum = 500\nlead_time_days = 100000000",
    "[[limits]]\nmetric = 'products'\nmaximum = 500\nscope = ':'", "[[limits]]\nmetric = ''\nmaximum = 500",
    "[[ladder]]\nname = 'A'\ncost_monthly = inf", "[[ladder]]\nname = 'A'\ncost_monthly = nan",
    "[[ladder]]\nname = ''\ncost_monthly = 1e10\nmax_stores = 99999999999999999999999", "ladder = []", "limits = []",
    "[[ladder]]\nname = 'A'\ncost_monthly = 5\nlead_time_days = 10000000000", "[plan]\nseed = -1",
    "[plan]\nseed = 100000000000000000000000000000000000", "[plan]\nday_over_cost = inf", "[plan]\ncurrent_tier = 'No'",
    "[[events]]\nname = 'x'\nfirst = 9999-12-31", "[[events]]\nname = ''\nfirst = 0001-01-01\nlast = 9999-12-31",
    "[[events]]\nname = 'x'\nfirst = 2026-04-01\nmultiplier = inf", "[[events]]\nname = 'x'\nfirst = 12:00:00",
    "[[projects]]\nname = 'x'\non = 9999-12-31\nsizes = {products = 5}",
    "[[projects]]\nname = 'x'\non = 2026-04-10\nsizes = {products = inf}",
    "[[projects]]\nname = 'x'\non = 2026-04-10\nsizes = {products = 1e308}",
    "[[projects]]\nname = 'x'\non = 2026-04-10\nprobability = nan\nsizes = {products = 5}",
    "[[projects]]\nname = ''\non = 0001-01-01\nsizes = {nope = 5}", "[calendar]\ncountry = 'XX'",
    "[calendar]\ncountry = 'DE'\nsubdivision = 'XX'", "[calendar]\ncountry = ''", "time_zone = 'Mars/Base'",
    "time_zone = ''", "time_zone = '../UTC'", "time_zone = 5", "platform = ''", "model_file = 'odd.npz'",
    "model_file = 'folder'", "model_file = 'absent'", "model_file = ''", "scenarios_file = 'folder'",
    "scenarios_file = 'bytes.bin'", "scenarios_file = 'scenarios.toml'", "x = 1", "= 1", "[forecast", "[[forecast]]",
    "forecast = 5", f"x = {HUGE}", f"[plan]\nseed = {HUGE}", "a" * 100_000, "\0", "[alerts]\n[alerts]",
    "limits = " + "[" * 2000,
)  # fmt: skip
VARIABLES = (
    ("OUTGROW_FORECAST__HORIZON_DAYS", NUMBERS), ("OUTGROW_FORECAST", ("{", "5", "null", "[]", '{"need_days": 1e999}')),
    ("OUTGROW_LIMITS", ("[", "5", "null", '[{"metric": "products", "maximum": Infinity}]', '[{"metric": 5}]')),
    ("OUTGROW_ALERTS__LEAD_TIME_DAYS", NUMBERS), ("OUTGROW_ALERTS__GROWTH_PERCENT", NUMBERS),
    ("OUTGROW_PLAN__SEED", NUMBERS), ("OUTGROW_PLAN__DAY_OVER_COST", NUMBERS), ("OUTGROW_PLATFORM", PLATFORMS),
    ("OUTGROW_STORE_URL", URLS), ("OUTGROW_DATABASE_URL", URLS), ("OUTGROW_MODEL_FILE", FILES),
    ("OUTGROW_SCENARIOS_FILE", FILES), ("OUTGROW_TIME_ZONE", NAMES), ("OUTGROW_NONSENSE", NAMES),
    ("OUTGROW_CALENDAR__COUNTRY", ("DE", *NAMES)), ("OUTGROW_CALENDAR", NAMES),
    ("COLUMNS", ("0", "1", "-5", "x", HUGE)), ("HOME", ("", "/absent", "folder")),
    ("TZ", ("Mars/Base", "", ":")), ("NO_COLOR", ("", "1")),
)  # fmt: skip


class Call(NamedTuple):
    """What is typed, the settings file beside it, and the environment."""

    words: tuple[str, ...]
    settings: str | None
    variables: Mapping[str, str]

    @property
    def wants_json(self) -> bool:
        return "--json" in self.words


def generated_calls(seed: int, number: int) -> Iterator[Call]:
    """So many calls; the same seed gives the same."""
    random = Random(seed)
    for _ in range(number):
        yield _Caller(random).call()


class _Caller:
    """Makes one call."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.words: list[str] = []

    def call(self) -> Call:
        command = self.random.choice(COMMANDS)
        self.words = [command]
        getattr(self, f"_{command}")()
        if command != "demo":
            self._where()
        if self.random.random() < 0.02:
            self.words.append(self.random.choice(("--nope", "--json=5", "extra", "--", "-x", "--help")))
        if self.random.random() < 0.05:
            self.words.insert(self.random.randrange(len(self.words) + 1), "--debug")
        settings = self.random.choice(SETTINGS) if self.random.random() < 0.15 else None
        variables: dict[str, str] = {}
        if self.random.random() < 0.15:
            name, values = self.random.choice(VARIABLES)
            variables[name] = self.random.choice([v for v in values if "\0" not in v])
        return Call(tuple(self.words), settings, variables)

    def _where(self) -> None:
        if self.random.random() < 0.8:
            self.words += ["--database-url", self.random.choice(WHOLE)]
            self._maybe("--store-url", URLS, 0.03)
        else:
            self._maybe("--database-url", URLS, 0.6)
            self._maybe("--store-url", (*URLS, *WHOLE), 0.6)
        self._maybe("--platform", PLATFORMS, 0.06)
        self._maybe("--config", FILES, 0.05)
        if self.random.random() < 0.6:
            self.words.append("--json")
        self._flag("--quiet", 0.05)

    def _maybe(self, option: str, values: tuple[str, ...], chance: float) -> None:
        while self.random.random() < chance:
            self.words += [option, self.random.choice(values)]
            chance /= 4

    def _flag(self, name: str, chance: float = 0.3) -> None:
        if self.random.random() < chance:
            self.words.append(name)

    def _argument(self, values: tuple[str, ...], chance: float = 1.0) -> None:
        if self.random.random() < chance:
            self.words.append(self.random.choice(values))

    def _as_of(self) -> None:
        self._maybe("--as-of", (*DAYS, *SEEN_DAYS), 0.2)

    def _projects(self) -> None:
        self._flag("--without-projects", 0.1)

    def _chart(self) -> None:
        self._maybe("--png", PICTURES, 0.03)
        self._maybe("--svg", PICTURES, 0.03)

    def _demo(self) -> None:
        self.words += ["--database-url", self.random.choice([u for u in URLS if u != "sqlite:///empty"])]
        self._maybe("--seed", NUMBERS, 0.7)
        self._maybe("--today", tuple(day for day in DAYS if day[:3] != "202" or day == "2026-02-30"), 1.0)

    def _init(self) -> None:
        pass

    def _doctor(self) -> None:
        pass

    def _capture(self) -> None:
        pass

    def _backfill(self) -> None:
        self._maybe("--since", DAYS, 0.5)
        self._maybe("--until", DAYS, 0.5)
        self._flag("--dry-run")

    def _import(self) -> None:
        self._argument(CSV_FILES)
        self._maybe("--kind", ("level", "flow", "cumulative", "nope", ""), 0.3)
        self._maybe("--unit", NAMES, 0.3)
        self._maybe("--provenance", ("observed", "reconstructed", "missing", ""), 0.3)
        self._flag("--replace")

    def _status(self) -> None:
        self._projects()
        self._as_of()

    def _check(self) -> None:
        self._maybe("--metric", METRICS, 0.3)
        self._maybe("--warning", (*NUMBERS, *BOUNDS), 0.3)
        self._maybe("--critical", (*NUMBERS, *BOUNDS), 0.3)
        self._projects()
        self._as_of()

    def _metrics(self) -> None:
        self._flag("--all")
        self._as_of()

    def _when(self) -> None:
        self._argument(METRICS)
        self._argument(NUMBERS, 0.8)
        self._flag("--falling", 0.2)
        self._projects()
        self._maybe("--scope", SCOPES, 0.3)
        self._as_of()

    def _forecast(self) -> None:
        self._argument(METRICS)
        self._maybe("--limit", NUMBERS, 0.4)
        self._flag("--why")
        self._projects()
        self._maybe("--scope", SCOPES, 0.3)
        self._as_of()
        self._chart()

    def _trends(self) -> None:
        self._maybe("--days", NUMBERS, 0.7)
        self._as_of()

    def _history(self) -> None:
        self._argument(METRICS)
        self._maybe("--since", DAYS, 0.4)
        self._maybe("--until", DAYS, 0.4)
        self._maybe("--scope", SCOPES, 0.3)
        self._as_of()

    def _explain(self) -> None:
        self._argument(METRICS)
        self._maybe("--since", DAYS, 0.4)
        self._maybe("--limit", NUMBERS, 0.3)
        self._flag("--drivers")
        self._maybe("--by", ("plan", "cohort", "nope", ""), 0.2)
        self._as_of()

    def _recommend(self) -> None:
        self._maybe("--acknowledge", NAMES, 0.2)
        self._maybe("--snooze", NAMES, 0.2)
        self._maybe("--until", DAYS, 0.2)
        self._flag("--all")
        self._as_of()

    def _ladder(self) -> None:
        self._as_of()
        self._chart()
        self._maybe("--exposure-svg", PICTURES, 0.03)

    def _tenants(self) -> None:
        self._maybe("--limit", NUMBERS, 0.3)
        self._maybe("--resource", ("products", "orders_month", *NAMES), 0.3)
        self._as_of()
        self._chart()

    def _whatif(self) -> None:
        self._argument(("grow", "grow+odd", "odd", "+", *NAMES), 0.4)
        for change, values in CHANGES.items():
            self._maybe(f"--{change}", values, 0.25)
        self._maybe("--file", (*FILES, "scenarios.toml", "scenarios.toml"), 0.4)
        self._flag("--list", 0.1)
        self._as_of()

    def _backtest(self) -> None:
        self._argument(METRICS, 0.8)
        self._maybe("--every", tuple(n for n in NUMBERS if n not in {"1", "7"}), 0.8)
        self._maybe("--horizon", NUMBERS, 0.8)
        self._as_of()

    def _accuracy(self) -> None:
        self._argument(METRICS, 0.5)
        self._as_of()

    def _fit(self) -> None:
        self._maybe("--from", CSV_FILES, 0.9)
        self._maybe("--out", FILES, 0.5)


HELPERS = {"all", "where", "maybe", "flag", "argument", "as_of", "chart", "projects"}
COMMANDS = tuple(name[1:] for name in vars(_Caller) if name[1:].isalpha() and name[1:] not in HELPERS)


def furnish(folder: Path, whole: Path, imported: Path) -> None:
    """Lay out what the calls name: two whole databases, and everything that is damaged or something else."""
    for old in folder.iterdir():
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    shutil.copy(whole, folder / "whole.db")
    shutil.copy(imported, folder / "imported.db")
    content = whole.read_bytes()
    (folder / "cut.db").write_bytes(content[: len(content) // 3])
    (folder / "torn.db").write_bytes(content[:8192] + b"\xa5" * (len(content) - 8192))
    (folder / "bytes.bin").write_bytes(bytes(Random(1).randbytes(20_000)))
    (folder / "odd.npz").write_bytes(b"PK\x03\x04" + bytes(200))
    (folder / "text.txt").write_text("Nothing of ours stands here, and it is long enough to be looked at.\n" * 40)
    (folder / "empty").touch()
    (folder / "folder").mkdir()
    (folder / "values.csv").write_text("date,growing\n2026-03-01,100\n2026-03-02,249.5\n")
    (folder / "wide.csv").write_text("date,metric,value,host\n2026-03-01,growing,5,a\n2026-03-01,growing,6,b\n")
    (folder / "huge.csv").write_text(f"date,vast\n2026-03-01,1e308\n2026-03-02,{HUGE}\n")
    (folder / "dates.csv").write_text("date,growing\n9999-12-31,1\n0001-01-01,2\n")
    (folder / "numbers.csv").write_text("date,growing\n2026-03-01,inf\n2026-03-02,nan\n2026-03-03,-1e400\n")
    (folder / "latin.csv").write_bytes("date,größe\n2026-03-01,5\n".encode("latin-1"))
    (folder / "scenarios.toml").write_text(
        "[scenario.grow]\ngrowth = 1.5\n[scenario.odd]\ngrowth = inf\n[[scenario.odd.steps]]\nmetric = 'products'\n"
        "amount = nan\non = 9999-12-31\n"
    )
