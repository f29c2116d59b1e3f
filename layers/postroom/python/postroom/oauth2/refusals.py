"""Why no session can be opened by OAuth2, in words for the account's owner."""

from postroom.delivery.model import Phase, ReplyClass, SessionFailed, Verdict
from postroom.oauth2.model import Provider, TokenServiceFailed

AUTHORIZE = "POST /v1/accounts/{id}/oauth2/authorize"


def cannot_log_in(words: str) -> SessionFailed:
    return SessionFailed(Verdict(ReplyClass.AUTH, Phase.AUTH, words))


def not_authorized() -> SessionFailed:
    return cannot_log_in(f"The account is not authorized yet: {AUTHORIZE}")


def consent_is_gone(provider: Provider) -> SessionFailed:
    return cannot_log_in(
        f"{provider.title} does not accept the account's consent any more: it was taken back or has run out. "
        f"Authorize the account again: {AUTHORIZE}"
    )


def no_token(provider: Provider, failure: TokenServiceFailed) -> SessionFailed:
    words = f"{provider.title} gave no access token ({failure.code}); it is asked again"
    return SessionFailed(Verdict(ReplyClass.INFRASTRUCTURE, Phase.AUTH, words))
