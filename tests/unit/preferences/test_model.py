from postroom.preferences.model import id_of, parts_of


def test_an_id_is_made_of_a_user_and_an_event_type_and_taken_apart_again() -> None:
    assert id_of("ann@example.com", "job_failed") == "ann@example.com~job_failed"
    assert parts_of("ann@example.com~job_failed") == ("ann@example.com", "job_failed")
    assert parts_of("ann") == ("ann", "")
