"""Beside the site: streams read with consumer groups, webhooks, time that passes."""

from floorwalker.relay.endpoint import Endpoint, read_endpoint
from floorwalker.relay.relay import Relay
from floorwalker.relay.settings import RelaySettings
from floorwalker.relay.signing import read_secrets

__all__ = ["Endpoint", "Relay", "RelaySettings", "read_endpoint", "read_secrets"]
