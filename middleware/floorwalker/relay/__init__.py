"""Beside the site: streams read with consumer groups, webhooks, time that passes."""
