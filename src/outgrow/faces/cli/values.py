"""Values as they were written on the command line: what needs no conversion is taken as it is.

Typer converts every value by models of pydantic's, which take a tenth of a second to import. Texts, days and options
that were not given need none of them; what else there is stays typer's, and so does every fault.
"""

from contextlib import suppress
from datetime import datetime
from typing import Any

from typer.core import TyperCommand, TyperGroup

_CONVERSION = "_runtime_param"
"""Where a parameter keeps its conversion once it was made. A typer that keeps none there converts as it always did."""


class _AsWritten:
    """Stands in for a parameter's conversion until a value comes that needs one."""

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ANN401 - typer's own types are not public
        kind = param.type_descriptor.annotation
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        if kind is str and isinstance(value, str):
            return value
        if kind == list[str] and isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
            return list(value)
        if kind is datetime and isinstance(value, str):
            for form in param.type_descriptor.parameter_info.formats or ():
                with suppress(ValueError):
                    return datetime.strptime(value, form)  # noqa: DTZ007 - a day, which has no time zone
        setattr(param, _CONVERSION, None)
        return param.get_runtime_param().coerce(value, param=param, ctx=ctx)


def _as_written(params: list[Any]) -> list[Any]:
    for param in params:
        if getattr(param, _CONVERSION, param) is None:
            setattr(param, _CONVERSION, _AsWritten())
    return params


class Command(TyperCommand):
    """A command that takes values as they were written where it may."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401 - typer's own types are not public
        return _as_written(super().get_params(ctx))


class Commands(TyperGroup):
    """What stands before the name of a command, likewise."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401 - typer's own types are not public
        return _as_written(super().get_params(ctx))
