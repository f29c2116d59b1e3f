import pytest

from postroom.event_types.model import BUILT_IN
from postroom.events.model import ComplianceFacts, JobFacts
from postroom.telling.headline import LONGEST, headline_of
from tests.fakes.telling_office import an_event

JOB = JobFacts("job_1", name="Copy of the orders database")
RESULT = ComplianceFacts("res_1", policy="Disks are encrypted", device="laptop-0231")


@pytest.mark.parametrize(
    ("event_type", "line"),
    [
        ("job_success", "Copy of the orders database succeeded"),
        ("job_failed", "Copy of the orders database failed"),
        ("job_partial", "Copy of the orders database was done in part"),
        ("scheduled_backup_complete", "Copy of the orders database is backed up"),
        ("compliance_violation", "laptop-0231 does not meet the policy Disks are encrypted"),
        ("disk_almost_full", "Disk almost full: Copy of the orders database"),
    ],
)
def test_a_line_says_what_has_happened(event_type: str, line: str) -> None:
    assert headline_of(an_event(event_type=event_type, job=JOB, compliance_result=RESULT)) == line


@pytest.mark.parametrize("event_type", [*BUILT_IN, "disk_almost_full"])
def test_there_is_a_line_for_an_event_of_which_little_is_known(event_type: str) -> None:
    line = headline_of(an_event(event_type=event_type, job=None))

    assert line
    assert "None" not in line


def test_a_job_without_a_name_has_its_id_and_a_result_its_policy_alone() -> None:
    assert headline_of(an_event(event_type="job_failed", job=JobFacts("job_7"))) == "job_7 failed"
    of_policy = an_event(event_type="compliance_violation", compliance_result=ComplianceFacts("res_1", "Passwords"))
    assert headline_of(of_policy) == "The policy Passwords is violated"


def test_a_tenant_says_it_in_its_own_words_for_its_own_types() -> None:
    assert (
        headline_of(an_event(event_type="renewal_due", data={"title": "Your plan ends soon"})) == "Your plan ends soon"
    )
    assert headline_of(an_event(event_type="renewal_due", data={"title": 7}, job=None)) == "Renewal due"
    assert headline_of(an_event(event_type="renewal_due", compliance_result=RESULT, job=None)).startswith(
        "Renewal due: "
    )


def test_it_is_one_line_however_long_and_broken_the_name_is() -> None:
    name = "Copy\r\nBcc: eve@example.com\x00\u2028 of\tall " + "x" * 500

    line = headline_of(an_event(event_type="job_failed", job=JobFacts("job_1", name=name)))

    assert line.startswith("Copy Bcc: eve@example.com of all xxx")
    assert line.isprintable()
    assert (len(line), line[-1]) == (LONGEST, "…")
