"""The document of `outgrow recommend` and of `get_scaling_recommendations`: what someone should do."""

from typing import Literal, NotRequired, TypedDict, cast

from outgrow.documents.kinds import Day, Money, SeverityWord, StatusWord, iso, severity_word
from outgrow.documents.shared import DateBandDocument, ProjectDocument
from outgrow.domain.recommendation import TrackedRecommendation

Category = Literal["capacity", "infrastructure", "growth", "storage", "limit"]


class LimitEvidenceDocument(TypedDict):
    """What a limit rests on; fields that are those of `outgrow when` mean the same."""

    metric: str
    """name of the metric that nears the limit"""
    scope: str
    """whose it is"""
    unit: str
    """in which its values are told"""
    threshold: float | None
    """how much may be used"""
    status: StatusWord
    """whether there is a date, see statuses.md"""
    reason: str | None
    """in words, why there is none"""
    current: float | None
    """the newest known value"""
    as_of: Day | None
    """its day"""
    date: DateBandDocument
    """when the limit is reached"""
    probability_within: dict[str, float | None]
    """chance that it is reached within so many days; null beyond the horizon"""
    projects: NotRequired[list[ProjectDocument]]
    """the committed projects that the date counts in; not there where there is none"""
    example: NotRequired[Literal[True]]
    """true if the limit is one that outgrow brings as an example and nobody set; else it is not there"""
    limit: str
    """its name"""
    maximum: float | None
    """the limit before what is to stay free is taken off"""
    used_share: float | None
    """`current` as a share of `threshold`"""
    lead_time_days: int
    """days that more of it takes"""
    review_interval_days: int
    """days between two looks at the dates"""
    act_by: Day | None
    """the 10% date less both; null where there is none"""


class TierEvidenceDocument(TypedDict):
    """The tier that is rented, and what the next one costs."""

    tier: str
    """the rented tier"""
    next_tier: str
    """the one after it"""
    cost_monthly: Money
    """what that costs a month"""
    currency: str
    """of the amount"""
    example: NotRequired[Literal[True]]
    """true where they are of the ladder that outgrow brings; else it is not there"""


class SoldEvidenceDocument(TypedDict):
    """What is used of what was sold."""

    resource: str
    """what plans limit: `products`, `orders_month`, `team_members`, `storage_gb`"""
    used: float
    """how much of it is used"""
    sold: float
    """how much limited subscriptions allow together"""
    used_share: float
    """the first as a share of the second"""


class GrowthEvidenceDocument(TypedDict):
    """How fast a metric grew."""

    metric: str
    """name of the metric"""
    growth_percent: float
    """by how much it grew"""
    period_days: int
    """over so many days"""
    threshold: float
    """the growth in percent that it is above"""


EvidenceDocument = LimitEvidenceDocument | TierEvidenceDocument | SoldEvidenceDocument | GrowthEvidenceDocument


class RecommendationDocument(TypedDict):
    """A finding, the action that follows from it, and where it stands."""

    category: Category
    """`capacity`, `infrastructure`, `growth`, `storage` or `limit`"""
    severity: SeverityWord
    """`critical`, `warning` or `info`, most severe first: the one in force, which may be higher than what was found
    today"""
    title: str
    """what it is about"""
    description: str
    """what was found"""
    action: str
    """what to do"""
    key: str
    """which recommendation it is, the same on every day: `limit:SCOPE:METRIC:NAME`, `tier:NAME`, `sold:RESOURCE` or
    `growth:METRIC`"""
    sentence: str
    """all of it in one sentence"""
    act_by: Day | None
    """the last good day to begin, or null"""
    evidence: list[EvidenceDocument]
    """what it rests on when it was last found, an entry for each limit; of a tier, the tier itself comes first"""
    state: Literal["open", "acknowledged", "snoozed", "resolved"]
    """see statuses.md#states-of-a-recommendation"""
    opened_on: Day
    """since when it is open"""
    changed_on: Day
    """the last day on which state or severity changed"""
    quiet_since: Day | None
    """the first day since which less was found, or null"""
    snoozed_until: Day | None
    """the day on which it is open again, or null"""


def recommendation_document(tracked: TrackedRecommendation) -> RecommendationDocument:
    """The recommendation with the severity in force, and where it stands; the first five keys are those of any face."""
    said = tracked.said
    return {
        "category": cast("Category", said.category),
        "severity": severity_word(tracked.severity),
        "title": said.title,
        "description": said.description,
        "action": said.action,
        "key": said.key,
        "sentence": said.sentence,
        "act_by": iso(said.act_by),
        # As it was made and kept, see `planning/evidence.py`: what is read back knows no types.
        "evidence": [cast("EvidenceDocument", dict(entry)) for entry in said.evidence],
        "state": tracked.state.value,
        "opened_on": tracked.opened_on.isoformat(),
        "changed_on": tracked.changed_on.isoformat(),
        "quiet_since": iso(tracked.quiet_since),
        "snoozed_until": iso(tracked.snoozed_until),
    }
