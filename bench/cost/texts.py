"""What mails say: words at random, which compress badly, or order confirmations, which are alike as real ones are."""

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from local.place import ROOT

_TEXT_BYTES = 1_000
_HTML_BYTES = 2_000
_WORDS = (ROOT / "README.md").read_text().split()
_NAMES = (
    *(
        "Ada",
        "Ben",
        "Chloe",
        "Dmitri",
        "Elif",
        "Femi",
        "Grace",
        "Hiro",
        "Ines",
        "Jonas",
        "Kira",
        "Luis",
        "Mei",
        "Nadia",
    ),
    *("Omar", "Priya", "Quinn", "Rosa", "Sven", "Tara"),
)
_GOODS = (
    *("Walnut desk lamp", "Linen shirt, navy", "Pour-over kettle 0.9 l", "Trail running socks", "Oak picture frame A4"),
    *("Ceramic mug, set of 4", "Bicycle bell, brass", "Merino beanie", "Notebook, dotted", "Cast iron pan 26 cm"),
    *("Olive oil 500 ml", "Desk organiser", "Wool blanket, grey", "Garden secateurs", "Travel adapter EU/UK"),
)
_LINE = "{count} x {goods:<24} {price:>8}"
_ROW = (
    '<tr><td style="padding:8px 0;border-bottom:1px solid #eee">{goods}</td>'
    '<td align="right" style="padding:8px 0;border-bottom:1px solid #eee">{count}</td>'
    '<td align="right" style="padding:8px 0;border-bottom:1px solid #eee">{price}</td></tr>'
)
_TEXT = """Hello {name},

thank you for your order {order}. We are packing it now, and write again as soon as it is on its way.

{lines}

Total: {total}, paid by card ending in {card}.

It goes to:
{name} {surname}
{street} {house}
{postcode} Rotterdam

Follow your parcel: https://shop.example.com/orders/{order}?key={key}

You can send everything back within 30 days. Reply to this mail if something is missing or broken.

The team of Example Shop, Keizersgracht 1, Amsterdam
Registered with the Chamber of Commerce under 00000000, VAT NL000000000B00
"""
_HTML = """<!doctype html><html><body style="margin:0;background:#f5f5f5;font-family:Helvetica,Arial,sans-serif">
<table width="600" align="center" style="background:#fff;padding:24px;color:#222;font-size:15px;line-height:22px">
<tr><td colspan="3"><img src="https://shop.example.com/logo.png" width="120" alt="Example Shop"></td></tr>
<tr><td colspan="3"><h1 style="font-size:22px">Thank you, {name}!</h1><p>Your order <b>{order}</b> is being packed. We
write again as soon as it is on its way.</p></td></tr>
{rows}
<tr><td colspan="2"><b>Total</b></td><td align="right"><b>{total}</b></td></tr>
<tr><td colspan="3"><p>Paid by card ending in {card}. It goes to {name} {surname}, {street} {house}, {postcode}
Rotterdam.</p><a href="https://shop.example.com/orders/{order}?key={key}" style="display:inline-block;padding:12px 20px;
background:#0a6;color:#fff;text-decoration:none;border-radius:4px">Follow your parcel</a></td></tr>
<tr><td colspan="3" style="color:#888;font-size:12px">You can send everything back within 30 days:
<a href="https://shop.example.com/returns" style="color:#888">how it is done</a>. Reply to this mail if something is
missing or broken.<br>Example Shop, Keizersgracht 1, Amsterdam. Registered with the Chamber of Commerce under 00000000,
VAT NL000000000B00<br>
<a href="https://shop.example.com/terms" style="color:#888">Terms</a> ·
<a href="https://shop.example.com/privacy" style="color:#888">Privacy</a> ·
<a href="https://shop.example.com/contact" style="color:#888">Contact</a></td></tr></table></body></html>
"""


class Text(NamedTuple):
    subject: str
    text: str
    html: str


Write = Callable[[Random], Text]


def at_random(random: Random) -> Text:
    """3 kB."""
    subject = f"Your weekly report, {random.randrange(10**6)}"
    return Text(subject, _words(random, _TEXT_BYTES), f"<p>{_words(random, _HTML_BYTES)}</p>")


def an_order(random: Random) -> Text:
    """About 3 kB, of which names, numbers and two to four items differ."""
    items = [_item(random) for _ in range(random.randint(2, 4))]
    order = f"NL-{random.randrange(10**8):08d}"
    filled = {
        "name": random.choice(_NAMES),
        "surname": f"{random.choice(_NAMES)}son",
        "order": order,
        "card": f"{random.randrange(10**4):04d}",
        "street": f"{random.choice(_WORDS).strip('.,`*').title()}straat",
        "house": random.randint(1, 240),
        "postcode": f"30{random.randrange(100):02d} XA",
        "key": f"{random.getrandbits(96):024x}",
        "total": f"€ {random.randint(2_000, 30_000) / 100:.2f}",
        "lines": "\n".join(_LINE.format(**item) for item in items),
        "rows": "\n".join(_ROW.format(**item) for item in items),
    }
    return Text(f"Your order {order}", _TEXT.format(**filled), _HTML.format(**filled))


def _item(random: Random) -> dict[str, object]:
    price = f"€ {random.randint(300, 9_000) / 100:.2f}"
    return {"count": random.randint(1, 3), "goods": random.choice(_GOODS), "price": price}


def _words(random: Random, size: int) -> str:
    text = ""
    while len(text) < size:
        text += random.choice(_WORDS) + " "
    return text[:size]
