from tests.faults.checker import Row, compare

SAID = Row("msg_1", "uncertain", {"ann@example.com": "sent", "bob@example.com": "pending"}, doubts=1)
ANN, BOB = ("msg_1", "ann@example.com"), ("msg_1", "bob@example.com")


def test_of_a_message_in_doubt_only_who_is_in_doubt_is_held() -> None:
    findings = compare([ANN, BOB], [ANN], [SAID])

    assert findings.held == (BOB,)
    assert findings.lost == ()


def test_who_is_said_to_have_a_message_in_doubt_and_has_it_not_has_lost_it() -> None:
    assert compare([ANN, BOB], [BOB], [SAID]).lost == (ANN,)
