"""What was said with a server, small enough to stand in a row that is paid for by the kilobyte.

The first byte names the dictionary that the rest was deflated with (RFC 1951). A dictionary is never changed, only
followed by another: functions of two versions run side by side, and rows outlive them.
"""

import zlib
from collections.abc import Mapping

_LONGEST = 4000
"""Characters. What comes behind is cut off: the first words of a conversation tell most."""

_RAW = -zlib.MAX_WBITS
"""Without zlib's own header and checksum: the table keeps what it is given."""

# What is most usual stands last, where a reference to it is the shortest.
_DICTIONARIES: Mapping[int, bytes] = {
    1: b"""
S: 554 5.7.1 Service unavailable; Client host blocked using
S: 553 5.1.3 The recipient address is not valid
S: 552 5.3.4 Message size exceeds fixed limit
S: 550 5.7.26 Your email has been blocked because the sender is unauthenticated.
S: 550 5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits go to
S: 550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking
 the recipient's email address for typos or unnecessary spaces. For more information, go to
 https://support.google.com/mail/?p=NoSuchUser https://support.google.com/a/answer/
S: 550 5.1.1 Recipient address rejected: User unknown in virtual mailbox table
S: 535 5.7.8 Username and Password not accepted.
S: 535 5.7.3 Authentication unsuccessful
S: 535 5.7.8 Error: authentication failed
S: 454 4.7.0 Too many login attempts, please try again later.
S: 452 4.2.2 The recipient's inbox is out of storage space.
S: 451 4.7.1 Greylisting in action, please come back later
S: 450 4.2.1 The user you are trying to contact is receiving mail too quickly
S: 421 4.7.0 Try again later, closing connection.
S: 421 4.4.2 Timeout exceeded
S: 432 4.3.2 Concurrent connections limit exceeded
C: RSET
C: QUIT
S: 221 2.0.0 Bye
S: 221 2.0.0 closing connection
S: 250 2.0.0 Ok: queued as
S: 250 2.0.0 OK <message accepted> [InternalId=, Hostname=.prod.outlook.com] bytes in KB/sec
 Queued mail for delivery
S: 220 .outlook.office365.com Microsoft ESMTP MAIL Service ready at
S: 220 smtp.mail.yahoo.com ESMTP ready
S: 220 email-smtp.amazonaws.com ESMTP SimpleEmailService
S: 220 mail.example.com ESMTP Postfix (Debian/GNU)
S: 220 smtp.gmail.com ESMTP  - gsmtp
C: EHLO [169.254.
S: 250 smtp.gmail.com at your service, [
S: 250 Hello [
S: 250 SIZE 37748736
S: 250 SIZE 35882577
S: 250 SIZE 10240000
S: 250 PIPELINING
S: 250 VRFY
S: 250 ETRN
S: 250 DSN
S: 250 AUTH LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH
S: 250 AUTH PLAIN LOGIN
S: 250 AUTH LOGIN XOAUTH2
S: 250 BINARYMIME
S: 250 STARTTLS
C: STARTTLS
S: 220 2.0.0 SMTP server ready
S: 220 2.0.0 Ready to start TLS
S: 250 ENHANCEDSTATUSCODES
S: 250 8BITMIME
S: 250 CHUNKING
S: 250 SMTPUTF8
C: AUTH PLAIN ********
C: AUTH LOGIN ********
C: ********
S: 334 VXNlcm5hbWU6
S: 334 UGFzc3dvcmQ6
S: 235 2.7.0 Authentication successful
S: 235 2.7.0 Accepted
S: 250 2.1.0 Sender OK
S: 250 2.1.5 Recipient OK
C: BDAT  LAST
C: MAIL FROM:<hello@example.com> SIZE= BODY=8BITMIME
S: 250 2.1.0 OK
S: 250 2.1.0 Ok
C: RCPT TO:<
S: 250 2.1.5 OK  - gsmtp
S: 250 2.1.5 Ok
C: DATA
S: 354 Start mail input; end with <CRLF>.<CRLF>
S: 354 End data with <CR><LF>.<CR><LF>
S: 354 Go ahead  - gsmtp
C: ( bytes)
C: .
S: 250 2.0.0 OK""",
}
_LATEST = max(_DICTIONARIES)


def pack(lines: tuple[str, ...]) -> bytes:
    text = "\n".join(lines)[:_LONGEST].encode()
    deflate = zlib.compressobj(zlib.Z_BEST_COMPRESSION, wbits=_RAW, zdict=_DICTIONARIES[_LATEST])
    return bytes([_LATEST]) + deflate.compress(text) + deflate.flush()


def unpack(packed: bytes) -> tuple[str, ...]:
    """Raises ValueError when it was packed with a dictionary of a later version."""
    dictionary = _DICTIONARIES.get(packed[0])
    if dictionary is None:
        raise ValueError("a transcript of a later version")
    inflate = zlib.decompressobj(wbits=_RAW, zdict=dictionary)
    text = (inflate.decompress(packed[1:]) + inflate.flush()).decode()
    return tuple(text.split("\n")) if text else ()
