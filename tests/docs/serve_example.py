"""Run as a script in a folder with `rules` and a `shop.py`: asks its app for `/` as browsers do, prints what came."""

import json
import sys
import warnings
from pathlib import Path

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


def main() -> None:
    warnings.simplefilter("ignore")  # the frameworks' own
    sys.path.insert(0, str(Path.cwd()))
    from shop import app  # type: ignore[import-not-found]
    from starlette.testclient import TestClient

    with TestClient(app, headers={"user-agent": CHROME}) as client:
        search = {"referer": "https://www.google.com/search?q=cheap+tripod"}
        pages = [client.get(path, headers=search) for path in sys.argv[1:]]
        health = client.get("/_floorwalker/healthz").json()
        cookies = list(client.cookies.keys())
        plain = TestClient(app).get("/")
    sys.stdout.write(json.dumps([[page.text for page in pages], cookies, health["store"], plain.text]))


if __name__ == "__main__":
    main()
