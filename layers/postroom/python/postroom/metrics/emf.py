"""Metrics as log lines, in CloudWatch's embedded metric format.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from postroom.metrics.model import NAMESPACE, STAGE, Metric
from postroom.metrics.tally import Taken

_MOST_VALUES = 100
"""Of one metric in one line; CloudWatch leaves out what has more."""


def lines(taken: Taken, stage: str, at_ms: int, properties: Mapping[str, object]) -> Iterator[str]:
    """One line, and a further one only where a dimension has several values: a line can name but one of them.

    ``properties`` can be searched for in the log, and cost no metric.
    """
    documents: list[_Document] = []
    for (metric, of), values in taken.items():
        for start in range(0, len(values), _MOST_VALUES):
            portion = values[start : start + _MOST_VALUES]
            document = next((one for one in documents if one.has_room_for(metric, of)), None)
            if document is None:
                document = _Document()
                documents.append(document)
            document.add(metric, of, portion)
    return (document.line(stage, at_ms, properties) for document in documents)


@dataclass(slots=True)
class _Document:
    divided: dict[str, str] = field(default_factory=dict)
    values: dict[Metric, list[float]] = field(default_factory=dict)

    def has_room_for(self, metric: Metric, of: str) -> bool:
        return metric not in self.values and (metric.by is None or self.divided.get(metric.by.name, of) == of)

    def add(self, metric: Metric, of: str, values: list[float]) -> None:
        self.values[metric] = values
        if metric.by is not None:
            self.divided[metric.by.name] = of

    def line(self, stage: str, at_ms: int, properties: Mapping[str, object]) -> str:
        document = {
            **properties,
            "_aws": {"Timestamp": at_ms, "CloudWatchMetrics": list(self._directives())},
            STAGE: stage,
            **self.divided,
            **{metric.name: values[0] if len(values) == 1 else values for metric, values in self.values.items()},
        }
        return json.dumps(document, separators=(",", ":"))

    def _directives(self) -> Iterator[dict[str, object]]:
        alike: dict[str, list[Metric]] = {}
        for metric in self.values:
            alike.setdefault(str(metric.dimension_sets), []).append(metric)
        for metrics in alike.values():
            yield {
                "Namespace": NAMESPACE,
                "Dimensions": metrics[0].dimension_sets,
                "Metrics": [{"Name": metric.name, "Unit": metric.unit} for metric in metrics],
            }
