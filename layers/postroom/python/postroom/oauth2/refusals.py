"""Why no session can be opened by OAuth2, in words for the account's owner."""

from postroom.delivery.model import Phase, ReplyClass, SessionFailed, Verdict
from postroom.oauth2.model import Provider, TokenServiceFailed

AUTHORIZE = "POST /v1/accounts/{id}/oauth2/authorize"


class ConsentMissing(SessionFailed):
    """The owner has not consented yet, or does not any more."""


class TokenUnavailable(SessionFailed):
    """The provider gave no token, and the consent is not to blame."""


class ServerWithoutOAuth2(SessionFailed):
    """What the account names is no server of a provider that gives us tokens."""


def not_for_tokens(words: str) -> SessionFailed:
    return ServerWithoutOAuth2(_of_the_account(words))


def not_authorized() -> SessionFailed:
    return ConsentMissing(_of_the_account(f"The account is not authorized yet: {AUTHORIZE}"))


def consent_is_gone(provider: Provider) -> SessionFailed:
    return ConsentMissing(
        _of_the_account(
            f"{provider.title} does not accept the account's consent any more: it was taken back or has run out. "
            f"Authorize the account again: {AUTHORIZE}"
        )
    )


def consent_is_for_another(provider: Provider) -> SessionFailed:
    return ConsentMissing(
        _of_the_account(f"The account's consent is not {provider.title}'s. Authorize the account again: {AUTHORIZE}")
    )


def no_client_secret(provider: Provider) -> SessionFailed:
    words = f"This deployment has no client secret for {provider.title}, and who runs it has to store one"
    return TokenUnavailable(Verdict(ReplyClass.INFRASTRUCTURE, Phase.AUTH, words))


def no_token(provider: Provider, failure: TokenServiceFailed) -> SessionFailed:
    words = f"{provider.title} gave no access token ({failure.code}); it is asked again"
    return TokenUnavailable(Verdict(ReplyClass.INFRASTRUCTURE, Phase.AUTH, words))


def _of_the_account(words: str) -> Verdict:
    return Verdict(ReplyClass.AUTH, Phase.AUTH, words)
