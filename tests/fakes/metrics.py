"""What was counted, as a test reads it."""

from postroom.metrics.tally import Tally


def counted(meter: Tally) -> dict[str, float]:
    """Sums by metric, or ``metric/value`` where a dimension divides it; of a distribution how many values it has."""
    taken, _ = meter.take()
    return {
        f"{metric.name}/{of}" if metric.by else metric.name: values[0] if len(values) == 1 else len(values)
        for (metric, of), values in taken.items()
    }
