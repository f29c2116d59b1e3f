"""Servers' refusals, in their own words, and what the owner is told about each."""

import re

import pytest

from postroom.delivery.model import Reply, Security, Server
from postroom.delivery.smtp.watch import Step
from postroom.probe.advice import ADVICE, advice_for
from postroom.probe.faults import FAULTS
from postroom.probe.model import Cause
from postroom.probe.refusals import REFUSALS, Refusal, cause_of_reply

GMAIL, YAHOO, OUTLOOK = "smtp.gmail.com", "smtp.mail.yahoo.com", "smtp.office365.com"
SES, OWN = "email-smtp.eu-central-1.amazonaws.com", "mail.example.com"

# ruff: disable[E501]
# fmt: off
SAID = [
    (GMAIL, "PLAIN", 535, "5.7.8", "Username and Password not accepted. For more information, go to https://support.google.com/mail/?p=BadCredentials a640c23a62f3a-b7 - gsmtp", Cause.WRONG_PASSWORD),
    (GMAIL, "PLAIN", 534, "5.7.9", "Application-specific password required. For more information, go to https://support.google.com/mail/?p=InvalidSecondFactor a640c23a62f3a - gsmtp", Cause.APP_PASSWORD_NEEDED),
    (GMAIL, "PLAIN", 534, "5.7.9", "in other words", Cause.APP_PASSWORD_NEEDED),
    (GMAIL, "PLAIN", 535, "5.7.8", "see https://support.google.com/mail/?p=InvalidSecondFactor - gsmtp", Cause.APP_PASSWORD_NEEDED),
    (GMAIL, "PLAIN", 534, "5.7.9", "Please log in with your web browser and then try again. Learn more at https://support.google.com/mail/?p=WebLoginRequired - gsmtp", Cause.BROWSER_LOGIN_NEEDED),
    (GMAIL, "PLAIN", 534, "5.7.14", "<https://accounts.google.com/signin/continue?sarp=1> Please log in", Cause.BROWSER_LOGIN_NEEDED),
    (GMAIL, "PLAIN", 454, "4.7.0", "Too many login attempts, please try again later. For more information, go to https://support.google.com/mail/answer/7126229", Cause.TOO_MANY_LOGINS),
    (GMAIL, "PLAIN", 454, "4.7.0", "Cannot authenticate due to temporary system problem. Try again later.", Cause.LOGIN_UNAVAILABLE),
    (GMAIL, "PLAIN", 421, "4.7.0", "Temporary System Problem. Try again later.", Cause.LOGIN_UNAVAILABLE),
    (GMAIL, "PLAIN", 421, "4.7.0", "Try again later, closing connection.", Cause.TOO_MANY_LOGINS),
    (GMAIL, "XOAUTH2", 535, "5.7.8", "Username and Password not accepted.", Cause.TOKEN_REFUSED),
    (GMAIL, "XOAUTH2", 334, None, "eyJzdGF0dXMiOiI0MDAifQ==", Cause.TOKEN_REFUSED),
    (YAHOO, "PLAIN", 535, "5.7.0", "(#AUTH005) Too many bad auth attempts.", Cause.APP_PASSWORD_NEEDED),
    (YAHOO, "PLAIN", 535, "5.7.0", "(#MBR1212) Incorrect username or password.", Cause.APP_PASSWORD_NEEDED),
    ("smtp.mail.yahoo.co.jp", "PLAIN", 535, "5.7.0", "authentication failed", Cause.WRONG_PASSWORD),
    ("smtp.aol.com", "PLAIN", 535, "5.7.0", "authentication failed", Cause.APP_PASSWORD_NEEDED),
    ("smtp.aol.com", "LOGIN", 535, "5.7.0", "(#AUTH005) Too many bad auth attempts.", Cause.APP_PASSWORD_NEEDED),
    ("smtp.mail.me.com", "PLAIN", 535, "5.7.8", "Error: authentication failed", Cause.APP_PASSWORD_NEEDED),
    (OUTLOOK, "LOGIN", 535, "5.7.139", "Authentication unsuccessful, basic authentication is disabled. [FR0P281CA0001.DEUP281.PROD.OUTLOOK.COM 2026-11-20]", Cause.BASIC_LOGIN_DISABLED),
    (OUTLOOK, "LOGIN", 550, "5.7.30", "Basic authentication is not supported for Client Submission.", Cause.BASIC_LOGIN_DISABLED),
    (OUTLOOK, "LOGIN", 550, "5.7.30", "in other words", Cause.BASIC_LOGIN_DISABLED),
    (OUTLOOK, "LOGIN", 535, "5.7.139", "Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.", Cause.SMTP_LOGIN_DISABLED),
    (OUTLOOK, "LOGIN", 535, "5.7.139", "Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. Contact your administrator.", Cause.SMTP_LOGIN_DISABLED),
    (OUTLOOK, "LOGIN", 535, "5.7.139", "Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact your administrator.", Cause.SMTP_LOGIN_DISABLED),
    (OUTLOOK, "LOGIN", 535, "5.7.139", "Authentication unsuccessful, the user credentials were incorrect.", Cause.WRONG_PASSWORD),
    (OUTLOOK, "LOGIN", 535, "5.7.139", "Authentication unsuccessful, account is locked.", Cause.ACCOUNT_LOCKED),
    (OUTLOOK, "XOAUTH2", 535, "5.7.3", "Authentication unsuccessful", Cause.TOKEN_REFUSED),
    (OUTLOOK, "LOGIN", 432, "4.3.2", "STOREDRV.ClientSubmit; sender thread limit exceeded", Cause.TOO_MANY_LOGINS),
    (SES, "PLAIN", 535, None, "Authentication Credentials Invalid", Cause.SMTP_CREDENTIALS_NEEDED),
    ("smtp.zoho.eu", "PLAIN", 535, None, "Authentication Failed", Cause.WRONG_PASSWORD),
    (OWN, "PLAIN", 535, "5.7.8", "Error: authentication failed: UGFzc3dvcmQ6", Cause.WRONG_PASSWORD),
    (OWN, "PLAIN", 535, None, "Incorrect authentication data", Cause.WRONG_PASSWORD),
    (OWN, "PLAIN", 421, "4.7.0", "mail.example.com Error: too many AUTH commands from 8.8.8.8", Cause.TOO_MANY_LOGINS),
    (OWN, "PLAIN", 525, "5.7.13", "User account disabled", Cause.ACCOUNT_LOCKED),
    (OWN, "PLAIN", 504, "5.5.4", "Unrecognized authentication type", Cause.MECHANISM_MISSING),
    (OWN, "PLAIN", 538, "5.7.11", "Encryption required", Cause.MECHANISM_MISSING),
    (OWN, "PLAIN", 502, "5.5.1", "AUTH not available", Cause.LOGIN_MISSING),
    (OWN, "PLAIN", 530, "5.7.0", "Authentication required", Cause.SMTP_LOGIN_DISABLED),
    (OWN, "PLAIN", 451, "4.3.0", "try later", Cause.LOGIN_UNAVAILABLE),
    (OWN, "PLAIN", 550, "5.7.1", "no", Cause.WRONG_PASSWORD),
    (OWN, "PLAIN", 250, "2.0.0", "what was that", Cause.NOT_SMTP),
]
# fmt: on
# ruff: enable[E501]


@pytest.mark.parametrize(("host", "mechanism", "code", "enhanced", "text", "cause"), SAID)
def test_what_a_server_says_to_a_log_in(  # noqa: PLR0917 - a row of the table
    host: str, mechanism: str, code: int, enhanced: str | None, text: str, cause: Cause
) -> None:
    assert cause_of_reply(Reply(code, enhanced, text), Step.AUTH, host, mechanism) is cause


SAID_BEFORE = [
    (Step.GREETING, 421, "4.7.0 too many connections", Cause.SERVER_BUSY),
    (Step.GREETING, 554, "blocked by our list", Cause.SERVER_REFUSES),
    (Step.EHLO, 550, "I do not know you", Cause.SERVER_REFUSES),
    (Step.STARTTLS, 454, "TLS not available due to temporary reason", Cause.STARTTLS_REFUSED),
    (Step.STARTTLS, 501, "5.5.4 no parameters allowed", Cause.STARTTLS_REFUSED),
    (Step.STARTTLS, 421, "bye", Cause.SERVER_BUSY),
    (Step.GREETING, 421, "too many login attempts from you", Cause.TOO_MANY_LOGINS),
]


@pytest.mark.parametrize(("step", "code", "text", "cause"), SAID_BEFORE)
def test_what_a_server_says_before(step: Step, code: int, text: str, cause: Cause) -> None:
    assert cause_of_reply(Reply(code, None, text), step, OWN, "") is cause


def test_each_cause_has_advice_and_each_advice_is_a_sentence_with_its_source() -> None:
    server = Server("mail.example.com", 587, Security.STARTTLS)

    assert set(ADVICE) == set(Cause)
    for cause in Cause:
        advice = advice_for(cause, server)
        assert advice.cause is cause
        assert advice.source.startswith("https://")
        assert re.fullmatch(r"[A-Z].*\.", advice.remedy), advice.remedy
        assert not set("{}") & set(advice.remedy), advice.remedy


def test_each_row_decides_something_that_was_said() -> None:
    to_a_log_in = [
        _the_row(Reply(code, enhanced, text), Step.AUTH, host, how) for host, how, code, enhanced, text, _ in SAID
    ]
    before = [_the_row(Reply(code, None, text), step, OWN, "") for step, code, text, _ in SAID_BEFORE]

    assert [row for row in REFUSALS if row not in to_a_log_in + before] == []


def _the_row(reply: Reply, step: Step, host: str, mechanism: str) -> Refusal:
    return next(row for row in REFUSALS if row.fits(reply, step, host, mechanism))


def test_each_cause_is_of_a_row_or_told_otherwise() -> None:
    causes = {row.cause for row in REFUSALS} | {row.cause for row in FAULTS}
    told_otherwise = {
        Cause.PORT_25_BLOCKED,
        Cause.TLS_ON_STARTTLS_PORT,
        Cause.TLS_ON_PLAIN_PORT,
        Cause.STARTTLS_ON_TLS_PORT,
        Cause.UNENCRYPTED,
        Cause.CREDENTIALS_MISSING,
        Cause.CONSENT_MISSING,
        Cause.TOKEN_UNAVAILABLE,
        Cause.SERVER_WITHOUT_OAUTH2,
        Cause.UNKNOWN,
    }

    assert causes | told_otherwise == set(Cause)
    assert not causes & told_otherwise
    assert all(row.source.startswith("https://") for row in REFUSALS)
