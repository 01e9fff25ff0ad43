"""A mail provider with segment-analytics-python. Arguments: the host, the write key, the person, what happened."""

import json
import sys

from segment.analytics import Client


def main(host: str, key: str, user: str, told: str) -> None:
    failures: list[object] = []
    client = Client(key, host=host, gzip=True, upload_interval=0.05, on_error=lambda *why: failures.append(why))
    for event, letter in json.loads(told):
        client.track(user, event, {"campaign_id": letter, "email_id": letter})
    client.flush()
    client.join()
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
