"""Addresses of databases with a secret in them, as people write them, and every command that may be given one."""

from dataclasses import dataclass
from random import Random
from string import ascii_lowercase, ascii_uppercase, digits, punctuation
from urllib.parse import quote

ODD = f"{punctuation} äß語"
OPTIONS = ("password", "sslpassword", "pasword", "passwrod", "PASSWORD", "ssl_password", "options", "token", "user")
HARMLESS = ("", "sslmode=disable&", "connect_timeout=2&", "charset=utf8&")
SERVERS = ("postgresql", "postgresql+psycopg", "postgres", "mysql", "mysql+pymysql", "mariadb", "oracle", "nonsense")
PLACES = ("127.0.0.1:1/shop", "localhost:1/shop", "127.0.0.1:1", "[::1]:1/shop", "127.0.0.1:port/shop", "/shop")
COMMANDS = (
    "doctor", "doctor --json", "init", "capture", "backfill", "backfill --dry-run", "status", "status --json",
    "when products 10", "forecast products", "trends", "history products", "explain products", "recommend", "ladder",
    "tenants", "whatif --growth 2", "backtest", "accuracy", "check", "check --json", "import values.csv", "demo",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Secretive:
    """An address and the parts of its secret, none of which may be shown."""

    address: str
    cores: tuple[str, str]


def secretive(random: Random) -> Secretive:
    """An address with its secret in the password or in an option, encoded or not."""
    first, second = (_core(random) for _ in range(2))
    secret = "".join([_odd(random), first, _odd(random), second, _odd(random)])
    written = random.choice(
        [secret, quote(secret, safe=""), quote(secret), quote(first) + quote(_odd(random)) + second]
    )
    user = random.choice(["reader", "", "a%40b", "me"])
    place = random.choice(PLACES)
    option = f"{random.choice(HARMLESS)}{random.choice(OPTIONS)}={written}"
    server = f"{random.choice(SERVERS)}://"
    file = f"sqlite:///missing-{random.randrange(10**9)}.db"
    forms = [f"{server}{user}:{written}@{place}"] * 4
    forms += [f"{server}{user}@{place}?{option}", f"{server}{place}?{option}", f"{server}{user}:x@{place}?{option}"]
    forms += [
        f"{file}?{option}",
        f"sqlite://{user}:{written}@/{file[10:]}",
        f"{server}{user}:{written}",
        f"{user}:{written}@{place}",
    ]
    return Secretive(random.choice(forms), (first, second))


def _core(random: Random) -> str:
    return random.choice(ascii_uppercase) + "".join(random.choices(ascii_lowercase + digits + ascii_uppercase, k=9))


def _odd(random: Random) -> str:
    return "".join(random.choices(ODD, k=random.randrange(4)))
