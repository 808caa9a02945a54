"""What every source keeps, whatever it is made of; and what those keep that know tenants."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from operator import eq

import numpy as np
import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from tests.support.dictionary_source import DictionarySource
from tests.support.known_merchants import eventful_merchants, put

from outgrow.domain.diagnosis import Health
from outgrow.domain.errors import ConfigurationError
from outgrow.domain.history import RECONSTRUCTED
from outgrow.domain.metric import PLATFORM, Metric
from outgrow.sources.commerce.models import CommerceBase
from outgrow.sources.commerce.opening import open_source
from outgrow.sources.contract import Past, TenantSource

FIRST, LAST = date(2026, 2, 10), date(2026, 6, 20)
MIDDLE = date(2026, 3, 31)
ZONE = "Europe/Berlin"
GPUS = {
    "anna": {FIRST + timedelta(days=n): 1 + n % 5 for n in range((LAST - FIRST).days + 1)},
    "bert": {MIDDLE + timedelta(days=n): 7 * n for n in range((LAST - MIDDLE).days + 1)},
}


@pytest.fixture(params=["commerce on SQLite", "commerce on PostgreSQL", "dictionaries"])
def source(request: pytest.FixtureRequest) -> Iterator[TenantSource]:
    """One of each kind, to which nothing happens after the last day."""
    if request.param == "dictionaries":
        yield DictionarySource(GPUS, {"anna": 0, "bert": 1})
        return
    url = request.getfixturevalue("sqlite_url" if request.param.endswith("SQLite") else "postgres_url")
    engine = create_engine(url)
    CommerceBase.metadata.create_all(engine)
    with Session(engine) as db:
        put(db, eventful_merchants(ZONE, FIRST, LAST), ZONE)
        put(db, eventful_merchants(ZONE, FIRST, LAST, n=3, seed=8), ZONE, code="other")
        yield open_source(db, "main")
    engine.dispose()


def told(
    source: TenantSource, since: date | None = None, until: date = LAST, wanted: Callable[[Metric], bool] | None = None
) -> Past:
    return source.past(since, until, wanted or (lambda _: True), lambda *_: None)


def series(past: Past) -> dict[tuple[str, str], np.ndarray]:
    return {
        (metric.name, str(key.scope)): row
        for key, metric, row in zip(past.panel.keys, past.panel.metrics, past.panel.values, strict=True)
    }


class TestEvery:
    def test_it_says_whose_days_they_are(self, source: TenantSource) -> None:
        platform = source.platform
        assert platform.code
        assert platform.name
        assert platform.zone.key
        assert len({metric.name for metric in source.metrics()}) == len(source.metrics())
        assert {resource.metric.name for resource in source.resources} <= {metric.name for metric in source.metrics()}

    def test_everything_is_measured_or_missing_with_its_reason(self, source: TenantSource) -> None:
        measured = source.measure(LAST)
        assert {one.metric for one in measured} == set(source.metrics())
        assert len({(one.metric.name, one.scope) for one in measured}) == len(measured)
        assert {one.metric for one in measured if one.reading.value is None} == {
            metric for metric in source.metrics() if metric.is_daily_flow
        }

    def test_the_last_day_is_told_as_it_was_measured(self, source: TenantSource) -> None:
        past = series(told(source))
        measured = {
            (one.metric.name, str(one.scope)): one.reading.value
            for one in source.measure(LAST)
            if one.reading.value is not None and (one.metric.name, str(one.scope)) in past
        }
        assert measured
        assert {key: past[key][-1] for key in measured} == pytest.approx(measured)

    def test_the_past_is_every_day_and_all_of_it_is_rebuilt(self, source: TenantSource) -> None:
        past = told(source)
        panel = past.panel
        assert (panel.first_day, panel.last_day) == (FIRST, LAST)
        assert (panel.provenance == RECONSTRUCTED).all()
        assert (panel.values >= 0).all()
        assert {key.platform for key in panel.keys} == {source.platform.code}
        names = {metric.name for metric in panel.metrics}
        assert names | set(past.unavailable) == {metric.name for metric in source.metrics()}
        assert not names & set(past.unavailable)
        assert past.refused == {}
        assert all(isinstance(sentence, str) for sentence in past.limitations)

    @pytest.mark.parametrize(("since", "until"), [(MIDDLE, LAST), (MIDDLE, MIDDLE), (FIRST, MIDDLE)])
    def test_a_span_is_what_the_whole_has_there(self, source: TenantSource, since: date, until: date) -> None:
        whole, part = told(source).panel, told(source, since, until).panel
        assert (part.first_day, part.last_day) == (since, until)
        cut = {
            (metric.name, key.scope): row
            for key, metric, row in zip(whole.keys, whole.metrics, whole.between(since, until).values, strict=True)
        }
        for key, metric, row in zip(part.keys, part.metrics, part.values, strict=True):
            assert row == pytest.approx(cut[metric.name, key.scope])

    def test_days_before_anything_was_are_told_where_they_are_asked_for(self, source: TenantSource) -> None:
        before = FIRST - timedelta(days=3)
        assert not told(source, before, before).panel.values.any()

    def test_what_is_not_wanted_is_not_told(self, source: TenantSource) -> None:
        for metric in source.metrics():
            past = told(source, MIDDLE, LAST, partial(eq, metric))
            assert set(past.panel.metrics) | {m for m in source.metrics() if m.name in past.unavailable} == {metric}
            whole = series(told(source, MIDDLE, LAST))
            assert series(past) == {key: pytest.approx(whole[key]) for key in series(past)}

    def test_progress_comes_to_an_end(self, source: TenantSource) -> None:
        steps: list[tuple[str, int, int]] = []
        source.past(None, LAST, lambda _: True, lambda *step: steps.append(step))
        assert steps[-1][1] == steps[-1][2]
        assert all(step for step, _, _ in steps)

    def test_nothing_is_wrong(self, source: TenantSource) -> None:
        looked = source.diagnose()
        assert looked
        assert {one.state for one in looked} == {Health.GOOD}
        assert all(one.check and one.message for one in looked)


class TestThatKnowsTenants:
    def test_they_are_told_along_the_resources(self, source: TenantSource) -> None:
        assert isinstance(source, TenantSource)
        tenants, width = source.tenants(LAST), len(source.resources.by_plan)
        assert [plan.code for plan in tenants.plans] == list(source.plan_codes())
        prices = [plan.price_monthly for plan in tenants.plans]
        assert prices == sorted(prices)
        assert tenants.limits.shape == tenants.used.shape == (len(tenants), width)
        assert all(len(plan.limits) == width for plan in tenants.plans)
        assert len(tenants.used_elsewhere) == width
        assert len(set(tenants.keys.tolist())) == len(tenants) > 0
        assert (tenants.joined <= np.datetime64(LAST)).all()

    def test_together_they_use_what_is_measured(self, source: TenantSource) -> None:
        measured = {one.metric.name: one.reading.value for one in source.measure(LAST) if one.scope == PLATFORM}
        for tenants in (source.tenants(LAST), source.tenants(LAST, now=True)):
            used = dict(zip([r.metric.name for r in source.resources.by_plan], tenants.used_by_all, strict=True))
            assert used == pytest.approx({name: measured[name] for name in used})

    def test_nobody_was_there_before_the_first_day(self, source: TenantSource) -> None:
        nobody = source.tenants(FIRST - timedelta(days=2))
        assert len(nobody) == 0
        for resource in source.resources.by_plan:
            assert len(source.changes(nobody, resource.name, 30).day) == 0

    def test_changes_lead_to_the_use_of_every_day(self, source: TenantSource) -> None:
        tenants = source.tenants(LAST)
        n_days = (LAST - MIDDLE).days + 1
        then = source.tenants(MIDDLE)
        at = [tenants.keys.tolist().index(key) for key in then.keys.tolist() if key in tenants.keys]
        stayed = np.isin(then.keys, tenants.keys)
        for column, resource in enumerate(source.resources.by_plan):
            if resource.monthly:
                continue
            changes = source.changes(tenants, resource.name, n_days)
            assert changes.last_day == LAST
            level = changes.level(np.array(at), tenants.used[at, column])
            assert level[:, 0] == pytest.approx(then.used[stayed, column])

    def test_drivers_add_up_to_the_past(self, source: TenantSource) -> None:
        past = told(source).panel
        metrics = [metric.name for metric in past.metrics]
        assert source.drivable()
        for name in source.drivable():
            row = past.values[metrics.index(name)]
            flow = past.metrics[metrics.index(name)].is_daily_flow
            made = source.drivers(name, LAST - timedelta(days=30), LAST)
            before, after = (row[-60:-30].sum(), row[-30:].sum()) if flow else (row[-31], row[-1])
            assert (made.before.sum() + made.unplaced[0]) / made.units == pytest.approx(before)
            assert (made.after.sum() + made.unplaced[1]) / made.units == pytest.approx(after)

    def test_a_ramp_of_nobody_cannot_be_told(self, source: TenantSource) -> None:
        with pytest.raises(ConfigurationError, match="plan"):
            source.ramp(source.plan_codes()[0], FIRST)
