"""The document of `outgrow status`: what runs out first, and everything else by urgency."""

from typing import TYPE_CHECKING, TypedDict

from outgrow.documents.days_until import DaysUntilDocument, days_until_document
from outgrow.documents.kinds import Day, SeverityWord, iso, severity_word, share
from outgrow.documents.shared import HistoryNoteDocument, ProjectDocument, history_note_document, project_document
from outgrow.domain.forecast import as_number

if TYPE_CHECKING:
    from outgrow.service.status import StatusReport, StatusRow


class StatusRowDocument(DaysUntilDocument):
    """A limit, or a metric without one."""

    name: str
    """what runs out: the limit's name, or the metric's"""
    severity: SeverityWord
    """how urgent it is"""
    why: str
    """the reason for the severity, in words"""
    maximum: float | None
    """the limit before what is to stay free is taken off (`threshold` is what may be used); null without one"""
    act_by: Day | None
    """the 10% date less lead time and review interval; null where there is none"""


class StatusDocument(TypedDict):
    """What runs out first, and when."""

    platform: str
    """code of the platform"""
    as_of: Day
    """the day that is looked at"""
    sentence: str
    """the answer in one sentence"""
    severity: SeverityWord
    """the worst of all rows"""
    newest_snapshot: Day | None
    """the day of the newest snapshot; null where there is none"""
    newest_age_days: int | None
    """days since then"""
    history: HistoryNoteDocument
    """the days of the metric that is known best"""
    observed_share: float | None
    """share of the known days that were captured on the day; null where none is known"""
    projects: list[ProjectDocument]
    """the committed projects that the dates count in"""
    limits: list[StatusRowDocument]
    """every limit by urgency, then the metrics without one"""


def status_document(report: "StatusReport") -> StatusDocument:
    """The sentence, and a row for each limit and metric."""
    return {
        "platform": report.platform,
        "as_of": report.today.isoformat(),
        "sentence": report.sentence,
        "severity": severity_word(report.severity),
        "newest_snapshot": iso(report.newest_snapshot),
        "newest_age_days": report.newest_age_days,
        "history": history_note_document(report.history),
        "observed_share": share(report.history.observed_share),
        "projects": [project_document(project) for project in report.projects],
        "limits": [status_row_document(row) for row in report.rows],
    }


def status_row_document(row: "StatusRow") -> StatusRowDocument:
    """The answer to "when?" with the limit's name, the severity and its reason, and the act-by date."""
    outlook = row.outlook
    return {
        "name": outlook.name,
        "severity": severity_word(outlook.severity),
        "why": outlook.why,
        "maximum": as_number(outlook.limit.maximum) if outlook.limit else None,
        "act_by": iso(outlook.act_by),
        **days_until_document(outlook.until),
    }
