"""The JSON schema of every document, and the check against it.

Pydantic makes both. It wants to know its types itself, so it is given twins of them: the same keys with their
descriptions, nothing beside them, and no value of another type than the one that is told.
"""

import ast
import inspect
import sys
from functools import cache, reduce
from itertools import pairwise
from operator import or_
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    NotRequired,
    TypeAlias,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from outgrow.documents.accuracy import AccuracyDocument
from outgrow.documents.backfill import BackfillDocument
from outgrow.documents.backtest import BacktestDocument
from outgrow.documents.capture import CaptureDocument
from outgrow.documents.check import CheckDocument
from outgrow.documents.days_until import DaysUntilDocument
from outgrow.documents.doctor import FindingDocument
from outgrow.documents.drivers import DriversDocument
from outgrow.documents.fit import FitDocument
from outgrow.documents.forecast import ForecastDocument, RefusalDocument
from outgrow.documents.history import HistoryDocument
from outgrow.documents.import_ import ImportDocument
from outgrow.documents.kinds import Told
from outgrow.documents.ladder import LadderDocument
from outgrow.documents.metrics import MetricsDocument
from outgrow.documents.movement import MovementDocument
from outgrow.documents.recommendation import RecommendationDocument
from outgrow.documents.scenario import ScenariosDocument
from outgrow.documents.status import StatusDocument
from outgrow.documents.tenants import TenantsDocument
from outgrow.documents.trends import TrendsDocument
from outgrow.documents.whatif import WhatIfDocument

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Hint: TypeAlias = Any
"""A document's type, or what stands under one of its keys."""
DOCUMENTS: dict[str, Hint] = {
    "when": DaysUntilDocument,
    "status": StatusDocument,
    "metrics": MetricsDocument,
    "forecast": ForecastDocument | RefusalDocument,
    "trends": TrendsDocument,
    "history": HistoryDocument,
    "explain": MovementDocument,
    "drivers": DriversDocument,
    "recommend": list[RecommendationDocument],
    "ladder": LadderDocument,
    "tenants": TenantsDocument,
    "whatif": WhatIfDocument,
    "scenarios": ScenariosDocument,
    "backtest": BacktestDocument,
    "accuracy": AccuracyDocument,
    "fit": FitDocument,
    "check": CheckDocument,
    "capture": CaptureDocument,
    "backfill": BackfillDocument,
    "import": ImportDocument,
    "doctor": list[FindingDocument],
}
"""Every document by its name: the command's, or of one that gives several, what it gives."""
STRICT = {"extra": "forbid", "strict": True}


def schema_of(name: str) -> dict[str, Any]:
    """The JSON schema of a document.

    Args:
        name: a key of `DOCUMENTS`.
    """
    return {"title": name, **adapter_of(name).json_schema()}


@cache
def adapter_of(name: str) -> "TypeAdapter[Any]":
    """What checks a document: `validate_json` raises where it is not of its type."""
    from pydantic import TypeAdapter

    return TypeAdapter(_twin(DOCUMENTS[name]))


def described(kind: Hint) -> dict[str, str]:
    """What each key of a document's type means, those of its bases first."""
    found: dict[str, str] = {}
    for base in bases_of(kind):
        found |= described(base)
    return found | own_described(kind)


def bases_of(kind: Hint) -> list[Hint]:
    """The documents' types that a type was written with as its bases: at run time it knows of none."""
    module = sys.modules[kind.__module__]
    named = (getattr(module, base.id) for base in _written(kind).bases if isinstance(base, ast.Name))
    return [base for base in named if is_typeddict(base)]


def own_described(kind: Hint) -> dict[str, str]:
    """What the keys mean that the type itself adds to its bases, as it says below them."""
    lines = _written(kind).body
    told = {
        key: mark.text
        for key, hint in get_type_hints(kind, include_extras=True).items()
        for mark in getattr(hint, "__metadata__", ())
        if isinstance(mark, Told) and not lines
    }
    return told | {
        key.target.id: " ".join(text.value.value.split())
        for key, text in pairwise(lines)
        if isinstance(key, ast.AnnAssign)
        and isinstance(key.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


@cache
def _written(kind: type) -> ast.ClassDef:
    """A type as it is written; one that is no class has neither bases nor lines."""
    try:
        (written,) = ast.parse(inspect.getsource(kind)).body
    except OSError:
        return ast.ClassDef(kind.__name__, [], [], [], [])
    return cast("ast.ClassDef", written)


@cache
def _twin_of(kind: Hint) -> Hint:
    from pydantic import Field
    from typing_extensions import TypedDict  # pydantic takes no other before Python 3.12

    make: Any = TypedDict
    annotated: Any = Annotated
    texts, keys = described(kind), {}
    for key, hint in get_type_hints(kind, include_extras=True).items():
        bare = get_args(hint)[0] if get_origin(hint) is NotRequired else hint
        held = annotated[_twin(bare), Field(description=texts[key])]
        keys[key] = held if key in kind.__required_keys__ else NotRequired[held]
    made = make(kind.__name__, keys)
    made.__doc__, made.__pydantic_config__ = kind.__doc__, STRICT
    return made


def _with_a_point(value: object) -> object:
    """Refuse a whole number without a point: it is of another type to those who take the first row's for all."""
    if isinstance(value, int):
        raise ValueError(f"{value} has no decimal point")
    return value


def _twin(hint: Hint) -> Hint:
    """The same type with the documents in it replaced by their twins."""
    from pydantic import BeforeValidator

    if is_typeddict(hint):
        return _twin_of(hint)
    if hint is float:
        return Annotated[float, BeforeValidator(_with_a_point)]
    origin: Any = get_origin(hint)
    args = get_args(hint)
    if origin in {None, Literal}:
        return hint
    if origin is Annotated:
        return Annotated[(_twin(args[0]), *args[1:])]
    if origin in {Union, UnionType}:
        return reduce(or_, map(_twin, args))
    return origin[tuple(map(_twin, args))]
