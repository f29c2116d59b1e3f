"""What an account's owner is to do about each cause: a table, one line for each, with its source."""

from collections.abc import Mapping

from postroom.delivery.model import Server
from postroom.probe.model import Advice, Cause

_RFC_3207 = "https://www.rfc-editor.org/rfc/rfc3207#section-4"
_RFC_4954 = "https://www.rfc-editor.org/rfc/rfc4954"
_RFC_5321 = "https://www.rfc-editor.org/rfc/rfc5321"
_RFC_6749 = "https://www.rfc-editor.org/rfc/rfc6749#section-5.2"
_RFC_8314 = "https://www.rfc-editor.org/rfc/rfc8314"
_RFC_8996 = "https://www.rfc-editor.org/rfc/rfc8996"
_RFC_9525 = "https://www.rfc-editor.org/rfc/rfc9525"
_RFC_9700 = "https://www.rfc-editor.org/rfc/rfc9700#section-4.9.1"
_X509 = "https://docs.openssl.org/3.0/man1/openssl-verification-options/"
_PORT_25 = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-resource-limits.html#port-25-throttle"
_GMAIL = "https://support.google.com/a/answer/3726730"
_GMAIL_APP = "https://support.google.com/accounts/answer/185833"
_MICROSOFT = (
    "https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission"
)
_MICROSOFT_BASIC = "https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/deprecation-of-basic-authentication-exchange-online"
_SES = "https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html"

# ruff: disable[E501]
# fmt: off
_TABLE: tuple[Advice, ...] = (
    Advice(Cause.HOST_UNKNOWN, "There is no host of the name {host}: correct smtp_host.", _RFC_5321),
    Advice(Cause.DNS_UNAVAILABLE, "The name {host} could not be looked up just now. Test again in a minute; if it stays so, its name servers are down.", _RFC_5321),
    Advice(Cause.HOST_NOT_PUBLIC, "The name {host} leads to a private address, where no mail server may be used: give a name that leads to its public address.", "https://www.rfc-editor.org/rfc/rfc6890"),
    Advice(Cause.CONNECTION_REFUSED, "There is a host {host}, but nothing listens on its port {port}: use 587 with smtp_use_tls or 465 with smtp_use_ssl, and see that the mail server runs.", _RFC_8314),
    Advice(Cause.CONNECTION_TIMEOUT, "Nothing answers at {host} on port {port}: a firewall drops the connection or the host is down. Allow connections from the internet on that port, or use the port that the provider names.", _RFC_8314),
    Advice(Cause.PORT_25_BLOCKED, "Port 25 is for mail between servers, and AWS blocks it: use 587 with smtp_use_tls or 465 with smtp_use_ssl.", _PORT_25),
    Advice(Cause.HOST_UNREACHABLE, "There is no way to the address of {host}: see that its name leads to a reachable IPv4 address.", "https://www.rfc-editor.org/rfc/rfc1812#section-5.2.7"),
    Advice(Cause.TLS_ON_STARTTLS_PORT, "Port {port} begins without TLS and offers STARTTLS: set smtp_use_tls to true and smtp_use_ssl to false, or use port 465.", _RFC_8314),
    Advice(Cause.TLS_ON_PLAIN_PORT, "Port {port} speaks no TLS, neither at once nor by STARTTLS: use the provider's port for TLS, 587 with smtp_use_tls or 465 with smtp_use_ssl.", _RFC_8314),
    Advice(Cause.STARTTLS_ON_TLS_PORT, "Port {port} wants TLS from the first byte: set smtp_use_ssl to true and smtp_use_tls to false, or use port 587.", _RFC_8314),
    Advice(Cause.CERTIFICATE_NAME, "The server's certificate is for another name than {host}: set smtp_host to a name that the certificate has, or have the server's certificate replaced.", _RFC_9525),
    Advice(Cause.CERTIFICATE_EXPIRED, "The server's certificate has expired: who runs the server has to renew it.", _X509),
    Advice(Cause.CERTIFICATE_NOT_YET_VALID, "The server's certificate is not valid yet: who runs the server has to set its clock right or wait.", _X509),
    Advice(Cause.CERTIFICATE_SELF_SIGNED, "The server has made its certificate itself: who runs it has to get one from a public authority, such as Let's Encrypt.", _X509),
    Advice(Cause.CERTIFICATE_UNTRUSTED, "The server's certificate comes from an authority that is not known, or an intermediate certificate is missing: who runs the server has to send the whole chain of a public authority.", _X509),
    Advice(Cause.TLS_TOO_OLD, "The server knows only TLS 1.1 or older: who runs it has to enable TLS 1.2 or 1.3.", _RFC_8996),
    Advice(Cause.TLS_FAILED, "The server and Postroom could not agree on TLS: see that port {port} is the right one for this kind of TLS, and that the server knows TLS 1.2 or 1.3.", _RFC_8996),
    Advice(Cause.STARTTLS_MISSING, "The server does not offer STARTTLS on port {port}: use 465 with smtp_use_ssl, or have STARTTLS enabled. Mail is never sent unencrypted.", _RFC_3207),
    Advice(Cause.STARTTLS_REFUSED, "The server offers STARTTLS and then refuses it: test again later, use 465 with smtp_use_ssl, or ask who runs it.", _RFC_3207),
    Advice(Cause.STARTTLS_ATTACKED, "Something was added to the server's answer before TLS began, as an attacker on the line does: do not use this server before who runs it has looked into it.", "https://www.kb.cert.org/vuls/id/555316"),
    Advice(Cause.UNENCRYPTED, "The account has no TLS or no credentials, which is for hosts of this machine alone: set smtp_use_tls or smtp_use_ssl, smtp_username and smtp_password.", _RFC_8314),
    Advice(Cause.SERVER_SILENT, "The connection was made, and then the server said nothing in time: see that port {port} is a mail server's, and try again later.", _RFC_5321),
    Advice(Cause.CONNECTION_LOST, "The server hung up: it may refuse connections from here, or be overloaded. Look into its log, and test again later.", _RFC_5321),
    Advice(Cause.NOT_SMTP, "What answers at {host} on port {port} is no mail server: correct smtp_host and smtp_port.", _RFC_5321),
    Advice(Cause.SERVER_BUSY, "The server asks for patience: test again in some minutes.", _RFC_5321),
    Advice(Cause.SERVER_REFUSES, "The server does not want to talk to us; it says why. Ask who runs it to allow connections from AWS.", _RFC_5321),
    Advice(Cause.LOGIN_MISSING, "The server offers no log-in on port {port}: use its port for submission, 587 with smtp_use_tls or 465 with smtp_use_ssl.", _RFC_4954),
    Advice(Cause.MECHANISM_MISSING, "The server offers no way to log in that this account can use: enable PLAIN or LOGIN on the server, or connect the account by OAuth2.", _RFC_4954),
    Advice(Cause.CREDENTIALS_MISSING, "What this account logs in with is not in the store any more: set smtp_password again.", _RFC_4954),
    Advice(Cause.CONSENT_MISSING, "The mailbox's owner has not consented yet, or does not any more: connect the account by OAuth2, POST …/oauth2/authorize.", _RFC_6749),
    Advice(Cause.TOKEN_UNAVAILABLE, "The mailbox's provider gave no access token: test again in some minutes. If it stays so, who runs Postroom has to look at its client id and secret.", _RFC_6749),
    Advice(Cause.SERVER_WITHOUT_OAUTH2, "Access tokens go to Google's and Microsoft's own servers alone: set connection_type to gmail or outlook and smtp_host to a server of it, or set smtp_username and smtp_password.", _RFC_9700),
    Advice(Cause.WRONG_PASSWORD, "The server refuses the user name or the password: correct smtp_username, which is often the whole address, and smtp_password. Gmail, Yahoo, iCloud and Zoho want an app password, not the mailbox's own.", _RFC_4954),
    Advice(Cause.APP_PASSWORD_NEEDED, "This provider wants an app password, not the mailbox's own: make one in the security settings of the mailbox, and set it as smtp_password.", _GMAIL_APP),
    Advice(Cause.SMTP_CREDENTIALS_NEEDED, "Amazon SES refuses the credentials: make SMTP credentials in the SES console, for the same region as {host}; access keys of IAM do not work as they are.", _SES),
    Advice(Cause.BASIC_LOGIN_DISABLED, "Microsoft takes no passwords for this mailbox: connect the account by OAuth2.", _MICROSOFT_BASIC),
    Advice(Cause.SMTP_LOGIN_DISABLED, "Sending by SMTP is switched off for this mailbox: its administrator has to enable Authenticated SMTP for the mailbox, which does not go together with security defaults.", _MICROSOFT),
    Advice(Cause.BROWSER_LOGIN_NEEDED, "The provider wants to see the owner first: log in to the mailbox with a browser, confirm what it asks, and test again.", _GMAIL),
    Advice(Cause.TOKEN_REFUSED, "The server refuses the access token: connect the account by OAuth2 once more, with the mailbox of smtp_username and the permission to send by SMTP.", "https://developers.google.com/workspace/gmail/imap/xoauth2-protocol"),
    Advice(Cause.ACCOUNT_LOCKED, "The provider has locked the mailbox: unlock it with its provider, and test again only then.", _GMAIL),
    Advice(Cause.TOO_MANY_LOGINS, "There were too many log-ins or attempts lately: wait for an hour before the next test, and lower max_connections if it comes again.", _GMAIL),
    Advice(Cause.LOGIN_UNAVAILABLE, "The server cannot check credentials just now: test again in some minutes.", _RFC_4954),
    Advice(Cause.UNKNOWN, "The server's own words say more; who runs it can explain them.", _RFC_5321),
)
# fmt: on
# ruff: enable[E501]

ADVICE: Mapping[Cause, Advice] = {advice.cause: advice for advice in _TABLE}


def advice_for(cause: Cause, server: Server) -> Advice:
    known = ADVICE[cause]
    return Advice(cause, known.remedy.format(host=server.host, port=server.port), known.source)
