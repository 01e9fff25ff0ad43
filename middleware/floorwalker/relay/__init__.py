"""What runs beside the site: streams read with a consumer group, webhooks delivered, time that passes noticed."""
