"""What is measured: pages, rules, visitors, and requests for them."""
