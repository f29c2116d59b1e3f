"""What an ``SmtpServer`` does on one connection, command by command."""

import base64
from collections.abc import Callable, Mapping, Sequence

from tests.faults.smtp.faults import Rules
from tests.faults.smtp.line import HungUp, Line
from tests.faults.smtp.manners import Manners
from tests.faults.smtp.memory import Memory, Seen
from tests.faults.smtp.scenario import Scenario
from tests.faults.smtp.transactions import Transactions

Passwords = Mapping[str, Sequence[str]]
"""Of each user, those that are taken just now."""


_WHY_REFUSED = base64.b64encode(b'{"status":"401","schemes":"bearer","scope":"https://mail.google.com/"}').decode()
"""As Google says it: a challenge that the client has to answer with nothing."""


class Dialogue:
    def __init__(
        self, line: Line, scenario: Scenario, rules: Rules, memory: Memory, passwords: Passwords | None
    ) -> None:
        self._line = line
        self._scenario = scenario
        self._memory = memory
        self._passwords = passwords
        self._manners = Manners(line, rules, memory)
        self._transactions = Transactions(line, self._manners, scenario, memory)
        self._commands: dict[str, Callable[[str], None]] = {
            "EHLO": self._ehlo,
            "STARTTLS": self._starttls,
            "AUTH": self._auth,
            "MAIL": self._transactions.mail,
            "RCPT": self._transactions.rcpt,
            "DATA": self._transactions.data,
            "BDAT": self._transactions.bdat,
            "RSET": self._transactions.rset,
            "NOOP": lambda text: self._say("NOOP", text, "250 2.0.0 ok"),
            "QUIT": self._quit,
        }

    def run(self) -> None:
        """Until somebody hangs up."""
        try:
            if self._scenario.implicit_tls:
                self._begin_tls()
            self._say("GREETING", "", "220 mail.test ESMTP")
            while True:
                self._obey(self._line.read_line())
        except (HungUp, OSError, ValueError):
            pass
        finally:
            self._line.close()

    def _say(self, verb: str, text: str, reply: str) -> None:
        self._manners.say(verb, text, reply)

    def _obey(self, line: bytes) -> None:
        self._memory.see(Seen(line, self._line.tls, self._line.number, self._line.ahead))
        text = line.decode("latin-1")
        verb = text.split(" ")[0].upper()
        command = self._commands.get(verb)
        if command is None:
            self._say(verb, text, "502 5.5.2 unknown")
        else:
            command(text)

    def _ehlo(self, text: str) -> None:
        starttls = ["STARTTLS"] if self._scenario.context is not None and not self._line.tls else []
        login = [] if self._passwords is None else [f"AUTH {self._scenario.mechanisms}"]
        lines = ["mail.test", *self._scenario.offers, *starttls, *login]
        self._transactions.clear()
        self._say("EHLO", text, "\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"]))

    def _starttls(self, text: str) -> None:
        if self._scenario.context is None:
            self._say("STARTTLS", text, "502 5.5.1 not offered")
        elif self._manners.say("STARTTLS", text, "220 2.0.0 go ahead"):
            self._begin_tls()

    def _begin_tls(self) -> None:
        assert self._scenario.context is not None
        self._line.begin_tls(self._scenario.context)

    def _auth(self, text: str) -> None:
        fault = self._manners.meet("AUTH", text)
        if fault is not None and not self._manners.act(fault):
            return
        words = text.split(" ")
        if words[1].upper() not in self._scenario.mechanisms.split():
            self._line.write("504 5.5.4 no such mechanism")
            return
        username, password = self._credentials(words)
        if password in (self._passwords or {}).get(username, ()):
            self._transactions.username = username
            self._line.write("235 2.7.0 welcome")
        else:
            self._memory.refuse_login()
            if words[1].upper() == "XOAUTH2":
                self._challenge(_WHY_REFUSED)
            self._line.write("535 5.7.8 wrong user or password")

    def _credentials(self, words: Sequence[str]) -> tuple[str, str]:
        if words[1].upper() == "PLAIN":
            response = words[2] if len(words) > 2 else self._challenge("")
            _, username, password = base64.b64decode(response).decode().split("\0")
            return username, password
        if words[1].upper() == "XOAUTH2":
            user, token, *_ = base64.b64decode(words[2]).decode().split("\1")
            return user.removeprefix("user="), token.removeprefix("auth=Bearer ")
        username = self._challenge("VXNlcm5hbWU6")
        password = self._challenge("UGFzc3dvcmQ6")
        return base64.b64decode(username).decode(), base64.b64decode(password).decode()

    def _challenge(self, text: str) -> str:
        self._line.write(f"334 {text}")
        return self._line.read_line().decode()

    def _quit(self, text: str) -> None:
        self._say("QUIT", text, "221 2.0.0 bye")
        self._line.hang_up()
