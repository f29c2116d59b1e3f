"""Ours: rendered in the sandbox, assembled, and sent by the session that the sender function uses."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from bench.senders import mails
from bench.senders.job import Kind
from bench.senders.measuring import job_of_this_process, measure
from local.place import LOOPBACK
from local.trouble import Trouble
from postroom.delivery.deadline import Deadline
from postroom.delivery.mime.assemble import Assembler
from postroom.delivery.model import Delivery, Envelope, Mail, ReplyClass, Security, Server
from postroom.delivery.smtp.open_session import OpenSession
from postroom.messages.model import Attachment, Content, Mailbox
from postroom.templates.filling.render import compiled
from postroom.templates.sandbox.environment import Sandbox, SharedLoader

_MOST_SECONDS = 300
_FROM = Mailbox(mails.SENDER, mails.SENDER_NAME)


class Composer:
    def __init__(self, kind: Kind) -> None:
        sources, sandbox = mails.sources(kind), Sandbox(SharedLoader(dict))
        self._subject = compiled(sandbox, "subject", sources.subject)
        self._text = compiled(sandbox, "text", sources.text)
        self._html = compiled(sandbox, "html", sources.html)
        self._assemble = Assembler()
        data = mails.file(kind)
        self._files = (Attachment(mails.FILE_NAME, mails.FILE_TYPE, data),) if data else ()

    def mail(self, number: int) -> Mail:
        recipient = mails.recipient(number)
        content = Content(*self.rendered(number), (Mailbox(recipient),), attachments=self._files)
        finished = self._assemble(content, _FROM, f"<{number}@example.test>", datetime.now(UTC))
        return Mail(Envelope(mails.SENDER, (recipient,)), finished)

    def rendered(self, number: int) -> tuple[str, str, str]:
        """Subject, text and HTML."""
        values = mails.values(number)
        return self._subject.render(values), self._text.render(values), self._html.render(values)


class Numbered:
    """The flow that feeds the session: these mails, each made when its turn comes."""

    def __init__(self, mail: Callable[[int], Mail], numbers: range) -> None:
        self._mails: Iterator[Mail] = map(mail, numbers)
        self._left = len(numbers)

    def next(self, *, room: int, wait: bool) -> Mail | None:  # noqa: ARG002 (there is always a next one, or none any more)
        return next(self._mails, None)

    def done(self, mail: Mail, delivery: Delivery) -> None:
        verdict = delivery.verdicts[mail.envelope.recipients[0]]
        if verdict.reply_class is not ReplyClass.ACCEPTED:
            raise Trouble(f"A mail was not taken: {verdict.words}")
        self._left -= 1

    def back(self, mail: Mail) -> None:
        raise Trouble(f"A mail was not taken: {mail.envelope.recipients[0]}")

    def check(self) -> None:
        if self._left:
            raise Trouble(f"{self._left} mails were not sent")


class Sender:
    """Over one session. ``mail`` makes the mail of a number."""

    def __init__(self, port: int, mail: Callable[[int], Mail]) -> None:
        self._deadline = Deadline.after(_MOST_SECONDS)
        self._mail = mail
        server = Server(LOOPBACK, port, Security.PLAIN)
        self._session = OpenSession(allow_private=True)(server, self._deadline)

    def __call__(self, numbers: range) -> None:
        flow = Numbered(self._mail, numbers)
        self._session.deliver_all(flow, self._deadline)
        flow.check()

    def close(self) -> None:
        self._session.close()


def main() -> None:
    job = job_of_this_process()
    send = Sender(job.port, Composer(job.kind).mail)
    measure(job, send, "")
    send.close()


if __name__ == "__main__":
    main()
