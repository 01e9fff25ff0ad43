"""What is fuzzed: for each door one function that takes any bytes, and fails where something is not as it must be."""

from collections.abc import Callable, Mapping
from typing import Final

from fuzz.of_editors import a_rule_file, a_template, links_and_names
from fuzz.of_senders import a_log_line, messages, what_a_page_tells
from fuzz.of_stores import a_record, spool_frames
from fuzz.of_visitors import a_choice, a_page, a_referrer, an_address, an_agent, cookies, seals

Target = Callable[[bytes], None]

TARGETS: Final[Mapping[str, Target]] = {
    "cookie": cookies,
    "consent": a_choice,
    "seal": seals,
    "referrer": a_referrer,
    "url": an_address,
    "agent": an_agent,
    "page": a_page,
    "log": a_log_line,
    "collect": what_a_page_tells,
    "events": messages,
    "rules": a_rule_file,
    "template": a_template,
    "preview-to": links_and_names,
    "record": a_record,
    "spool": spool_frames,
}
"""By name. A seed lies in `seeds/NAME/`."""
