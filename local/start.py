"""``make local``: a whole stack with a demo tenant, until Ctrl-C."""

import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from local import running
from local.demo import Demo, make_demo, send_first_mail, wait_until_sent
from local.deployment import STACK_NAME
from local.place import HOME, Place, place_by_settings
from local.stack import Stack, ready_document, running_stack, timed
from local.trouble import Trouble

_FIRST_RECIPIENT = "you@example.com"


def main() -> None:
    start = time.monotonic()
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _interrupt)
    earlier = running.recall()
    if earlier and running.is_up(earlier):
        sys.exit(f"A local stack is running already, at {earlier.place.api_url}; end it with: make stop")
    if earlier:
        running.end(earlier)
    try:
        _run(place_by_settings(HOME / "state", os.environ), start)
    except KeyboardInterrupt:
        say("\nEnded.")
    except Trouble as error:
        sys.exit(str(error))
    finally:
        running.forget()


def say(line: str) -> None:
    print(line, flush=True)


def _run(place: Place, start: float) -> None:
    say("Starting Postroom on the local AWS")
    with running_stack(place, say, lambda emulator: running.remember(place, emulator.pid)) as stack:
        with timed("demo tenant made", say):
            demo = make_demo(place, stack.outputs)
        with timed("first mail caught", say):
            _wait_for_first_mail(stack, demo)
        _announce(stack, demo, time.monotonic() - start)
        while True:
            signal.pause()


def _wait_for_first_mail(stack: Stack, demo: Demo) -> None:
    message_id = send_first_mail(stack.place, demo, _FIRST_RECIPIENT)
    wait_until_sent(stack.place, demo, message_id)
    stack.mailbox.wait_for(lambda mail: _FIRST_RECIPIENT in mail.rcpt_tos)


def _announce(stack: Stack, demo: Demo, seconds: float) -> None:
    place = stack.place
    ready = HOME / "ready.json"
    ready.touch(mode=0o600)
    ready.write_text(ready_document(place, demo.key, demo.platform_key))
    accounts = "\n".join(f"              {identity}  {email}" for email, identity in demo.accounts.items())
    say(f"""
Ready after {seconds:.1f} s.

  API         {place.api_url}
  To try it   {place.api_url}/v1/docs  (with the key below)
  Inbox       {place.inbox_url}
  SMTP        localhost:{place.smtp_port}  (STARTTLS; the mail catcher)
  AWS         {place.endpoint}  (stack {STACK_NAME})
  Key         {demo.key}  (admin of the tenant Demo)
  Platform    {demo.platform_key}
  Accounts
{accounts}
  All of it   .local/ready.json

Send a mail and see it in the inbox:

  export POSTROOM_API={place.api_url}
  export POSTROOM_KEY={demo.key}
  {Path(sys.executable).parent}/postroom send --to someone@example.com --subject Hello --text "It works." --wait

or without the command line:

  curl -sS {place.api_url}/v1/messages \\
    -H 'Authorization: Bearer {demo.key}' \\
    -H 'Content-Type: application/json' \\
    -d '{{"to": ["someone@example.com"], "subject": "Hello", "text": "It works."}}'

Ctrl-C, or make stop, ends it all. The next start is a new one: nothing is kept.""")


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
