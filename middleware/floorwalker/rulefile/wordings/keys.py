"""Names of keys and operators that other tools have, and what they are called here."""

import re
from collections.abc import Iterable, Mapping

_KEYS = """
when: if, where, condition, conditions, rule, rules, match, matches, filter, filters, criteria, who, trigger
when: triggers, query
to: segment, segments, audience, audiences, for, target_segment, targeting, visible_to, show_to
show: variants, variations, entries, banners, content, contents, items, options, blocks, cases, experiences
otherwise: else, fallback, default_content, default
block: banner, component, widget, template, then, include, use, render, image
template: file, html_file, source, path, block
html: markup, body, content, code
text: copy, message, caption, content, label
at: selector, css, css_selector, element, target, where, anchor, location, id
place: position, placement, insert, mode
pages: page, url, urls, page_types, on, only_on, path, paths
from: start, starts, start_date, since, begin, begins, valid_from, after, starting, active_from
until: end, ends, end_date, to, till, expires, expiry, valid_until, before, through, valid_to, active_until
at_most: limit, limits, cap, caps, frequency, frequency_cap, max, maximum, max_views, times, max_impressions
rest: cooldown, cool_down, pause, wait, delay, interval
stop_after: stop, stop_on, hide_after, dismiss, until_click
once_per_page: group, exclusive, exclusion_group
priority: order, rank, position, prio
weight: percentage, percent, split, share, traffic, ratio, allocation
score: points_needed, threshold, minimum
points: scores, scoring, score_rules
about: description, comment, note, notes, title, label, desc, help
name: id, key, slug
draft: disabled, inactive, unpublished, preview_only, enabled, active, published, live
watch: notify, webhook, webhooks, alert, observe, watched, track, subscribe
with: variables, vars, values, data, params, context, arguments, props
control: holdout, control_group, holdback, baseline
guardrails: guardrail, guard, guards, safeguards, guard_metrics, secondary_goals, watch_goals
goal: conversion, objective, kpi, metric, target
choose: strategy, selection, algorithm, pick, mode, type
timezone: time_zone, tz, zone
currency: money, currency_code
exclude: ignore, blacklist, internal, exclude_segments, skip
hosts: domains, domain, host, site_url, url
type: page_type, kind, pagetype
category: categories, collection
path: url, address, uri, pattern, route, paths
keywords: words, terms, search_terms
within: window, attribution_window, period, last, days
value: revenue, worth, amount
week_starts: first_day, week_start, start_of_week
price_tiers: tiers, price_ranges, price_levels
lat: latitude
lon: lng, long, longitude
km: radius, distance, miles
zone: timezone, tz
"""

_NUMBERS = """
at_least: atleast, min, minimum, gte, ge, greater_or_equal, greater_than_or_equal, from, >=, =>, ≥
at_least: not_less_than, no_less_than, count, times, number, how_often
at_most: atmost, max, maximum, lte, le, less_or_equal, less_than_or_equal, up_to, upto, to, <=, =<, ≤
at_most: not_more_than, no_more_than, limit
more_than: morethan, gt, greater, greater_than, over, above, exceeds, larger_than, bigger_than, >, after
less_than: lessthan, lt, less, fewer, fewer_than, lower, lower_than, below, under, smaller_than, <, before
exactly: eq, equals, equal, equal_to, is, exact, =, ==, ===, same_as
between: range, in_range, in_between, from_to
"""

_TEXTS = """
contains: include, includes, has, containing, contains_any, contains_text, contain, substring, like, ilike
contains: icontains, in_text, contains_all
starts_with: startswith, begins_with, begins, start, starts, prefix, starting_with, beginswith
ends_with: endswith, ends, end, suffix, ending_with
matches: regex, regexp, matches_regex, match, pattern, rlike, matching, re
exists: is_set, set, present, is_present, defined, exist, has_value, not_empty, is_not_empty, not_null, known
"""

_WITHIN = (
    "since, last, in_last, in_the_last, within_last, during, period, timeframe, time_frame, window, over_last, "
    "lookback, past, for, days, hours, minutes, in, timespan, time_range"
)
_AGO = "last_time, latest, when, how_long_ago, recency, before, earlier_than, older_than, newer_than"
_ANY_OF = "one_of, oneof, any_of, anyof, in, is, equals, equal, eq, =, ==, is_one_of, in_list, among, is_any_of"
_DENIED = re.compile(
    r"(!.*|not|is_?not|not_?(in|equals?|equal_to|eq|contains?|exists|set|like|one_of|any_of)|ne|neq|<>|≠|"
    r"does_?(not|nt)_?\w*|doesn'?t_?\w*|isn'?t|excludes?|without|unless|except|is_not_\w+)"
)


def _read(said: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in filter(None, said.split("\n")):
        here, _, words = line.partition(": ")
        for word in words.split(", "):
            found.setdefault(word, []).append(here)
    return found


_KEYS_HERE: Mapping[str, list[str]] = _read(_KEYS)
_OPERATORS_HERE: Mapping[str, list[str]] = _read(_NUMBERS + _TEXTS)


def key_here(word: str, known: Iterable[str]) -> str | None:
    """The key that a word of another tool stands for, if there is one among those that are known here."""
    found = set(known)
    return next((here for here in _KEYS_HERE.get(_plain(word), ()) if here in found), None)


def operator_here(word: str, known: Iterable[str]) -> str | None:
    """The operator that a word of another tool stands for, among those that are known here."""
    found = set(known)
    return next((here for here in _OPERATORS_HERE.get(_plain(word), ()) if here in found), None)


def beside_here(word: str, known: Iterable[str]) -> str | None:
    """`within` or `ago`, where a word of another tool means one of them."""
    plain, found = _plain(word), set(known)
    if "within" in found and plain in _WITHIN.split(", "):
        return "within"
    return "ago" if "ago" in found and plain in _AGO.split(", ") else None


def means_any_of(word: str) -> bool:
    """Whether a word asks for one of several values, which need no operator here."""
    return _plain(word) in _ANY_OF.split(", ")


def means_not(word: str) -> bool:
    """Whether a word denies what follows it."""
    return _DENIED.fullmatch(_plain(word)) is not None


def _plain(word: str) -> str:
    return "_".join(word.strip().lower().replace("-", "_").split())
