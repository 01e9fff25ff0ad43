"""Opens a city database in MaxMind's format, for the reader of signals to look addresses up in."""

from collections.abc import Mapping
from pathlib import Path

from floorwalker.core.reading.place import Places, Record
from floorwalker.errors import ConfigurationError


def open_places(path: str | Path) -> Places:
    """A look-up over a MaxMind-format city file; a read of it touches memory only.

    Raises ConfigurationError where the file cannot be read or the optional package is not installed.
    """
    try:
        import maxminddb
    except ImportError as error:
        raise ConfigurationError(
            f"places: reading {path} needs the package maxminddb; install floorwalker[geo]"
        ) from error
    try:
        database = maxminddb.open_database(path)
    except FileNotFoundError as error:
        raise ConfigurationError(f"places: there is no file {path}") from error
    except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
        raise ConfigurationError(f"places: {path} is no MaxMind-format database: {error}") from error

    def look_up(address: str, /) -> Record | None:
        try:
            record = database.get(address)
        except (ValueError, maxminddb.InvalidDatabaseError):
            return None  # an IPv6 address in a file that knows IPv4 only, or a damaged record
        return record if isinstance(record, Mapping) else None

    return look_up
