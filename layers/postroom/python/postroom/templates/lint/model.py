"""What clients lack."""

from dataclasses import dataclass

from postroom.templates.remarks import Client, Level


@dataclass(frozen=True, slots=True)
class Lacking:
    """Who does not know something: a client, or some of what goes by its name.

    ``word`` marks what is drawn by Word's engine: Outlook for Windows up to 2021, to which conditional comments speak.
    """

    client: Client
    name: str
    word: bool = False


GMAIL = Lacking(Client.GMAIL, "Gmail")
GMAIL_APPS = Lacking(Client.GMAIL, "Gmail's apps")
GMAIL_FOREIGN = Lacking(Client.GMAIL, "Gmail's apps with an account of another provider")
WORD = Lacking(Client.OUTLOOK, "Outlook for Windows (Word's engine)", word=True)
WORD_2016 = Lacking(Client.OUTLOOK, "Outlook for Windows up to 2016", word=True)
OUTLOOK_WEB = Lacking(Client.OUTLOOK, "Outlook.com and the new Outlook")
OUTLOOK = Lacking(Client.OUTLOOK, "Outlook, old and new", word=True)

LOOKS = "See to it that the mail looks right without"


@dataclass(frozen=True, slots=True)
class Gap:
    """What some clients lack: ``page`` is its page on caniemail.com, and gives the warning its code.

    ``names`` are the properties, elements or words that it is about; ``remedy`` is a sentence without its full stop.
    """

    page: str
    names: str
    lacking: tuple[Lacking, ...]
    remedy: str = LOOKS
    level: Level = Level.WARNING

    @property
    def code(self) -> str:
        return self.page.replace("-", "_")

    @property
    def source(self) -> str:
        return f"https://www.caniemail.com/features/{self.page}/"


def by_name(gaps: tuple[Gap, ...]) -> dict[str, Gap]:
    return {name: gap for gap in gaps for name in gap.names.split()}
