"""The same story with rudder-sdk-python. Arguments: the host, the write key."""

import logging
import sys

from rudderstack.analytics.client import Client

PAGE = {"url": "https://shop.example/p/600mm?utm_source=news", "referrer": "https://www.google.com/search?q=red+shoes"}


def main(host: str, key: str) -> None:
    logging.basicConfig(level=logging.CRITICAL)
    failures: list[object] = []
    client = Client(key, host=host, gzip=True, upload_interval=0.05, on_error=lambda *told: failures.append(told))
    client.page(anonymous_id="anon-1", category="Lenses", name="600 mm", properties=PAGE)
    client.track(anonymous_id="anon-1", event="Product Viewed", properties={"product_id": "600mm", "price": 12999})
    client.identify("user-9", {"email": "x@shop.example", "plan": "pro"}, anonymous_id="anon-1")
    client.group("user-9", "grp-1", {"name": "Acme"})
    client.alias("anon-2", "user-9")
    order = {"order_id": "o-1", "total": 27.5, "currency": "EUR", "products": [{"product_id": "1", "price": 27.5}]}
    client.track("user-9", "Order Completed", order)
    client.flush()
    client.join()
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
