// The same story with @segment/analytics-node. Arguments: the folder with the library, the host, the write key.
import { createRequire } from "node:module";

const [folder, address, writeKey] = process.argv.slice(2);
const { origin: host, pathname } = new URL(address);
const { Analytics } = createRequire(`${folder}/`)("@segment/analytics-node");
const url = "https://shop.example/p/600mm?utm_source=news";
const referrer = "https://www.google.com/search?q=red+shoes";
let failed = 0;

const client = new Analytics({ writeKey, host, path: `${pathname}/v1/batch`, flushInterval: 50 });
client.on("error", () => (failed = 1));
client.page({ anonymousId: "anon-1", category: "Lenses", name: "600 mm", properties: { url, referrer } });
client.track({ anonymousId: "anon-1", event: "Product Viewed", properties: { product_id: "600mm", price: 12999 } });
client.identify({ userId: "user-9", anonymousId: "anon-1", traits: { email: "x@shop.example", plan: "pro" } });
client.group({ userId: "user-9", groupId: "grp-1", traits: { name: "Acme" } });
client.alias({ previousId: "anon-2", userId: "user-9" });
const products = [{ product_id: "1", price: 27.5 }];
client.track({
  userId: "user-9",
  event: "Order Completed",
  properties: { order_id: "o-1", total: 27.5, currency: "EUR", products },
});
await client.closeAndFlush({ timeout: 30000 });
process.exit(failed);
