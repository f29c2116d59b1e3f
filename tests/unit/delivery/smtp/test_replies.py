import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from postroom.accounts.health import plan_fault
from postroom.delivery.model import Phase, Reply, ReplyClass, Verdict
from postroom.delivery.outcome import ACCOUNT_FAULTS
from postroom.delivery.smtp.replies import RULES, classify
from tests.builders import an_account
from tests.fakes.time import NOON

GREETING, EHLO, STARTTLS, AUTH = Phase.GREETING, Phase.EHLO, Phase.STARTTLS, Phase.AUTH
MAIL, RCPT, DATA, DOT = Phase.MAIL, Phase.RCPT, Phase.DATA, Phase.FINAL_DOT

ACCEPTED, RECIPIENT, BUSY = ReplyClass.ACCEPTED, ReplyClass.RECIPIENT, ReplyClass.BUSY
QUOTA, RATE, LOGIN = ReplyClass.QUOTA, ReplyClass.RATE, ReplyClass.AUTH
POLICY, INFRA = ReplyClass.POLICY, ReplyClass.INFRASTRUCTURE

TABLE = (
    # accepted
    ("250 2.0.0 OK queued", DOT, ACCEPTED),
    ("250 2.1.5 OK", RCPT, ACCEPTED),
    ("251 User not local; will forward", RCPT, ACCEPTED),
    # Gmail
    ("550 5.4.5 Daily user sending limit exceeded. For more information", MAIL, QUOTA),
    ("550 5.4.5 Daily user sending limit exceeded. For more information", RCPT, QUOTA),
    ("550 5.4.5 Daily user sending limit exceeded. For more information", DATA, QUOTA),
    ("550 5.4.5 Daily SMTP relay sending limit exceeded for customer.", DOT, QUOTA),
    ("550 5.4.5", RCPT, QUOTA),
    ("552 5.4.5 whatever", DOT, QUOTA),
    ("452 4.5.3 Your message has too many recipients.", RCPT, QUOTA),
    ("421 4.7.28 Our system has detected an unusual rate of mail", MAIL, RATE),
    ("421 4.7.28 Gmail has detected an unusual rate of mail", GREETING, RATE),
    ("450 4.2.1 The user you are trying to contact is receiving mail too quickly.", RCPT, RATE),
    ("450 4.2.1 Peak SMTP relay limit exceeded for customer.", MAIL, RATE),
    ("550 5.2.1 The user is receiving mail at a rate that prevents additional messages", RCPT, RATE),
    ("550 5.2.1 The email account that you tried to reach is disabled.", RCPT, RECIPIENT),
    ("535 5.7.8 Username and Password not accepted.", AUTH, LOGIN),
    ("534 5.7.9 Application-specific password required.", AUTH, LOGIN),
    ("534 5.7.14 Please log in via your web browser", AUTH, LOGIN),
    ("454 4.7.0 Cannot authenticate due to a temporary system problem.", AUTH, INFRA),
    ("454 4.7.0 Too many login attempts, please try again later.", AUTH, RATE),
    ("530 5.5.1 Authentication Required.", MAIL, LOGIN),
    ("421 4.7.0 Temporary System Problem. Try again later.", MAIL, INFRA),
    ("421 4.4.5 Server busy, try again later.", GREETING, INFRA),
    ("452 4.2.2 The email account that you tried to reach is over quota.", RCPT, BUSY),
    ("552 5.2.2 The email account that you tried to reach is over quota.", RCPT, BUSY),
    ("552 5.3.4 Your message exceeded Google's message size limits.", MAIL, POLICY),
    ("550 5.1.1 The email account that you tried to reach does not exist.", RCPT, RECIPIENT),
    ("550 5.7.1 This message is likely unsolicited mail.", DOT, POLICY),
    ("550 5.7.26 This message does not have authentication information", DOT, POLICY),
    # Microsoft
    ("554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process", DOT, QUOTA),
    ("554 5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceededException.Mapi", DOT, QUOTA),
    ("550 5.7.232 Your message can't be sent because your trial tenant has exceeded", DOT, QUOTA),
    ("550 5.7.233 Your message can't be sent because your tenant exceeded", DOT, QUOTA),
    ("432 4.3.2 Concurrent connections limit exceeded.", AUTH, RATE),
    ("432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", DOT, RATE),
    ("550 5.2.251 Sender throttled due to continuous mailbox full errors.", DOT, RATE),
    ("451 4.7.500 Server busy. Please try again later", MAIL, RATE),
    ("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled", AUTH, LOGIN),
    ("535 5.7.3 Authentication unsuccessful", AUTH, LOGIN),
    ("530 5.7.57 Client not authenticated to send mail.", MAIL, LOGIN),
    ("550 5.1.8 Access denied, bad outbound sender", DOT, LOGIN),
    ("550 5.7.705 Access denied, tenant has exceeded threshold", DOT, LOGIN),
    ("550 5.7.60 SMTP; Client does not have permissions to send as this sender", DOT, POLICY),
    ("550 5.7.1 Unable to relay", RCPT, POLICY),
    ("550 5.1.10 RESOLVER.ADR.RecipientNotFound", RCPT, RECIPIENT),
    ("550 5.1.10 RESOLVER.ADR.RecipientNotFound", MAIL, POLICY),
    ("550 5.4.1 Recipient address rejected: Access denied.", RCPT, POLICY),
    # Yahoo
    ("421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume", MAIL, RATE),
    ("421 4.7.0 [TS01] Messages temporarily deferred", MAIL, RATE),
    ("451 [TSS09] All messages will be retried later", DOT, RATE),
    ("421 Max message per connection reached, closing transmission channel", MAIL, RATE),
    ("550 Request rejected", DOT, POLICY),
    ("550 Request failed; Mailbox unavailable", RCPT, POLICY),
    ("554 5.7.9 Message not accepted for policy reasons.", DOT, POLICY),
    ("554 delivery error: dd This user doesn't have a yahoo.com account", RCPT, RECIPIENT),
    # Zoho
    ("550 5.4.6 Unusual sending activity detected. Please try after sometime", DOT, QUOTA),
    ("554 5.1.8 Email Outgoing Blocked", DOT, LOGIN),
    ("553 Relaying disallowed as <ann@example.com>", MAIL, POLICY),
    ("550 5.2.1 Subject is Mandatory.", DOT, POLICY),
    ("535 Authentication Failed", AUTH, LOGIN),
    # Amazon SES
    ("454 Throttling failure: Maximum sending rate exceeded.", DOT, RATE),
    ("454 Throttling failure: Daily message quota exceeded.", DOT, QUOTA),
    ("454 4.7.0 Throttling failure: Daily message quota exceeded.", DOT, QUOTA),
    ("421 Too many concurrent SMTP connections", GREETING, RATE),
    ("535 Authentication Credentials Invalid", AUTH, LOGIN),
    ("554 Message rejected: Email address is not verified.", DOT, POLICY),
    ("451 Timeout waiting for data from client.", DOT, BUSY),
    # Postfix and others
    ("450 4.2.0 <bob@example.com>: Recipient address rejected: Greylisted", RCPT, BUSY),
    ("451 4.7.1 Greylisting in action, please come back later", RCPT, BUSY),
    ("450 Greylisted, try again in 300 seconds", RCPT, BUSY),
    ("452 4.3.1 Insufficient system storage", MAIL, INFRA),
    ("452 4.5.3 Error: too many recipients", RCPT, QUOTA),
    ("450 4.7.1 Error: too much mail from 192.0.2.1", MAIL, RATE),
    ("421 4.7.0 mail.example.com Error: too many connections from 192.0.2.1", GREETING, RATE),
    ("421 4.4.2 mail.example.com Error: timeout exceeded", RCPT, INFRA),
    ("450 4.1.2 <bob@nowhere.example>: Recipient address rejected: Domain not found", RCPT, BUSY),
    ("550 5.1.2 <bob@nowhere.example>: Recipient address rejected: Domain not found", RCPT, RECIPIENT),
    ("554 5.7.1 <bob@example.com>: Relay access denied", RCPT, POLICY),
    ("503 5.5.1 Error: nested MAIL command", MAIL, INFRA),
    ("503 5.5.4 Error: send AUTH command first", MAIL, LOGIN),
    ("550 Domain example.com has exceeded the max emails per hour (150/150 (100%)) allowed", RCPT, QUOTA),
    # RFC 5321, and nothing more to go by
    ("421 Service not available", EHLO, INFRA),
    ("421", RCPT, INFRA),
    ("554 No SMTP service here", GREETING, INFRA),
    ("502 Command not implemented", EHLO, INFRA),
    ("454 TLS not available due to temporary reason", STARTTLS, INFRA),
    ("501 Syntax error", STARTTLS, INFRA),
    ("504 Unrecognized authentication type", AUTH, LOGIN),
    ("432 4.7.12 A password transition is needed", AUTH, LOGIN),
    ("451 Local error in processing", DOT, BUSY),
    ("450 Mailbox busy", RCPT, BUSY),
    ("550 No such user here", RCPT, RECIPIENT),
    ("550 No such user here", DOT, POLICY),
    ("550 User unknown", RCPT, RECIPIENT),
    ("550 Administrative prohibition", RCPT, POLICY),
    ("552 Mailbox full", RCPT, BUSY),
    ("554 Transaction failed", DOT, POLICY),
    ("554 5.6.0 Corrupt message content", DOT, POLICY),
    ("599", DOT, POLICY),
    ("354 Go on", RCPT, INFRA),
    ("334 greylisted", AUTH, INFRA),
    ("354 5.7.28 too fast", DATA, INFRA),
    ("452 quota exceeded", Phase.MAIL, QUOTA),
    ("550 Too many messages sent today", Phase.MAIL, QUOTA),
    ("552 Too many recipients", Phase.RCPT, QUOTA),
    ("552 sorry, message limit of 10 MB exceeded", Phase.FINAL_DOT, POLICY),
    ("550 5.7.1 message limit exceeded: size", Phase.FINAL_DOT, POLICY),
)


def reply(text: str) -> Reply:
    code, _, rest = text.partition(" ")
    first, _, words = rest.partition(" ")
    if first.count(".") == 2 and first.replace(".", "").isdigit():
        return Reply(int(code), first, words)
    return Reply(int(code), None, rest)


@pytest.mark.parametrize(("text", "phase", "reply_class"), TABLE, ids=[f"{text[:50]} at {at}" for text, at, _ in TABLE])
def test_a_reply_has_the_class_that_its_provider_gives_it(text: str, phase: Phase, reply_class: ReplyClass) -> None:
    assert classify(reply(text), phase) is reply_class


@given(
    st.integers(200, 599),
    st.none() | st.from_regex(r"[245]\.[0-7]\.\d{1,3}", fullmatch=True),
    st.text(max_size=40),
    st.sampled_from(Phase),
)
def test_every_reply_has_a_class_and_none_that_only_we_can_know(
    code: int, enhanced: str | None, text: str, phase: Phase
) -> None:
    reply_class = classify(Reply(code, enhanced, text), phase)

    assert reply_class is not ReplyClass.UNCERTAIN
    assert (reply_class is ACCEPTED) == (200 <= code < 300)


@given(st.integers(400, 599), st.from_regex(r"[245]\.[0-7]\.\d{1,3}", fullmatch=True), st.sampled_from(Phase))
def test_a_recipient_is_blamed_only_for_good_and_only_once_one_was_named(
    code: int, enhanced: str, phase: Phase
) -> None:
    reply_class = classify(Reply(code, enhanced, ""), phase)

    if reply_class is RECIPIENT:
        assert code >= 500
        assert phase in {Phase.RCPT, Phase.DATA, Phase.BODY, Phase.FINAL_DOT}


@given(st.integers(500, 559), st.sampled_from(Phase))
def test_a_daily_limit_is_never_held_against_a_recipient(code: int, phase: Phase) -> None:
    assert classify(Reply(code, "5.4.5", "No such user here"), phase) is QUOTA


@given(
    st.integers(0, 999),
    st.sampled_from(sorted({words for text, *_ in TABLE for words in (text.partition(" ")[2], reply(text).text)})),
    st.sampled_from([Phase.CONNECT, GREETING, EHLO, STARTTLS, AUTH]),
)
@example(334, "greylisted", AUTH)
@example(199, "5.2.1 The email account that you tried to reach is disabled.", AUTH)
def test_whatever_a_server_says_before_a_mail_the_account_knows_what_to_do(code: int, words: str, phase: Phase) -> None:
    reply_class = classify(reply(f"{code} {words}"), phase)

    assert reply_class in ACCOUNT_FAULTS | {ACCEPTED}
    assert (
        reply_class is ACCEPTED
        or plan_fault(an_account(), an_account(), Verdict(reply_class, phase, words), NOON).steps
    )


@pytest.mark.parametrize("phase", Phase)
def test_a_server_that_goes_away_is_infrastructure_everywhere(phase: Phase) -> None:
    assert classify(Reply(421, "5.1.1", "No such user here"), phase) is INFRA


def test_every_rule_names_its_source() -> None:
    assert all(rule.reference.startswith("https://") for rule in RULES)
