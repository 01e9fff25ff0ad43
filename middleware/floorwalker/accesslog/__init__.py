"""Access log lines become Hits, lazily; a line that cannot be read is a value that says so."""

from floorwalker.accesslog.files import AccessLog, open_log
from floorwalker.accesslog.hits import LogHit, hit_of
from floorwalker.accesslog.lines import LogLine, Rejected, read_line
from floorwalker.accesslog.site import guess_host

__all__ = ["AccessLog", "LogHit", "LogLine", "Rejected", "guess_host", "hit_of", "open_log", "read_line"]
