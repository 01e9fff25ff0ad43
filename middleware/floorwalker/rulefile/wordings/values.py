"""Values by other names: devices, media, days, yes and no in other tongues, lists that are written as a sentence."""

import re
from collections.abc import Callable, Iterable, Mapping

_SAID = """
mobile: phone, smartphone, smart phone, cell phone, cellphone, iphone, android, handheld, mobile phone, handy, mobil
tablet: ipad, pad, kindle
desktop: pc, computer, laptop, mac, notebook, windows, desktop pc
tv: smart tv, television, chromecast
console: playstation, xbox, games console
search: organic, organic search, seo, google, search engine, bing, suche
ad: cpc, ppc, paid, sea, paid search, ads, display, banner, advertising, cpm, paid social
email: newsletter, mail, e-mail, mailing, emails
social: facebook, instagram, social media, socials
ai: chatgpt, assistant, ai assistant, llm, gpt
referral: website, link, external, referrer, other site
direct: none, typed, bookmark, typein, (none), type-in
internal: same site, own, self
partner: affiliate, affiliates, partners
morning: am, breakfast, early
midday: noon, lunch, lunchtime
evening: pm, tonight, after work
night: late, overnight
under-monetized: undermonetized, low spender
at-risk: at risk, atrisk, risk, slipping
churned: lost, gone, inactive
active: regular
loyal: vip, champion
new: first-time
monday: mon, mondays, montag, lundi, lunes
tuesday: tue, tues, tuesdays, dienstag, mardi, martes
wednesday: wed, wednesdays, mittwoch, mercredi, miércoles
thursday: thu, thur, thurs, thursdays, donnerstag, jeudi, jueves
friday: fri, fridays, freitag, vendredi, viernes
saturday: sat, saturdays, samstag, sonnabend, samedi, sábado
sunday: sun, sundays, sonntag, dimanche, domingo
visitor: user, client, local, theirs, customer
site: server, shop, ours, store
inside: inner, in, within, content, innerhtml, into
replace: instead, swap, outer, outerhtml, overwrite
before: above, over, previous, prepend before
after: below, beneath, under, next, following
first: prepend, top, start, beginning, begin
last: append, bottom, end
hide: remove, delete, none
weighted: random, ab, a/b, split, percentage, roulette
best: score, highest, priority, rank, top
first-match: sequential, order
click: clicked, on click, clicks
goal: conversion, converted, purchase, order
dismiss: close, closed, dismissed, x
page: server, html
script: client, js, javascript, ajax
yes: ja, oui, si, sí, y, 1, ok, always, enabled, active, j
no: nein, non, n, 0, never, disabled, nope
"""
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPANS = {
    "weekend": _DAYS[5:],
    "weekends": _DAYS[5:],
    "wochenende": _DAYS[5:],
    "weekday": _DAYS[:5],
    "weekdays": _DAYS[:5],
    "workdays": _DAYS[:5],
    "working days": _DAYS[:5],
    "business days": _DAYS[:5],
    "werktags": _DAYS[:5],
}
_BETWEEN = re.compile(r"\s*(?:,|;|/|\||&|\+|\bor\b|\band\b|\bund\b|\boder\b)\s*", re.IGNORECASE)


def _read(said: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in said.strip().split("\n"):
        here, _, words = line.partition(": ")
        for word in words.split(", "):
            found.setdefault(word, []).append(here)
    return found


_HERE: Mapping[str, list[str]] = _read(_SAID)


def value_here(text: str, known: Iterable[str]) -> str | None:
    """The value among those known that another word stands for."""
    found = set(known)
    return next((here for here in _HERE.get(" ".join(text.lower().split()), ()) if here in found), None)


def list_here(text: str, is_known: Callable[[str], str | None]) -> str | None:
    """`mobile or tablet` as `[mobile, tablet]`, where every part is known; is_known gives a part as it is written."""
    parts = [part for part in _BETWEEN.split(text.strip(" []()\"'")) if part]
    known = [is_known(part) for part in parts]
    if len(parts) > 1 and all(known):
        return f"[{', '.join(part for part in known if part)}]"
    return None


def without_not(text: str) -> str | None:
    """What follows a `not` that stands before a value: `not DE`, `!DE`, `-DE`."""
    found = re.fullmatch(r"(?:not|no|except|everything but|all but|!|-|≠|!=|<>)\s*(\S.*)", text.strip(), re.IGNORECASE)
    return found[1] if found else None


def days_here(text: str) -> str | None:
    """`weekend` and `mon-fri` as a list of days."""
    said = " ".join(text.lower().split())
    if said in _SPANS:
        return f"[{', '.join(_SPANS[said])}]"
    first, dash, last = (part.strip() for part in re.sub(r"\s+(to|until|bis|through)\s+|–", "-", said).partition("-"))
    start, end = _day(first), _day(last)
    if not dash or start is None or end is None:
        return None
    number = (_DAYS.index(end) - _DAYS.index(start)) % 7
    return f"[{', '.join(_DAYS[(_DAYS.index(start) + step) % 7] for step in range(number + 1))}]"


def _day(word: str) -> str | None:
    return word if word in _DAYS else value_here(word, _DAYS)
