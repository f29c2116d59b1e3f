"""What a Python user would write: Jinja2 and ``EmailMessage``, for the two rivals in Python."""

from email.message import EmailMessage
from email.utils import format_datetime, formataddr, localtime, make_msgid

from jinja2 import Environment

from bench.senders import mails
from bench.senders.job import Kind


class Composer:
    def __init__(self, kind: Kind) -> None:
        sources = mails.sources(kind)
        self._subject = Environment().from_string(sources.subject)  # noqa: S701 (a subject is no HTML)
        self._text = Environment().from_string(sources.text)  # noqa: S701 (as the subject)
        self._html = Environment(autoescape=True).from_string(sources.html)
        self._file = mails.file(kind)

    def message(self, number: int) -> EmailMessage:
        values = mails.values(number)
        message = EmailMessage()
        message["From"] = formataddr((mails.SENDER_NAME, mails.SENDER))
        message["To"] = mails.recipient(number)
        message["Subject"] = self._subject.render(values)
        message["Date"] = format_datetime(localtime())
        message["Message-ID"] = make_msgid(domain="example.test")
        message.set_content(self._text.render(values))
        message.add_alternative(self._html.render(values), subtype="html")
        if self._file:
            main, sub = mails.FILE_TYPE.split("/")
            message.add_attachment(self._file, maintype=main, subtype=sub, filename=mails.FILE_NAME)
        return message
