"""The bill of a month is reckoned, and the documents have what was reckoned."""

import pytest

from bench.cost import months, watched
from bench.cost.bill import MEMORY_GB
from bench.cost.months import DOCUMENTS, SIZES, rows_of_a_month, with_table
from local.place import ROOT
from postroom.metrics.model import METRICS
from tests.fakes.tables import template


@pytest.mark.parametrize(("document", "table"), DOCUMENTS.items())
def test_a_document_has_the_table_as_it_is_reckoned_now(document: str, table: str) -> None:
    text = (ROOT / "docs" / document).read_text()

    # Whoever changes the template or a price writes them anew: python -m bench.cost.months
    assert text == with_table(text, table)


def test_every_part_of_the_bill_grows_with_what_is_sent_or_stays() -> None:
    for label, values in rows_of_a_month():
        assert all(value >= 0 for value in values), label
        assert "API Gateway" in label or "X-Ray" in label or values == sorted(values), label


def test_an_application_pays_for_being_watched_more_than_for_its_mails() -> None:
    rows = dict(rows_of_a_month())
    watching = sum(values[0] for label, values in rows.items() if label.startswith("CloudWatch"))

    assert watching > sum(values[0] for label, values in rows.items() if label.startswith("DynamoDB"))


def test_what_is_watched_is_read_from_the_template() -> None:
    parts = template()["Resources"].values()
    alarms = [part for part in parts if part["Type"] == "AWS::CloudWatch::Alarm"]

    assert watched.alarms(closely=True) == len(alarms)
    assert watched.alarms(closely=False) < watched.alarms(closely=True) < watched.alarm_metrics(closely=True)
    assert watched.runs()["DueFunction"] == 43_800
    assert template()["Globals"]["Function"]["MemorySize"] == MEMORY_GB * 1024


def test_no_size_sees_more_metrics_than_there_are() -> None:
    assert max(size.metrics for size in SIZES) == sum(metric.count for metric in METRICS)
    assert min(size.metrics for size in SIZES) == months._USUAL_METRICS
