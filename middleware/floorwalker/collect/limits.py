"""How much one request may bring, and how far its clocks may be off."""

from typing import Final

BODY_BYTES: Final = 500 * 1024  # of a body, as it came and unpacked
MESSAGE_BYTES: Final = 32 * 1024  # of one message, as it stands in the body
MOST_MESSAGES: Final = 500  # in one batch; the client libraries send 15 to 100
DEEPEST: Final = 16  # objects and lists within one another
ID_CHARACTERS: Final = 255
NAME_CHARACTERS: Final = 255
ADDRESS_CHARACTERS: Final = 4096
MOST_FAULTS: Final = 20  # told of one body

SKEW_S: Final = 60.0  # a sender's clock this far off is corrected; less may be the way to here
AHEAD_S: Final = 300.0  # a message this far ahead counts as now; beyond, it is refused
OLDEST_S: Final = 400 * 86_400.0  # as long as a profile lives

DEADLINE_S: Final = 5.0  # for all commits of one request
AT_ONCE: Final = 16  # visitors of one request whose commits are under way
RETRY_AFTER_S: Final = 5
