"""How recommendations live from day to day: opened at once, closed slowly, never flapping."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from outgrow.documents.recommendation import recommendation_document
from outgrow.domain.limit import Severity
from outgrow.domain.recommendation import Finding, Recommendation, RecommendationState, TrackedRecommendation
from outgrow.planning.advice.lifecycle import HOLD_DAYS, LONGEST_GAP_DAYS, acknowledged, advance, look, snoozed

DAY = date(2026, 3, 1)
OK, INFO, WARNING, CRITICAL = Severity
KEY = "limit:platform:storage_used_gb:disk"


def on(days: int) -> date:
    return DAY + timedelta(days=days)


def finding(
    severity: Severity, with_margin: Severity | None = None, basis: str = "100", known: bool = True, word: str = "Full"
) -> Finding:
    """What a look says: a severity, and what it would be with the margin; the same by default."""
    if severity is OK:
        return Finding(KEY, basis, with_margin=with_margin or OK, known=known)
    said = Recommendation("storage", severity, word, "Nearly full", "Buy", key=KEY, sentence="It is nearly full.")
    return Finding.of(said, basis, with_margin or severity, known=known)


def live(
    looks: Iterable[tuple[int, Finding]], tracked: TrackedRecommendation | None = None
) -> TrackedRecommendation | None:
    """The life after looks on these days."""
    for days, found in looks:
        tracked = look(tracked, found, on(days))
    return tracked


def daily(*severities: Severity, first: int = 0) -> list[tuple[int, Finding]]:
    return [(first + n, finding(severity)) for n, severity in enumerate(severities)]


def alive(tracked: TrackedRecommendation | None) -> TrackedRecommendation:
    assert tracked is not None
    return tracked


def held(tracked: TrackedRecommendation | None) -> Severity:
    """How severe it is; OK where nothing is open."""
    return OK if tracked is None or tracked.state is RecommendationState.RESOLVED else tracked.severity


def course(looks: Iterable[tuple[int, Finding]]) -> list[Severity]:
    """How severe it is after each look."""
    severities, tracked = [], None
    for days, found in looks:
        tracked = look(tracked, found, on(days))
        severities.append(held(tracked))
    return severities


def test_what_is_found_is_open_on_the_day_on_which_it_is_found() -> None:
    tracked = alive(live(daily(WARNING, first=3)))

    assert (tracked.state, tracked.severity) == (RecommendationState.OPEN, WARNING)
    assert {tracked.opened_on, tracked.changed_on, tracked.seen_on, tracked.looked_on} == {on(3)}
    assert tracked.quiet_since is None


def test_what_was_never_found_has_no_life() -> None:
    assert live(daily(*[OK] * 40)) is None
    assert live([(0, finding(OK, CRITICAL))]) is None, "the margin opens nothing"


def test_it_is_resolved_after_four_quiet_weeks() -> None:
    looks = daily(WARNING, WARNING, *[OK] * 40)

    assert course(looks).index(OK) == 2 + HOLD_DAYS
    tracked = alive(live(looks))
    assert (tracked.state, tracked.severity, tracked.changed_on, tracked.seen_on) == (
        RecommendationState.RESOLVED, WARNING, on(2 + HOLD_DAYS), on(1),
    )  # fmt: skip


def test_a_finding_within_the_margin_keeps_it_open() -> None:
    looks = [(0, finding(WARNING)), *((n, finding(OK, WARNING)) for n in range(1, 100))]

    assert held(live(looks)) is WARNING
    assert alive(live(looks)).quiet_since is None


def test_severity_rises_at_once_and_falls_after_four_weeks() -> None:
    risen = live(daily(WARNING, CRITICAL))
    assert (held(risen), alive(risen).changed_on, alive(risen).opened_on) == (CRITICAL, on(1), on(0))

    quiet = daily(*[WARNING] * (HOLD_DAYS + 1), first=2)
    assert held(live(quiet[:-1], risen)) is CRITICAL
    fallen = alive(live(quiet, risen))
    assert (fallen.state, fallen.severity, fallen.changed_on) == (RecommendationState.OPEN, WARNING, on(2 + HOLD_DAYS))
    assert fallen.quiet_since is None


def test_it_falls_to_the_most_that_was_found_in_the_quiet_time() -> None:
    looks = daily(CRITICAL, *[OK] * 10, WARNING, *[OK] * (HOLD_DAYS - 10))
    tracked = alive(live(looks))

    assert (tracked.severity, tracked.changed_on) == (WARNING, on(HOLD_DAYS + 1))
    assert tracked.quiet_since == on(HOLD_DAYS + 1), "what was quiet on the day of the fall counts on"
    assert held(live(daily(*[OK] * (HOLD_DAYS + 1), first=HOLD_DAYS + 1), tracked)) is OK


def test_it_says_what_was_found_last() -> None:
    tracked = alive(live([(0, finding(CRITICAL, word="Full")), (1, finding(WARNING, word="Fuller")), (2, finding(OK))]))

    assert (tracked.said.title, tracked.said.severity, tracked.severity, tracked.seen_on) == (
        "Fuller",
        WARNING,
        CRITICAL,
        on(1),
    )
    assert recommendation_document(tracked)["severity"] == "critical"


def test_a_changed_limit_needs_no_quiet_weeks() -> None:
    before = live(daily(CRITICAL))
    raised = alive(live([(1, finding(OK, basis="200"))], before))
    milder = alive(live([(1, finding(WARNING, basis="120"))], before))

    assert (raised.state, raised.changed_on) == (RecommendationState.RESOLVED, on(1))
    assert (milder.state, milder.severity, milder.basis, milder.opened_on) == (
        RecommendationState.OPEN,
        WARNING,
        "120",
        on(0),
    )


def test_what_was_resolved_and_is_found_again_is_opened_again() -> None:
    resolved = alive(live(daily(CRITICAL, *[OK] * 30)))
    assert resolved.state is RecommendationState.RESOLVED
    assert live(daily(*[OK] * 9, first=40), resolved) == resolved

    again = alive(live(daily(WARNING, first=60), resolved))
    assert (again.state, again.severity, again.opened_on, again.changed_on) == (
        RecommendationState.OPEN,
        WARNING,
        on(60),
        on(60),
    )


def test_days_without_a_look_are_no_reason_to_close() -> None:
    found = live(daily(WARNING))

    assert held(live([(200, finding(OK))], found)) is WARNING
    holes = [(1, finding(OK)), (60, finding(OK)), (120, finding(OK))]
    assert held(live(holes, found)) is WARNING
    assert alive(live(holes, found)).quiet_since == on(120)


def test_a_look_a_week_is_enough_to_close() -> None:
    weekly = [(LONGEST_GAP_DAYS * n, finding(OK)) for n in range(1, 6)]

    assert held(live(weekly, live(daily(WARNING)))) is OK


def test_looks_that_could_judge_nothing_say_nothing() -> None:
    found = alive(live(daily(CRITICAL)))
    unknown = [(n, finding(OK, known=False)) for n in range(1, 100)]

    assert live(unknown, found) == found
    by_share = [(n, finding(WARNING, known=False)) for n in range(1, 100)]
    assert held(live(by_share, found)) is CRITICAL
    risen = live([(1, finding(CRITICAL, known=False))], live(daily(WARNING)))
    assert held(risen) is CRITICAL, "shares are known without a forecast"


def test_what_is_spoken_of_no_more_is_resolved_at_once() -> None:
    recommendations = advance({}, [finding(WARNING)], DAY)
    gone = advance(recommendations, [], on(1))

    assert (gone[KEY].state, gone[KEY].changed_on) == (RecommendationState.RESOLVED, on(1))
    assert advance(gone, [], on(2)) == gone


def test_findings_come_in_their_order_and_what_is_gone_after_them() -> None:
    some = [replace(finding(WARNING), key=key) for key in "cab"]
    some = [replace(f, said=replace(f.said, key=f.key)) for f in some if f.said is not None]
    recommendations = advance({}, some, DAY)

    assert list(recommendations) == ["c", "a", "b"]
    assert list(advance(recommendations, some[1:], on(1))) == ["a", "b", "c"]


class TestAcknowledged:
    @pytest.fixture
    def tracked(self) -> TrackedRecommendation:
        return acknowledged(alive(live(daily(WARNING))), on(0))

    def test_it_stays_so_while_nothing_gets_worse(self, tracked: TrackedRecommendation) -> None:
        assert (tracked.state, tracked.changed_on) == (RecommendationState.ACKNOWLEDGED, on(0))
        assert alive(live(daily(*[WARNING] * 60, first=1), tracked)).state is RecommendationState.ACKNOWLEDGED
        assert alive(live(daily(OK, WARNING, OK, first=1), tracked)).state is RecommendationState.ACKNOWLEDGED

    def test_twice_is_once(self, tracked: TrackedRecommendation) -> None:
        assert acknowledged(tracked, on(5)) == tracked

    def test_it_is_open_again_when_its_severity_rises(self, tracked: TrackedRecommendation) -> None:
        worse = alive(live(daily(CRITICAL, first=1), tracked))

        assert (worse.state, worse.severity, worse.changed_on) == (RecommendationState.OPEN, CRITICAL, on(1))

    def test_it_stays_so_when_it_gets_milder(self) -> None:
        tracked = acknowledged(alive(live(daily(CRITICAL))), on(0))
        milder = alive(live(daily(*[WARNING] * 30, first=1), tracked))

        assert (milder.state, milder.severity) == (RecommendationState.ACKNOWLEDGED, WARNING)
        assert alive(live(daily(CRITICAL, first=31), milder)).state is RecommendationState.OPEN

    def test_it_is_resolved_like_any_other_and_then_opened(self, tracked: TrackedRecommendation) -> None:
        resolved = alive(live(daily(*[OK] * 30, first=1), tracked))

        assert resolved.state is RecommendationState.RESOLVED
        assert alive(live(daily(WARNING, first=40), resolved)).state is RecommendationState.OPEN


class TestSnoozed:
    @pytest.fixture
    def tracked(self) -> TrackedRecommendation:
        return snoozed(alive(live(daily(WARNING))), on(10), on(0))

    def test_it_is_open_again_on_its_day(self, tracked: TrackedRecommendation) -> None:
        asleep = alive(live(daily(*[WARNING] * 9, first=1), tracked))
        assert (asleep.state, asleep.snoozed_until) == (RecommendationState.SNOOZED, on(10))

        awake = alive(live(daily(WARNING, first=10), asleep))
        assert (awake.state, awake.changed_on, awake.snoozed_until) == (RecommendationState.OPEN, on(10), None)

    def test_a_day_that_nobody_looked_on_wakes_it_all_the_same(self, tracked: TrackedRecommendation) -> None:
        awake = alive(live([(40, finding(WARNING))], tracked))

        assert (awake.state, awake.changed_on) == (RecommendationState.OPEN, on(10))
        assert alive(live([(40, finding(OK, known=False))], tracked)).state is RecommendationState.OPEN

    def test_until_then_it_sleeps_whatever_comes(self, tracked: TrackedRecommendation) -> None:
        worse = alive(live(daily(CRITICAL, first=1), tracked))

        assert (worse.state, worse.severity) == (RecommendationState.SNOOZED, CRITICAL)
        assert alive(live(daily(CRITICAL, first=10), worse)).state is RecommendationState.OPEN

    def test_it_can_be_resolved_in_its_sleep(self) -> None:
        tracked = snoozed(alive(live(daily(WARNING))), on(90), on(0))
        resolved = alive(live(daily(*[OK] * 40, first=1), tracked))

        assert (resolved.state, resolved.snoozed_until) == (RecommendationState.RESOLVED, None)

    def test_acknowledging_ends_it(self, tracked: TrackedRecommendation) -> None:
        known = acknowledged(tracked, on(1))

        assert (known.state, known.snoozed_until) == (RecommendationState.ACKNOWLEDGED, None)
        assert alive(live(daily(WARNING, first=10), known)).state is RecommendationState.ACKNOWLEDGED


severities = st.sampled_from([OK, INFO, WARNING, CRITICAL])
margins = st.tuples(severities, severities).map(lambda pair: finding(min(pair), max(pair)))
findings = st.builds(
    lambda found, known, basis: replace(found, known=known, basis=basis),
    margins,
    st.sampled_from([True, True, True, False]),
    st.sampled_from(["100", "100", "100", "200"]),
)


@st.composite
def timelines(draw: st.DrawFn, found: st.SearchStrategy[Finding] = findings) -> list[tuple[int, Finding]]:
    """Looks on days that rise, some of them with gaps in between."""
    gaps = draw(st.lists(st.integers(1, 12) | st.just(1), min_size=1, max_size=80))
    return [(sum(gaps[: n + 1]), draw(found)) for n in range(len(gaps))]


@given(timelines())
def test_a_second_look_on_a_day_changes_nothing(looks: Sequence[tuple[int, Finding]]) -> None:
    twice = [one for one in looks for _ in range(3)]

    assert live(looks) == live(twice)


@given(timelines(), findings)
def test_a_look_at_an_earlier_day_changes_nothing(looks: Sequence[tuple[int, Finding]], late: Finding) -> None:
    tracked = live(looks)
    assume(tracked is not None)

    assert look(tracked, late, alive(tracked).looked_on - timedelta(days=1)) == tracked


@given(timelines(margins))
def test_it_is_never_later_nor_milder_than_the_plain_rule(looks: Sequence[tuple[int, Finding]]) -> None:
    assert all(ours >= found.severity for ours, (_, found) in zip(course(looks), looks, strict=True))


@given(timelines(margins))
def test_it_never_changes_more_often_than_the_plain_rule(looks: Sequence[tuple[int, Finding]]) -> None:
    plain = [OK, *(found.severity for _, found in looks)]
    ours = [OK, *course(looks)]

    def rises(severities: Sequence[Severity]) -> int:
        return sum(after > before for before, after in pairwise(severities))

    assert rises(ours) <= rises(plain)
    falls = [days for (days, _), (before, after) in zip(looks, pairwise(ours), strict=True) if after < before]
    assert all(later - earlier >= HOLD_DAYS for earlier, later in pairwise(falls)), "four weeks between two falls"


@given(
    levels=st.tuples(severities, severities).filter(lambda pair: pair[0] != pair[1]),
    spells=st.lists(st.tuples(st.integers(1, 5), st.integers(1, HOLD_DAYS)), min_size=1, max_size=12),
)
def test_what_comes_and_goes_does_not_flap(
    levels: tuple[Severity, Severity], spells: Sequence[tuple[int, int]]
) -> None:
    """Whatever alternates within four weeks is open and at its worst all the time."""
    sequence = [level for ups, downs in spells for level in [max(levels)] * ups + [min(levels)] * downs]

    assert set(course(daily(*sequence))) == {max(levels)}


@given(timelines(margins), st.integers(0, 79))
def test_days_change_on_which_it_changed(looks: Sequence[tuple[int, Finding]], cut: int) -> None:
    before = live(looks[: cut % len(looks)])
    days, found = looks[cut % len(looks)]
    after = look(before, found, on(days))
    if before is not None and after is not None:
        changed = (before.state, before.severity) != (after.state, after.severity)
        assert (after.changed_on == on(days)) == changed
        assert before.opened_on <= after.opened_on <= after.changed_on <= after.looked_on
        assert after.seen_on <= after.looked_on
