"""A platform that is no shop: it rents out GPUs, and sells seats, room and calls a month."""

from outgrow.domain.metric import Kind, Metric
from outgrow.domain.resource import COMMERCE, Resource, Resources

GPUS = Metric("gpus", Kind.LEVEL, "GPUs", "GPUs in use")
SEATS = Metric("seats_taken", Kind.LEVEL, "seats", "Seats")
CALLS = Metric("api_calls", Kind.FLOW, "calls", "Calls per day")
CALLS_MONTH = Metric("api_calls_month", Kind.FLOW, "calls", "Calls this month", month_total_of=CALLS.name)
MODELS = Metric("models", Kind.LEVEL, "models", "Models")
ROOM = Metric("room_gb", Kind.LEVEL, "GB", "Room")
METRICS = (GPUS, MODELS, CALLS, CALLS_MONTH, SEATS, ROOM)
CLOUD = Resources(
    (
        Resource("gpus", GPUS, "GPUs", by_plan=False),
        Resource("models", MODELS, "models"),
        Resource("calls", CALLS_MONTH, "calls a month", flow=CALLS),
        Resource("seats", SEATS, "seats"),
        Resource("room", ROOM, "GB of room"),
    )
)
"""In kind the same as those of the commerce schema, one by one."""


def as_cloud(text: str) -> str:
    """What is said of the resources of the commerce schema, said of these."""
    names = [
        (name, another)
        for one, other in zip(COMMERCE, CLOUD, strict=True)
        for name, another in ((one.metric.name, other.metric.name), (f'"{one.name}"', f'"{other.name}"'))
    ]
    for name, another in names:
        text = text.replace(name, another)
    return text
