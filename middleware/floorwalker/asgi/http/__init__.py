"""What goes over HTTP: requests and replies, their headers, bodies and addresses; no visitor."""
