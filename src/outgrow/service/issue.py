"""Issue: the forecasts of the day, from both models, kept to be scored when their days come."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from outgrow.domain.history import History
from outgrow.domain.issued import DAYS_AHEAD, KEPT_LEVELS, IssuedForecast, IssuedLimit
from outgrow.domain.limit import Limit
from outgrow.domain.metric import Kind
from outgrow.domain.panel import HistoryPanel
from outgrow.forecasting.outage import before_outage
from outgrow.forecasting.outlook import days_until_of
from outgrow.forecasting.panel import DRIFT, MODELS
from outgrow.forecasting.projection import Projection, project_panel
from outgrow.forecasting.recent import looked_at, trimmed
from outgrow.forecasting.refusals import refuse
from outgrow.forecasting.scoring import JUDGED_DAYS_AHEAD, WINDOW_DAYS, Verdict, hold_against, judge
from outgrow.service.assumptions import assumed, model_id
from outgrow.service.desk import Desk
from outgrow.service.limits import platform_limits

FOR_VERDICTS = WINDOW_DAYS + 31
"""Days of history that the verdicts on the models need: a month more than they judge, for months' totals."""


def issue(desk: Desk) -> list[IssuedForecast]:
    """Keep today's forecast of every platform metric that can be forecast, and give those that were not kept yet.

    What was said today stays said, unless it rested on less than is known now: where a later capture found what was
    missing, or a backfill found more days, the forecast is made anew. Metrics of which nothing may be said are left
    out. The day has to be claimed before, as a capture does.

    Raises:
        ConfigurationError: a limit names a metric that does not exist.
    """
    rules, histories = desk.config.rules, _histories(desk)
    kept = desk.store.kept_on(desk.code, desk.today)
    ready: dict[str, tuple[History, History]] = {}
    for name, history in histories.items():
        if refuse(looked_at(history, rules.history_days), desk.today, rules) is not None:
            continue
        events = desk.events if history.metric.kind is Kind.FLOW else ()
        known = looked_at(before_outage(history, events)[0], rules.history_days)
        if kept.get(name) != (known.last_day, known.known_days):
            ready[name] = history, known
    if not ready:
        return []
    limits = platform_limits(desk, histories)
    judged = _verdicts(desk, [histories[name] for name in ready])
    said = {
        model: _said(desk, [history for history, _ in ready.values()], model)
        for model in dict.fromkeys((*MODELS, rules.model))
    }
    issued = [
        _issued(
            desk,
            known,
            [limit for limit in limits if limit.metric == name and limit.scope == str(known.scope)],
            judged[name],
            {model: projections[name] for model, projections in said.items()},
        )
        for name, (_, known) in ready.items()
    ]
    desk.store.write_forecasts(desk.code, issued)
    return issued


def _histories(desk: Desk) -> dict[str, History]:
    """The platform's metrics by name, as far back as forecasts and verdicts look.

    That is all there is of flows where there are events: those of earlier years say what the next ones do.
    """
    rules, metrics = desk.config.rules, desk.platform_metrics()
    since = desk.today - timedelta(days=max(rules.history_days, FOR_VERDICTS) + rules.stale_after_days)
    eventful = [metric for metric in metrics if metric.kind is Kind.FLOW and desk.rules(metric).events]
    others = [metric for metric in metrics if metric not in eventful]
    found = [*desk.forecastables(others, since=since), *desk.forecastables(eventful)]
    by_name = {history.metric.name: history for history in found}
    return {metric.name: trimmed(by_name[metric.name]) for metric in metrics}


def _said(desk: Desk, histories: Sequence[History], model: str) -> dict[str, Projection]:
    """What a model says of each metric, by name, as `forecast` would show it."""
    rules = [desk.rules(known.metric, known.scope, model) for known in histories]
    made = project_panel(HistoryPanel.of(histories), rules, desk.today)
    # Those that would be refused are not among them.
    return {each.forecast.metric.name: each for each in made if isinstance(each, Projection)}


def _issued(
    desk: Desk, known: History, limits: Sequence[Limit], verdict: Verdict, said: Mapping[str, Projection]
) -> IssuedForecast:
    rules = desk.config.rules
    model = rules.model if verdict.reason is None else DRIFT
    asked, reached = said[model], []
    for limit in limits:
        until = days_until_of(asked, known, limit.usable)
        if until.probability_within:  # it lies above the value
            reached.append(IssuedLimit(limit.name, limit.usable, until.days, until.probability_within))
    days = tuple(day for day in DAYS_AHEAD if day <= rules.horizon_days)
    return IssuedForecast(
        metric=known.metric.name,
        scope=str(known.scope),
        issued_on=desk.today,
        as_of=known.last_day,
        value=float(asked.past[-1]),
        known_days=known.known_days,
        model=model,
        reason=verdict.reason,
        quantiles={each: projection.at_days(days, KEPT_LEVELS) for each, projection in said.items()},
        limits=tuple(reached),
        model_id=model_id(model, rules.model_file),
        assumptions=assumed(
            known.metric, desk.rules(known.metric).events, desk.config.projects, known.last_day, rules.horizon_days
        ),
    )


def _verdicts(desk: Desk, histories: Sequence[History]) -> Mapping[str, Verdict]:
    """The verdict on each metric as of the desk's day, by name; forecasts are read in one query."""
    oldest = desk.today - timedelta(days=WINDOW_DAYS + JUDGED_DAYS_AHEAD)
    names = [history.metric.name for history in histories]
    records = desk.store.forecasts(desk.code, desk.today, since=oldest, metrics=names)
    found = {history.metric.name: Verdict(history.metric) for history in histories}
    for history in histories:
        name = history.metric.name
        if name in records:
            found[name] = judge(hold_against(records[name], history), history.metric, desk.today)
    return found
